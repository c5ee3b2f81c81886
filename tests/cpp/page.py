"""The code of docs/cpp.md."""

from __future__ import annotations

import re
from pathlib import Path

from building import configure, run
from chain import TEXT_FLUX

PAGE = (Path(__file__).parents[2] / "docs" / "cpp.md").read_text()
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


def build(folder: Path, cmake: str, code: str, nugan_dir: Path) -> Path:
    """The program, in a folder with the flux that the page reads."""
    (folder / "CMakeLists.txt").write_text(cmake)
    (folder / "main.cpp").write_text(code)
    (folder / "flux.txt").write_text(TEXT_FLUX)
    flags = "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"
    configure(folder, folder / "build", f"-Dnugan_DIR={nugan_dir}", flags)
    run("cmake", "--build", folder / "build")
    return folder / "build" / "my_chain"
