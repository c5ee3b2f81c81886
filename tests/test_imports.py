"""The package has layers: no module imports, at once or later, what imports it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import nugan_hep

PACKAGE = Path(nugan_hep.__file__).parent


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# nugan_hep itself only hands on names, when they are asked for
PATHS = {module_of(path): path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"}


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All below a node but what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from statements(child)


def imports(module: str) -> set[str]:
    found = set()
    for node in statements(ast.parse(PATHS[module].read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in PATHS else node.module for name in names} & PATHS.keys()
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & PATHS.keys()
    return found - {module}


GRAPH = {module: imports(module) for module in PATHS}


def of_the_package(module: str) -> str:
    """The module or package right below nugan_hep."""
    return ".".join(module.split(".")[:2])


def cycle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_what_imports_it() -> None:
    assert len(GRAPH) > 100
    assert cycle(GRAPH) == []


def test_no_package_either() -> None:
    packages: dict[str, set[str]] = {}
    for module, others in GRAPH.items():
        own = of_the_package(module)
        packages.setdefault(own, set()).update({of_the_package(other) for other in others} - {own})
    assert cycle(packages) == []


@pytest.mark.parametrize("below", ["families", "training", "evaluation"])
def test_training_knows_families_and_not_the_other_way_round(below: str) -> None:
    above = {"families": ("training", "evaluation"), "evaluation": ("training",), "training": ("export",)}
    for module, others in GRAPH.items():
        if module.startswith(f"nugan_hep.{below}"):
            for name in above[below]:
                assert not any(other.startswith(f"nugan_hep.{name}") for other in others), module
