"""Which way imports go in nugan_hep: from the sources alone, nothing of it is imported.

An import inside of a function or under ``TYPE_CHECKING`` counts like any other: it makes a module depend on
another, and hides a cycle without undoing it. Names that are loaded by ``importlib`` are not seen.
"""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / "python" / "nugan_hep"
COMPILED = {"_core", "_sampler"}

BASE = COMPILED | {
    "archive",
    "beam",
    "cli",
    "cross_section",
    "edges",
    "errors",
    "flux",
    "flux_readers",
    "flux_units",
    "kinematics",
    "opening",
    "particles",
    "rate",
    "run_folder",
    "sampler",
    "sampler_core",
    "signals",
    "skipping",
    "species",
    "streams",
    "targets",
    "toml_file",
}
"""Modules of no folder that folders may import; the others, ``top``, are commands and the API."""

FAMILIES = {path.parent.name for path in (PACKAGE / "families").glob("*/settings.py")} - {"common"}

ALLOWED: dict[str, set[str]] = {
    "base": set(),
    "output": {"base"},
    "campaigns": {"base", "output"},
    "data": {"base", "output"},
    "families.common": {"base"},
    **{f"families.{name}": {"base", "families.common"} for name in FAMILIES},
    "families.nucleon": {"base", "families.common", "families.flow"},
    "families": {"base", "families.common", *(f"families.{name}" for name in FAMILIES)},
    "hadrons": {
        "base",
        "data",
        "evaluation",
        "families",
        "families.common",
        "families.flow",
        "output",
        "training",
    },
    "joint": {"base", "data", "families.common", "families.flow", "training"},
    "replicas": {"base", "output", "top", "training", "transfer", "tuning"},
    "transfer": {"base", "output"},
    "tuning": {"base", "hadrons", "measurement", "measurement.readers", "output", "transfer"},
    "measurement": {"base", "data", "hadrons", "output"},
    "measurement.readers": {"base", "hadrons", "measurement"},
    "evaluation": {"base", "data", "families", "families.common", "families.gan", "output"},
    "training": {"base", "data", "evaluation", "families", "families.common", "output"},
    "xsec.data": {"base"},
    "xsec.model": {"base", "output", "training", "xsec.data"},
    "xsec.fit": {"base", "evaluation", "output", "training", "xsec.data", "xsec.model"},
    "xsec.commands": {"base", "output", "training", "xsec.data", "xsec.model", "xsec.fit"},
    "xsec": {"base", "xsec.data", "xsec.model", "xsec.fit", "xsec.commands"},
}
"""What the modules of a folder may import beside each other; ``top`` may import all."""

LAZY = {
    "awkward",
    "dask_awkward",
    "dask_jobqueue",
    "distributed",
    "hist",
    "matplotlib",
    "mplhep",
    "ot",
    "pyarrow",
    "rich",
    "scipy",
    "tomli",
    "torch",
    "uproot",
    "vector",
    "xxhash",
}
"""Packages that a function may import: slow to load, or not always needed."""


class Import(NamedTuple):
    """``who`` imports ``what``, both without ``nugan_hep.`` if they are of it."""

    who: str
    what: str
    own: bool
    inside: bool


def modules(package: Path) -> dict[str, Path]:
    """Files by the names of their modules, without the package's; of packages the ``__init__``."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(package: Path) -> Iterator[Import]:
    """All imports of a package, of the standard library too."""
    known = modules(package)
    names = known.keys() | COMPILED
    for who, path in known.items():
        nodes = [(node, False) for node in _parse(path.read_text()).body]
        while nodes:
            node, inside = nodes.pop()
            for what in _imported(node, package.name, names):
                own = what == package.name or what.startswith(f"{package.name}.")
                yield Import(who, what[len(package.name) + 1 :] if own else what, own, inside)
            inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            nodes += [(child, inside) for child in ast.iter_child_nodes(node)]


def _imported(node: ast.AST, package: str, names: set[str]) -> list[str]:
    """Modules of a statement: of ``from a import b`` it is a.b if that is a module, else a."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    assert node.level == 0, f"relative import in line {node.lineno}"
    module = str(node.module)
    full = [f"{module}.{alias.name}" for alias in node.names]
    return [name if name.removeprefix(f"{package}.") in names else module for name in full]


def folder(module: str, files: dict[str, Path]) -> str:
    """The folder of a module; ``base`` or ``top`` if it is in none."""
    own = module if module and files.get(module, Path()).name == "__init__.py" else module.rpartition(".")[0]
    return own or ("base" if module in BASE else "top")


def wrong_ways(package: Path, allowed: dict[str, set[str]]) -> list[str]:
    """Imports that go from a folder to one that it may not import."""
    files, found = modules(package), []
    for one in imports(package):
        if one.own:
            here, there = folder(one.who, files), folder(one.what, files)
            if here not in (there, "top") and there not in allowed[here]:
                found.append(f"{one.who} imports {one.what}: {here} may not import {there}")
    return found


def cycle(package: Path) -> list[str]:
    """Modules that import each other in a ring, if there are such."""
    graph: dict[str, set[str]] = {}
    for one in imports(package):
        if one.own and one.what != one.who:
            graph.setdefault(one.who, set()).add(one.what)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def hidden(package: Path) -> list[str]:
    """Names that a package offers and that its modules have, too: an import of one hides the other."""
    files, found = modules(package), []
    for name, path in files.items():
        if path.name == "__init__.py":
            inside = {module.rpartition(".")[2] for module in files if module.rpartition(".")[0] == name}
            own = f"{package.name}.{name}".rstrip(".")
            found += [f"{name}: {both}" for both in sorted(_offered(path, own) & inside)]
    return found


def _offered(path: Path, package: str) -> set[str]:
    """Functions and classes of an ``__init__``, what it imports but modules of its own, and ``__all__``."""
    names: set[str] = set()
    for node in _parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom) and node.module != package:
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names |= set(ast.literal_eval(node.value))
    return names


_parse = cache(ast.parse)


def test_imports_go_one_way() -> None:
    assert wrong_ways(PACKAGE, ALLOWED) == []


def test_no_module_imports_itself_by_others() -> None:
    assert cycle(PACKAGE) == []


def test_the_table_has_no_cycle_and_all_folders() -> None:
    graphlib.TopologicalSorter(ALLOWED).prepare()
    files = modules(PACKAGE)
    assert {folder(module, files) for module in files} == {*ALLOWED, "top"}
    assert files.keys() >= BASE - COMPILED


def test_functions_import_only_what_is_slow_to_load() -> None:
    others = {
        (one.who, one.what)
        for one in imports(PACKAGE)
        if one.inside and not one.own and one.what.partition(".")[0] not in sys.stdlib_module_names | LAZY
    }
    assert others == set()


def test_no_package_offers_the_name_of_its_module() -> None:
    assert hidden(PACKAGE) == []


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with two folders, a and b, in which b.user imports a.base."""
    for name, text in {
        "a/__init__.py": "",
        "a/base.py": "import os\n",
        "b/__init__.py": "",
        "b/user.py": "from p.a import base\nfrom p.a.base import thing\n",
    }.items():
        (tmp_path / "p" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name).write_text(text)
    (tmp_path / "p" / "__init__.py").write_text("")
    return tmp_path / "p"


ROOMS: dict[str, set[str]] = {"a": set(), "b": {"a"}}


def test_a_good_package_passes(package: Path) -> None:
    assert wrong_ways(package, ROOMS) == []
    assert cycle(package) == []
    assert hidden(package) == []


@pytest.mark.parametrize(
    "text",
    [
        "from p.b.user import f\n",
        "from p.b import user\n",
        "import p.b.user\n",
        "def f():\n    from p.b.user import f\n",
        "class C:\n    async def f(self):\n        if True:\n            import p.b.user\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.b import user\n",
    ],
)
def test_the_wrong_way_and_its_cycle_are_seen(package: Path, text: str) -> None:
    (package / "a" / "base.py").write_text(text)
    assert wrong_ways(package, ROOMS) == ["a.base imports b.user: a may not import b"]
    assert set(cycle(package)) == {"a.base", "b.user"}


def test_a_cycle_inside_of_a_folder_is_seen(package: Path) -> None:
    (package / "a" / "one.py").write_text("from p.a.two import f\n")
    (package / "a" / "two.py").write_text("def f():\n    from p.a.three import g\n")
    (package / "a" / "three.py").write_text("import p.a.one\n")
    assert wrong_ways(package, ROOMS) == []
    assert set(cycle(package)) == {"a.one", "a.two", "a.three"}


@pytest.mark.parametrize(
    "text",
    ["def base():\n    pass\n", "from p.b.user import base\n", '__all__ = ["base"]\n', "class base: ...\n"],
)
def test_a_name_that_a_module_hides_is_seen(package: Path, text: str) -> None:
    (package / "a" / "__init__.py").write_text(text)
    assert hidden(package) == ["a: base"]
