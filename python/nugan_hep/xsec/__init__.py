"""Inclusive electron-nucleus cross sections with an uncertainty, learned from measured data.

>>> from nugan_hep.xsec import predict
>>> mean, std = predict("12C", 0.6, 36.0, 0.15)  # E [GeV], theta [deg], omega [GeV]; nb/sr/GeV
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nugan_hep.xsec.model.prediction import predict

__all__ = ["predict"]


def __getattr__(name: str) -> Any:
    if name == "predict":  # brings torch
        from nugan_hep.xsec.model.prediction import predict

        return predict
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
