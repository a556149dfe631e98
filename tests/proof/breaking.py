"""How a rule is broken: functions of the engine replaced by others."""

from typing import Any

from sqlalchemy.orm import Session

from registration.seats import engine
from registration.seats import gate as gates

# Where, which name, and what stands there instead.
Mutation = list[tuple[Any, str, Any]]


class Without:
    """A module without some of its functions."""

    def __init__(self, module: Any, **replaced: Any) -> None:
        self._module, self._replaced = module, replaced

    def __getattr__(self, name: str) -> Any:
        return self._replaced.get(name) or getattr(self._module, name)


def without_drain(module: Any) -> Mutation:
    """What comes free goes to nobody."""
    return [(module, "engine", Without(engine, drain=lambda *_args: []))]


def settled_without_drain(module: Any) -> Mutation:
    """What *module* alone changes frees seats for nobody, and nobody is told."""

    def settle(session: Session, gate: Any, *_args: Any, **_values: Any) -> list[Any]:
        gates.close(session, gate)
        return []

    return [(module, "settle", settle)]


def locked_with(**values: Any) -> Mutation:
    """Every gate is locked with other terms than it has."""
    lock = gates.lock

    def locked(session: Session, event_ids: Any) -> Any:
        found = lock(session, event_ids)
        for gate in found.values():
            for name, value in values.items():
                setattr(gate, name, value)
        return found

    return [(gates, "lock", locked)]
