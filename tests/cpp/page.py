"""The code of docs/cpp.md and examples/geant4/README.md, as projects of tests/programs."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "cpp.md").read_text()
EXAMPLES = Path(__file__).parents[2] / "examples"
MODELS = {"numu_C12_inc", "numu_Ar40_inc"}


def blocks(language: str) -> list[str]:
    """All blocks of a language."""
    return re.findall(rf"```{re.escape(language)}\n(.*?)```", PAGE, re.DOTALL)


def cmake() -> str:
    """The CMakeLists.txt."""
    [text] = blocks("cmake")
    return text


def cmake_with_root() -> str:
    """The same with ROOT, as the page says."""
    return cmake().replace("REQUIRED)", "REQUIRED COMPONENTS root)").replace("nugan::nugan", "nugan::root")


def programs() -> list[str]:
    """The whole programs: without and with ROOT."""
    return [block for block in blocks("c++") if "int main" in block]


def fragments(root: bool) -> str:
    """The other blocks as one program; prints q2, expected, rate.sigma and how many events were last."""
    parts = [block for block in blocks("c++") if "int main" not in block]
    headers = ["nugan/nugan.hpp", "cstdio", "utility", "vector"]
    if root:
        headers.append("nugan/root/EventWriter.hpp")
    else:
        parts = [block for block in parts if "nugan::root" not in block]
    includes = "".join(f"#include <{header}>\n" for header in headers)
    prints = '  std::printf("%.9g %.9g %.9g %zu", q2, expected, rate.sigma, events.size());\n'
    return f"{includes}int main() {{\n{''.join(parts)}{prints}}}\n"


def write_projects(folder: Path, root: bool) -> None:
    """The programs, and with ``root`` those with ROOT, each a project as tests/programs wants them."""
    write_project(folder, "page_project", cmake(), programs()[0])
    write_project(folder, "page_fragments", cmake(), fragments(root=False))
    if root:
        write_project(folder, "page_root_project", cmake_with_root(), programs()[1])
        write_project(folder, "page_root_fragments", cmake_with_root(), fragments(root=True))
    write_file(folder / "geant4" / "action.hh", "#pragma once\n" + geant4_action())


def write_project(folder: Path, name: str, cmake: str, code: str) -> None:
    write_file(folder / name / "CMakeLists.txt", cmake.replace("my_chain", name))
    write_file(folder / name / "main.cpp", code)


def write_file(path: Path, text: str) -> None:
    """A file that says the same already keeps its time: nothing is compiled again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def geant4_action() -> str:
    """The code of examples/geant4/README.md."""
    action = re.search(r"```c\+\+\n(.*?)```", (EXAMPLES / "geant4" / "README.md").read_text(), re.DOTALL)
    assert action
    return action[1]
