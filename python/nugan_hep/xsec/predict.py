"""``python -m nugan_hep.xsec.predict``; nobody imports it, for ``nugan_hep.xsec.predict`` is the function."""

from __future__ import annotations

import sys

from nugan_hep.xsec.predict_command import main

if __name__ == "__main__":
    sys.exit(main())
