"""What Doxygen reads in the C++ headers, for breathe."""

from __future__ import annotations

import subprocess
from pathlib import Path

from nugan_docs.places import DOCS, ROOT


def write_xml(folder: str) -> None:
    """Run Doxygen where a header is newer than what is there."""
    xml = Path(folder)
    index = xml / "index.xml"
    headers = [path for name in ("include", "root/include") for path in (ROOT / "cpp" / name).rglob("*.hpp")]
    if index.exists() and index.stat().st_mtime > max(path.stat().st_mtime for path in headers):
        return
    xml.mkdir(parents=True, exist_ok=True)
    settings = (DOCS / "Doxyfile").read_text()
    settings += f"OUTPUT_DIRECTORY={xml.parent}\nGENERATE_HTML=NO\nGENERATE_XML=YES\nXML_PROGRAMLISTING=NO\n"
    subprocess.run(["doxygen", "-"], input=settings, text=True, check=True, cwd=ROOT)
