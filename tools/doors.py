"""An import contract: a folder is entered through the doors that its own docstring names.

    [[tool.importlinter.contracts]]
    type = "doors"

The docstring of `registration/seats/__init__.py` ends with "Doors: engine, gate, queries." Whoever is
outside imports these modules of it and no other; a folder that names none is entered by nobody. A door that
is not there, or that nobody outside uses, breaks the contract as well, so the list stays true.
"""

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import grimp
from importlinter import Contract, ContractCheck, output

_SAID = "Doors:"


class DoorsContract(Contract):
    """Keep everything behind the doors of each folder of the root package."""

    type_name = "doors"

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import that enters a folder."""
        (root,) = self.session_options["root_packages"]
        broken = [
            sentence
            for package, doors in sorted(doors_of(_folder_of(root), root).items())
            for sentence in _breaches(graph, package, doors)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print a line for each import that did not take a door."""
        for sentence in check.metadata["broken"]:
            output.print_error(sentence)


def doors_of(folder: Path, name: str) -> dict[str, set[str]]:
    """Return the doors of every folder within the package *name*, by its dotted name."""
    doors = {}
    for path in sorted(folder.rglob("__init__.py")):
        if path.parent == folder:
            continue
        package = ".".join((name, *path.parent.relative_to(folder).parts))
        told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
        named = told.partition(_SAID)[2].split(",")
        doors[package] = {door.strip().rstrip(".") for door in named if door.strip()}
    return doors


def _breaches(graph: grimp.ImportGraph, package: str, doors: set[str]) -> Iterator[str]:
    used = set()
    for module in sorted(graph.find_descendants(package)):
        name = module.removeprefix(f"{package}.")
        for importer in sorted(graph.find_modules_that_directly_import(module)):
            if importer == package or importer.startswith(f"{package}."):
                continue
            used.add(name)
            if name not in doors:
                yield f"{importer} enters {package} by {name}, which is no door of it"
    for door in sorted(doors - used):
        yield f"{package} names the door {door}, and nobody outside uses it"


def _folder_of(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(package)
    return Path(found.origin).parent
