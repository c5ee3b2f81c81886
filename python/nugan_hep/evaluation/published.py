"""The tables of arXiv:2502.20244 and arXiv:2508.12987: what a process had from published GANs.

All are comparisons of 1,000,000 generated with as many NuWro events. "Transfer" is the fine-tuned
muon-neutrino carbon model, "scratch" the same networks trained on the same events alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from nugan_hep.archive import DEFAULT_MODEL
from nugan_hep.evaluation.report import Scores

EVENTS = 1_000_000
SMALL_SAMPLE = 30_000
"""Training events below which the 10k tables are nearer than the 100k ones."""
CARBON = DEFAULT_MODEL
"""The process that the papers transfer from."""
NOT_TRANSFERRED = (CARBON, "numu_C12_qe")


class Table(NamedTuple):
    """One published column: its heading beside our own, where it stands, and the scores by sample."""

    heading: str
    source: str
    scores: Mapping[str, Scores]


P1, P2 = "arXiv:2502.20244", "arXiv:2508.12987"
Triple = tuple[float, float, float]


def _table(
    source: str,
    rows: Mapping[str, Triple],
    all_2d: Triple,
    all_3d: tuple[float, float] | None = None,
    heading: str = "paper",
) -> Table:
    """Rows of EMD, MAP and MAP without tails; of all events in 2D, and MAP in 3D."""
    total = Scores(*all_2d, *(all_3d or (None, None)))
    fixed = {energy: Scores(*row, None, None) for energy, row in rows.items()}
    return Table(heading, source, {"All": total, **fixed})


QUASIELASTIC = _table(
    f"{P1}, Table I",
    {
        "500 MeV": (0.15, 1.16, 1.17),
        "800 MeV": (0.14, 1.06, 1.06),
        "1 GeV": (0.14, 1.02, 1.00),
        "2 GeV": (0.14, 1.01, 0.98),
        "3 GeV": (0.13, 0.98, 0.97),
        "5 GeV": (0.13, 0.92, 0.90),
        "7 GeV": (0.15, 1.05, 1.02),
        "9 GeV": (0.11, 1.03, 0.99),
    },
    (0.11, 0.90, 0.84),
)
INCLUSIVE = _table(
    f"{P1}, Table II",
    {
        "500 MeV": (0.16, 1.08, 1.07),
        "800 MeV": (0.16, 1.09, 1.09),
        "1 GeV": (0.15, 1.07, 1.07),
        "2 GeV": (0.15, 1.02, 1.00),
        "3 GeV": (0.14, 0.94, 0.92),
        "5 GeV": (0.14, 0.96, 0.93),
        "7 GeV": (0.16, 1.01, 0.99),
        "9 GeV": (0.15, 1.03, 1.02),
    },
    (0.13, 0.89, 0.86),
    heading="earlier",
)
BASELINE = _table(
    f"{P2}, Table 1",
    {
        "500 MeV": (0.15, 1.09, 1.09),
        "1 GeV": (0.15, 1.05, 1.05),
        "3 GeV": (0.15, 1.00, 1.00),
        "5 GeV": (0.15, 1.00, 0.98),
        "9 GeV": (0.14, 0.97, 0.95),
    },
    (0.12, 0.88, 0.86),
    (0.89, 0.88),
)
ARGON_10K = _table(
    f"{P2}, Table 2, transfer from 10k",
    {
        "500 MeV": (0.36, 2.51, 2.71),
        "1 GeV": (0.37, 2.42, 2.67),
        "3 GeV": (0.25, 1.40, 1.44),
        "5 GeV": (0.23, 1.32, 1.35),
        "9 GeV": (0.28, 1.60, 1.65),
    },
    (0.17, 1.07, 1.08),
    (1.27, 1.29),
)
ARGON_10K_SCRATCH = _table(
    f"{P2}, Table 2, scratch from 10k",
    {
        "500 MeV": (0.96, 6.46, 7.63),
        "1 GeV": (0.84, 5.42, 6.17),
        "3 GeV": (0.73, 3.92, 4.30),
        "5 GeV": (0.65, 3.50, 3.81),
        "9 GeV": (0.65, 3.58, 3.88),
    },
    (0.36, 2.01, 2.05),
    (3.01, 3.22),
    heading="scratch",
)
ARGON_100K = _table(
    f"{P2}, Table 2, transfer from 100k",
    {
        "500 MeV": (0.21, 1.63, 1.69),
        "1 GeV": (0.19, 1.38, 1.41),
        "3 GeV": (0.16, 1.10, 1.10),
        "5 GeV": (0.18, 1.14, 1.15),
        "9 GeV": (0.20, 1.41, 1.45),
    },
    (0.14, 0.94, 0.93),
    (1.04, 1.03),
)
ARGON_100K_SCRATCH = _table(
    f"{P2}, Table 2, scratch from 100k",
    {
        "500 MeV": (0.32, 2.42, 2.67),
        "1 GeV": (0.26, 1.58, 1.64),
        "3 GeV": (0.20, 1.30, 1.33),
        "5 GeV": (0.18, 1.21, 1.21),
        "9 GeV": (0.20, 1.31, 1.33),
    },
    (0.14, 0.98, 0.97),
    (1.06, 1.05),
    heading="scratch",
)
ANTINEUTRINO_10K = _table(
    f"{P2}, Table 3, transfer from 10k",
    {
        "500 MeV": (0.36, 2.13, 2.32),
        "1 GeV": (0.38, 2.57, 2.79),
        "3 GeV": (0.39, 2.07, 2.21),
        "5 GeV": (0.33, 1.67, 1.75),
        "9 GeV": (0.32, 1.85, 1.94),
    },
    (0.21, 1.26, 1.28),
    (1.56, 1.61),
)
ANTINEUTRINO_10K_SCRATCH = _table(
    f"{P2}, Table 3, scratch from 10k",
    {
        "500 MeV": (0.64, 4.65, 5.21),
        "1 GeV": (0.88, 4.45, 5.00),
        "3 GeV": (0.84, 4.00, 4.46),
        "5 GeV": (0.67, 3.57, 3.87),
        "9 GeV": (0.72, 3.77, 3.98),
    },
    (0.51, 2.15, 2.37),
    (2.88, 3.10),
    heading="scratch",
)
ANTINEUTRINO_100K = _table(
    f"{P2}, Table 3, transfer from 100k",
    {
        "500 MeV": (0.22, 1.63, 1.66),
        "1 GeV": (0.25, 1.52, 1.55),
        "3 GeV": (0.18, 1.24, 1.25),
        "5 GeV": (0.20, 1.20, 1.21),
        "9 GeV": (0.22, 1.24, 1.26),
    },
    (0.14, 0.94, 0.92),
    (1.08, 1.08),
)
ANTINEUTRINO_100K_SCRATCH = _table(
    f"{P2}, Table 3, scratch from 100k",
    {
        "500 MeV": (0.31, 2.27, 2.41),
        "1 GeV": (0.29, 1.77, 1.79),
        "3 GeV": (0.20, 1.39, 1.40),
        "5 GeV": (0.21, 1.24, 1.24),
        "9 GeV": (0.25, 1.33, 1.34),
    },
    (0.13, 0.93, 0.91),
    (1.10, 1.09),
    heading="scratch",
)
ALTERNATIVE_10K = _table(
    f"{P2}, Table 4, transfer from 10k",
    {
        "500 MeV": (0.51, 3.48, 3.99),
        "1 GeV": (0.44, 2.95, 3.25),
        "3 GeV": (0.35, 2.16, 2.28),
        "5 GeV": (0.35, 2.13, 2.23),
        "9 GeV": (0.35, 2.12, 2.22),
    },
    (0.20, 1.23, 1.23),
    (1.63, 1.68),
)
ALTERNATIVE_10K_SCRATCH = _table(
    f"{P2}, Table 4, scratch from 10k",
    {
        "500 MeV": (1.18, 8.47, 10.20),
        "1 GeV": (1.05, 6.27, 7.32),
        "3 GeV": (1.03, 5.14, 5.83),
        "5 GeV": (0.95, 4.40, 4.86),
        "9 GeV": (0.86, 4.46, 4.86),
    },
    (0.47, 2.58, 2.64),
    (3.54, 3.86),
    heading="scratch",
)

TABLES: Mapping[str, tuple[Table, ...]] = {
    "numu_C12_qe": (QUASIELASTIC,),
    "numu_C12_inc": (BASELINE, INCLUSIVE),
    "numu_Ar40_inc_10k": (ARGON_10K, ARGON_10K_SCRATCH),
    "numu_Ar40_inc_100k": (ARGON_100K, ARGON_100K_SCRATCH),
    "numubar_C12_inc_10k": (ANTINEUTRINO_10K, ANTINEUTRINO_10K_SCRATCH),
    "numubar_C12_inc_100k": (ANTINEUTRINO_100K, ANTINEUTRINO_100K_SCRATCH),
    "numu_C12_alt_10k": (ALTERNATIVE_10K, ALTERNATIVE_10K_SCRATCH),
}
"""Tables by process, and by size of the training sample where the process was transferred to."""


def training_size(name: str, events: int | None) -> str:
    """``10k`` or ``100k``: from the model's name, else from its number of training events.

    The plain name of a transferred process is its 100k model.
    """
    if named := re.search(r"_(100?k)(_|$)", name):
        return named[1]
    return "10k" if events is not None and events < SMALL_SAMPLE else "100k"


def tables(process: str, size: str) -> tuple[Table, ...]:
    """What was published of a process and training size: the table to compare with comes first."""
    return TABLES.get(process, TABLES.get(f"{process}_{size}", ()))
