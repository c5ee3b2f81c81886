"""``python -m nugan_hep.campaigns``: the same as ``nugan-campaign``."""

from __future__ import annotations

import sys

from nugan_hep.campaigns.command import main

if __name__ == "__main__":
    sys.exit(main())
