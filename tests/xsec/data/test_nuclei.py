from __future__ import annotations

import pytest

from nugan_hep.errors import UserError
from nugan_hep.xsec.data.nuclei import NUCLEI, find_nucleus


def test_names_of_nuclei() -> None:
    assert find_nucleus("12C") == find_nucleus("c12") == find_nucleus(1000060120) == NUCLEI["12C"]
    with pytest.raises(UserError, match=r"nucleus '13C': expected one of 2H, 3He"):
        find_nucleus("13C")
