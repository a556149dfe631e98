"""Documents as PDF, from a Typst source in templates/ and facts that are only shown, never carried out."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from registration.core.bundled import bundled
from registration.core.refusal import Refusal

_SECONDS = 20
_TYPESETTER = Path(__file__).with_name("typesetter.py")


class NoTypesetter(Refusal):
    """The PDF cannot be made now."""

    status = 503
    code = "unavailable"


def typeset(name: str, facts: Mapping[str, Any]) -> bytes:
    """Return the document *name* of templates/ with its *facts*. Raises NoTypesetter."""
    source = bundled("templates").joinpath(name).read_text(encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and what it is told is data
            [sys.executable, "-I", str(_TYPESETTER)],
            input=json.dumps({"source": source, "facts": facts}).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoTypesetter(_l("The PDF cannot be made just now. Please try again in a minute.")) from error
    return done.stdout
