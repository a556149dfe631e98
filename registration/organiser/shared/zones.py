"""The time zones that a form offers: those where people live, by region, under the names of today."""

from zoneinfo import available_timezones

from babel.core import get_global
from wtforms.fields.choices import SelectChoice

# The first part of a name; what is in no region ("EST", "Factory") is an old or a technical name.
_REGIONS = (
    "Europe", "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Indian",
    "Pacific",
)  # fmt: skip
_OTHER = "UTC"


def zone_choices(kept: str = "") -> list[SelectChoice]:
    """Return the zones in groups; *kept* is among them, though it may be an old name."""
    names = canonical_zones()
    if kept and kept not in names and kept in available_timezones():
        names = [*names, kept]
    ordered = sorted(names, key=lambda name: (_rank(name), name))
    return [SelectChoice(name, _label(name), optgroup=_region(name)) for name in ordered]


def canonical_zones() -> list[str]:
    """Return each zone under the one name that the Unicode CLDR gives it, and UTC."""
    territories, aliases = get_global("zone_territories"), get_global("zone_aliases")
    known = (name for name in available_timezones() if name in territories and name not in aliases)
    return [_OTHER, *sorted(name for name in known if name.partition("/")[0] in _REGIONS)]


def _region(name: str) -> str:
    first = name.partition("/")[0]
    return first if first in _REGIONS else _OTHER


def _rank(name: str) -> int:
    region = _region(name)
    return _REGIONS.index(region) if region in _REGIONS else len(_REGIONS)


def _label(name: str) -> str:
    return name.replace("_", " ")
