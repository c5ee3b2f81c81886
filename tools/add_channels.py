"""Write the cross sections of the channels, and the statistical errors, into archives that lack them.

python tools/add_channels.py DATA numu_O16_inc=nuwro_fs/numu_O16/xsec.csv ...

The total must be the archive's own: networks and events stay as they are.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import torch

from nugan_hep.archive import METADATA_FILE, TRAINING_FILE, find_model, read_extra, read_metadata
from nugan_hep.cross_section import from_table, read_csv, to_table
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import new_file
from nugan_hep.training.model_card import write_card


def add(path: Path, table: Path) -> None:
    """Rewrite one archive and its card."""
    metadata, sigma = read_metadata(path), read_csv(table)
    old = from_table(metadata["cross_section"])
    if old is None or not np.allclose(old.enu, sigma.enu) or not np.allclose(old.sigma, sigma.sigma):
        raise UserError(f"{path}: its cross section is not that of {table}")
    new = sigma._replace(enu=old.enu, sigma=old.sigma, relative_error=old.relative_error)
    metadata["cross_section"] = to_table(new)
    extra = {
        METADATA_FILE: json.dumps(metadata, indent=1).encode(),
        TRAINING_FILE: read_extra(path, TRAINING_FILE),
    }
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.load(path, map_location="cpu"), buffer, _extra_files=extra)
    with new_file(path, force=True) as file:
        file.write(buffer.getvalue())
    write_card(path, metadata)
    print(f"{path}: {path.stat().st_size / 1e3:.0f} kB, {', '.join(new.channels)}")


def main() -> None:
    folder = Path(sys.argv[1])
    for part in sys.argv[2:]:
        name, _, table = part.partition("=")
        add(find_model(name), folder / table)


if __name__ == "__main__":
    main()
