"""The attributes of a form's controls, computed once for every field of the house."""

from typing import Any

from flask import Flask
from wtforms import EmailField, Field

_NAME_LIKE = ("name", "email", "firm")


def init_app(app: Flask) -> None:
    """Give templates `control_attributes`; parts/fields.html uses it."""
    app.jinja_env.globals["control_attributes"] = control_attributes


def control_attributes(
    field: Field, described_by: str, *, is_optional: bool, autofocus: bool = False, **given: Any
) -> dict[str, Any]:
    """Return what a text control carries: its hint and error by id, what it must hold, what fills it in.

    `required` is said to readers alone: the browser's own bubbles would come before our sentences.
    """
    attributes: dict[str, Any] = {name: value for name, value in given.items() if value}
    attributes["required"] = False
    if not is_optional:
        attributes["aria-required"] = "true"
    if described_by:
        attributes["aria-describedby"] = described_by
    if field.errors:
        attributes["aria-invalid"] = "true"
    if autofocus:
        attributes["autofocus"] = True
    if field.short_name in _NAME_LIKE:
        attributes["spellcheck"] = "false"
    if field.short_name == "email" and not isinstance(field, EmailField):
        attributes |= {"type": "email", "autocapitalize": "none"}
    attributes["dir"] = "auto"
    return attributes
