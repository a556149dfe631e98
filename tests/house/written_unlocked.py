"""Find rows that a service reads, decides on and writes without having locked them: by the syntax tree.

A row counts as written where an attribute of it is set, where it is deleted, or where it is handed to a
function that does that. A row is locked by core/locking.py, by child_of(lock=True), by a statement that
says with_for_update, or, for GATED models, by the gate of its event in the function or all its callers.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# Written under the gate of their event alone, everywhere; a membership under that of its organiser.
GATED = {
    "Answer",
    "Attendee",
    "Category",
    "EventSession",
    "EventText",
    "Invitation",
    "Membership",
    "Question",
    "ReconfirmationPlan",
    "Registration",
}
# What a row is read by, and no lock taken.
READS = {"get", "get_one", "scalar", "scalars"}
LOCKS = {"hold", "lock", "locked", "all_locked", "locked_one", "locked_all"}


@dataclass(eq=False)
class Function:
    """A function of a module, with what it does to rows."""

    module: "Module"
    name: str
    node: ast.FunctionDef
    calls: list[ast.Call]
    # Parameters that it writes, and what its result is: an unlocked row of that model.
    written: set[str] = field(default_factory=set)
    source: str = ""

    @property
    def parameters(self) -> list[str]:
        return [one.arg for one in [*self.node.args.posonlyargs, *self.node.args.args]]


@dataclass(eq=False)
class Module:
    """A file: its functions by name, and where the names it imports come from."""

    path: str
    functions: dict[str, list[Function]] = field(default_factory=dict)
    # A name that stands for (file, name there), or for a file.
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


Modules = dict[str, Module]


def read(sources: dict[str, str]) -> Modules:
    """Return the modules of *sources*, which are by path within the package."""
    found = {path: Module(path) for path in sources}
    for path, source in sources.items():
        module, tree = found[path], ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
                module.functions.setdefault(node.name, []).append(Function(module, node.name, node, calls))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("registration"):
                folder = (node.module or "").removeprefix("registration").lstrip(".").replace(".", "/")
                for one in node.names:
                    name = one.asname or one.name
                    module.names[name] = (f"{folder}.py", one.name)
                    module.files[name] = f"{folder}/{one.name}.py"
    return found


def meant(call: ast.Call, module: Module, modules: Modules) -> list[Function]:
    """Return which of our functions a call is of."""
    if isinstance(call.func, ast.Name):
        here = module.functions.get(call.func.id)
        if here:
            return here
        path, name = module.names.get(call.func.id, ("", ""))
    elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        path, name = module.files.get(call.func.value.id, ""), call.func.attr
    else:
        return []
    return modules[path].functions.get(name, []) if path in modules else []


def name_of(call: ast.expr) -> str:
    """Return the bare name of what is called."""
    if isinstance(call, ast.Attribute):
        return call.attr
    return call.id if isinstance(call, ast.Name) else ""


def unlocked(expression: ast.expr, module: Module, modules: Modules) -> str:
    """Return the model of the rows that *expression* reads without a lock, or nothing."""
    for call in (one for one in ast.walk(expression) if isinstance(one, ast.Call)):
        name = name_of(call.func)
        if (
            name in READS
            and isinstance(call.func, ast.Attribute)
            and "session" in ast.unparse(call.func.value)
        ):
            text = ast.unparse(call)
            if "with_for_update" in text:
                return ""
            first = call.args[0] if call.args else None
            if isinstance(first, ast.Name) and first.id[:1].isupper():
                return first.id
            for inner in ast.walk(call):
                if isinstance(inner, ast.Call) and name_of(inner.func) == "select" and inner.args:
                    chosen = inner.args[0]
                    if isinstance(chosen, ast.Name) and chosen.id[:1].isupper():
                        return chosen.id
                    break
        if name == "child_of" and not any(one.arg == "lock" for one in call.keywords):
            return ast.unparse(call.args[1])
        for one in meant(call, module, modules):
            if one.source:
                return one.source
    return ""


def bound(of: Function, modules: Modules) -> dict[str, str]:
    """Return the names in a function that stand for unlocked rows, with their models."""
    found: dict[str, str] = {}
    for one in ast.walk(of.node):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(one, ast.Assign) and len(one.targets) == 1:
            target, value = one.targets[0], one.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = list(zip(target.elts, value.elts, strict=True))
            else:
                pairs = [(target, value)]
        elif isinstance(one, ast.For):
            pairs = [(one.target, one.iter)]
        for target, value in pairs:
            model = unlocked(value, of.module, modules)
            if isinstance(value, ast.Name) and value.id in found:
                model = found[value.id]
            if isinstance(target, ast.Name) and model:
                found[target.id] = model
    return found


def mutated(of: Function, modules: Modules) -> Iterator[tuple[str, int]]:
    """Yield (name, line) of what a function writes."""
    for one in ast.walk(of.node):
        targets: Iterable[ast.expr] = ()
        if isinstance(one, ast.Assign):
            targets = [
                inner
                for target in one.targets
                for inner in (target.elts if isinstance(target, ast.Tuple) else [target])
            ]
        elif isinstance(one, ast.AugAssign):
            targets = [one.target]
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                yield target.value.id, one.lineno  # type: ignore[attr-defined]
        if isinstance(one, ast.Call):
            yield from handed_over(one, of.module, modules)


def handed_over(call: ast.Call, module: Module, modules: Modules) -> Iterator[tuple[str, int]]:
    """Yield what a call writes of its arguments."""
    name = name_of(call.func)
    if name == "setattr" and isinstance(call.args[0], ast.Name):
        yield call.args[0].id, call.lineno
    if (
        name == "delete"
        and call.args
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.args[0], ast.Name)
    ):
        yield call.args[0].id, call.lineno
    for one in meant(call, module, modules):
        for parameter, argument in zip(one.parameters, call.args, strict=False):
            if parameter in one.written and isinstance(argument, ast.Name):
                yield argument.id, call.lineno


Callers = dict[Function, list[Function]]


def callers_of(everything: list[Function], modules: Modules) -> Callers:
    """Return by whom each function is called."""
    found: Callers = {}
    for caller in everything:
        for call in caller.calls:
            for one in meant(call, caller.module, modules):
                found.setdefault(one, []).append(caller)
    return found


def is_gated(
    one: Function, modules: Modules, callers: Callers, seen: frozenset[Function] = frozenset()
) -> bool:
    """Say whether the gate is locked in a function, or in each function that calls it."""
    if any(ast.unparse(arg.annotation).endswith("Gate") for arg in one.node.args.args if arg.annotation):
        return True
    for call in one.calls:
        if name_of(call.func) in LOCKS or any(is_lock(other) for other in meant(call, one.module, modules)):
            return True
    by = [caller for caller in callers.get(one, ()) if caller not in seen | {one}]
    return bool(by) and all(is_gated(caller, modules, callers, seen | {one}) for caller in by)


def is_lock(one: Function) -> bool:
    names = {name_of(call.func) for call in one.calls}
    return bool(names & {*LOCKS, "with_for_update"})


def written_unlocked(sources: dict[str, str]) -> set[tuple[str, str, str]]:
    """Return (file, function, model) of every row that is written and was not locked."""
    modules = read(sources)
    everything = [one for module in modules.values() for group in module.functions.values() for one in group]
    # What is handed on is known once what it is handed to is: three rounds are deeper than any call here.
    for _round in range(3):
        for one in everything:
            rows = bound(one, modules)
            one.written |= {name for name, _line in mutated(one, modules)} & set(one.parameters)
            for inner in ast.walk(one.node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    model = unlocked(inner.value, one.module, modules)
                    if isinstance(inner.value, ast.Name):
                        model = rows.get(inner.value.id, model)
                    one.source = one.source or model
    callers = callers_of(everything, modules)
    found = set()
    for one in everything:
        rows = bound(one, modules)
        for name, _line in mutated(one, modules):
            model = rows.get(name, "")
            if model and not (model in GATED and is_gated(one, modules, callers)):
                found.add((one.module.path, one.name, model))
    return found
