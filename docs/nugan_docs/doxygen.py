"""What Doxygen reads in the C++ headers, for breathe."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from nugan_docs.places import DOCS, ROOT

HEADERS = {"nugan": ROOT / "cpp" / "include", "nugan_root": ROOT / "cpp" / "root" / "include"}
"""A project each, for breathe knows a header by its name without folders."""


def write_xml(folders: dict[str, str]) -> None:
    """Run Doxygen where a header is newer than what is there."""
    if not shutil.which("doxygen"):
        raise RuntimeError("no doxygen, which reads the C++ headers (Debian: apt install doxygen)")
    for name, headers in HEADERS.items():
        xml = Path(folders[name])
        index = xml / "index.xml"
        newest = max(path.stat().st_mtime for path in headers.rglob("*.hpp"))
        if index.exists() and index.stat().st_mtime > newest:
            continue
        xml.mkdir(parents=True, exist_ok=True)
        settings = (DOCS / "Doxyfile").read_text() + f"INPUT={headers}\nRECURSIVE=YES\n"
        settings += (
            f"OUTPUT_DIRECTORY={xml.parent}\nGENERATE_HTML=NO\nGENERATE_XML=YES\nXML_PROGRAMLISTING=NO\n"
        )
        # the root part names what is in the other
        settings += "WARN_AS_ERROR=NO\nWARNINGS=NO\n"
        subprocess.run(["doxygen", "-"], input=settings, text=True, check=True, cwd=ROOT)
        for path in xml.glob("*.xml"):
            drop_details(path)


def drop_details(path: Path) -> None:
    """Leave out macros, and texts of several literals, which Sphinx cannot read; and what headers say of
    themselves before the namespace, which would stand at each header."""
    tree = ElementTree.parse(path)
    for namespace in tree.iterfind("compounddef[@kind='namespace']"):
        for name in ("briefdescription", "detaileddescription"):
            for child in namespace.findall(name):
                namespace.remove(child)
    for parent in [*tree.iter()]:
        for child in [*parent]:
            text = "".join(child.itertext()) if child.tag == "initializer" else ""
            if child.get("kind") == "define" or text.count('"') > 2:
                parent.remove(child)
    tree.write(path, encoding="unicode")
