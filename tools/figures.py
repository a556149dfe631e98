"""Measure the house: sizes of files and functions, imports a file, and what stands under the inner contract.

    python -m tools.figures [FOLDER]

The same measure for every codebase (docs/architecture.md has the table): FOLDER is a
package, ours when none is given.
"""

import ast
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# As pyproject.toml has it.
Contract = Mapping[str, Any]


@dataclass(frozen=True)
class Figures:
    """Sizes in lines; each list is sorted."""

    files: Sequence[int]
    functions: Sequence[int]
    imports: Sequence[int]
    ordered: float
    contracted: float
    comments: float
    docstrings: float
    tests_per_line: float


def measured(package: Path, tests: Path | None = None) -> Figures:
    """Return the figures of *package*; *tests* are its tests, when it has any."""
    sources = {path: path.read_text("utf-8") for path in sorted(package.rglob("*.py"))}
    trees = {path: ast.parse(text) for path, text in sources.items()}
    lines = sum(text.count("\n") for text in sources.values())
    comments = sum(line.lstrip().startswith("#") for text in sources.values() for line in text.splitlines())
    tested = sum(path.read_text("utf-8").count("\n") for path in (tests or package).rglob("*.py"))
    return Figures(
        files=sorted(text.count("\n") for text in sources.values() if text.strip()),
        functions=sorted(size for tree in trees.values() for size in _functions(tree)),
        imports=sorted(len(set(_imported(tree, package.name))) for tree in trees.values()),
        ordered=_lines_under(_is_ordered, package, sources) / lines,
        contracted=_lines_under(_is_ruled, package, sources) / lines,
        comments=comments / lines,
        docstrings=sum(_documented(tree) for tree in trees.values()) / lines,
        tests_per_line=tested / lines if tests else 0.0,
    )


def rank(values: Sequence[int], share: float) -> int:
    """Return the value below which *share* of sorted *values* lie."""
    return values[min(len(values) - 1, int(len(values) * share))]


def _functions(tree: ast.Module) -> Iterable[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def _imported(tree: ast.Module, package: str) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            yield str(node.module)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] == package)


def _documented(tree: ast.Module) -> int:
    found = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found += (first.end_lineno or first.lineno) - first.lineno + 1
    return found


def _lines_under(rules: Callable[[Contract, str], bool], package: Path, sources: dict[Path, str]) -> int:
    """Return the lines of modules that a contract inside their feature rules, by what *rules* says."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = [one for one in told["tool"]["importlinter"]["contracts"] if one["id"] != "house"]
    found = 0
    for path, text in sources.items():
        module = ".".join(path.relative_to(package.parent).with_suffix("").parts)
        if any(rules(contract, module.removesuffix(".__init__")) for contract in contracts):
            found += text.count("\n")
    return found


def _is_ruled(contract: Contract, module: str) -> bool:
    """Say whether *contract* rules *module* in any way: its order, its circles, or who may import it."""
    inside = any(module.startswith(f"{one}.") for one in contract.get("ancestors", []))
    return inside or _is_ordered(contract, module)


def _is_ordered(contract: Contract, module: str) -> bool:
    """Say whether *contract* gives *module* its place: as a layer of its container, or behind a door."""
    layers = [name.strip("() ") for layer in contract.get("layers", []) for name in layer.split("|")]
    for container in contract.get("containers", []):
        for layer in layers:
            if module == f"{container}.{layer}" or module.startswith(f"{container}.{layer}."):
                return True
    named = [*contract.get("protected_modules", []), *contract.get("source_modules", [])]
    return any(
        fnmatchcase(module, name.replace("**", "*")) or module.startswith(f"{name}.") for name in named
    )


def table(figures: Figures) -> str:
    """Return the figures as rows of a Markdown table."""

    def three(values: Sequence[int]) -> str:
        return f"{rank(values, 0.5)} / {rank(values, 0.95)} / {values[-1]}"

    return "\n".join(
        (
            f"| file p50 / p95 / max | {three(figures.files)} |",
            f"| function p50 / p95 / max | {three(figures.functions)} |",
            "| modules of the house imported per file p50 / p95 | "
            f"{rank(figures.imports, 0.5)} / {rank(figures.imports, 0.95)} |",
            f"| lines with a place in the order of their feature | {figures.ordered:.0%} |",
            f"| lines under a contract inside their feature | {figures.contracted:.0%} |",
            f"| comment and docstring lines | {figures.comments:.1%} + {figures.docstrings:.1%} |",
            f"| test lines per line of code | {figures.tests_per_line:.2f} |",
        )
    )


def main() -> int:
    """Print the table."""
    package = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "registration"
    tests = ROOT / "tests" if package.parent == ROOT else None
    print(table(measured(package, tests)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
