"""Names in the environment that nobody reads: a misspelt setting must not be a setting that is not there."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping

from registration.core.configuration import PREFIX, ConfigurationError

# What Kubernetes and Docker links put there for a service that is called "registration".
_OF_A_SERVICE = re.compile(r"SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?|NAME")
_ADDRESS_OF_A_SERVICE = re.compile(r"(tcp|udp|sctp)://")


def refuse_misspelt(environ: Mapping[str, str], known: Collection[str]) -> None:
    """Raise ConfigurationError for the first name of *environ* that looks like a setting and is none."""
    for name in sorted(environ):
        if name.removeprefix(PREFIX) in known and name.startswith(PREFIX):
            continue
        meant = _meant(name, environ[name], known)
        if meant is not None:
            raise ConfigurationError(
                f"There is no setting {name}{meant}. Correct it or take it out of the environment."
            )


def _meant(name: str, value: str, known: Collection[str]) -> str | None:
    """Return `: did you mean …?` for a name that was meant for us, which may be empty, else None."""
    if not name.upper().startswith(PREFIX):
        # REGISTRATON_THREADS: the prefix itself is misspelt.
        close = [one for one in _with_close_prefix(name.upper(), known) if one not in (None, "")]
        return f": did you mean {PREFIX}{max(close, key=len)}?" if close else None
    rest = name[len(PREFIX) :]
    if _OF_A_SERVICE.fullmatch(rest) or (rest == "PORT" and _ADDRESS_OF_A_SERVICE.match(value)):
        return None
    if rest in {"PORT", "HOST"}:
        return f": `registration serve --{rest.lower()}` takes it"
    found = difflib.get_close_matches(rest.upper().strip("_"), known, n=1, cutoff=0.5)
    return f": did you mean {PREFIX}{found[0]}?" if found else ""


def _with_close_prefix(name: str, known: Collection[str]) -> Iterator[str]:
    for setting in known:
        head = name.removesuffix(f"_{setting}")
        if head != name and difflib.SequenceMatcher(None, head, PREFIX.strip("_")).ratio() > 0.85:
            yield setting
