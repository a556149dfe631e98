"""Which language a page speaks: `?lang=`, else the booking's, else the browser's, else the event's own."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from flask.json.provider import DefaultJSONProvider
from flask_babel import Babel, get_locale, refresh
from flask_babel.speaklater import LazyString
from wtforms.fields.choices import SelectChoice

from registration.core import languages as offered
from registration.web.catalogue import Catalogues
from registration.web.page_address import page_address
from registration.web.spoken import in_language, speak_on

NAMES, LOCALES = offered.NAMES, offered.LOCALES
# Plain English means British forms here, Chinese is written in simplified characters.
_BABEL_NAMES = {"en": "en_GB", "zh": "zh_Hans"}
# A text that waits for its language calls itself HTML, so that no template would escape it: neither the
# words of an organiser that stand in a label, nor an address written between < and >.
if hasattr(LazyString, "__html__"):
    del LazyString.__html__
# What the button of a form says that asks for another language and is not sent for good.
IN_LANGUAGE = "in-language"
# Who chose the language of this request.
ADDRESS, KEPT, BROWSER, NOBODY = "address", "kept", "browser", "nobody"


@dataclass(frozen=True)
class Language:
    """A language as the chooser offers it: its code, its own name, and this page in it."""

    code: str
    name: str
    url: str
    is_current: bool


class SpokenJson(DefaultJSONProvider):
    """JSON in which a text that waits for its language is said in that of the request, as when flashed."""

    @staticmethod
    def default(value: Any) -> Any:
        """Return what JSON knows in place of *value*."""
        return str(value) if isinstance(value, LazyString) else DefaultJSONProvider.default(value)


def init_app(app: Flask) -> None:
    """Choose the language of each request and tell templates about it."""
    app.json_provider_class = SpokenJson
    app.json = SpokenJson(app)
    babel = Babel()
    babel.init_app(app, default_locale=babel_name(app.config["LOCALE"]), locale_selector=_select)
    babel.domain_instance = Catalogues()
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals["languages"] = languages

    @app.context_processor
    def language() -> dict[str, str]:
        chosen = get_locale()
        return {"locale": chosen.language, "text_direction": chosen.text_direction}

    @app.after_request
    def tell_language(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Language", page_locale())
            response.vary.add("Accept-Language")
        return speak_on(response, page_locale()) if chosen_by() == ADDRESS else response


def babel_name(code: str) -> str:
    """Return Babel's name for our *code*."""
    return _BABEL_NAMES.get(code, code)


def page_locale() -> str:
    """Return our code of the language of this request."""
    return _choice()[0] if has_request_context() else str(current_app.config["LOCALE"])


def asks_language() -> bool:
    """Say whether the form was sent to be shown in another language, and not for good."""
    return request.form.get(IN_LANGUAGE) in LOCALES


def language_choices() -> list[SelectChoice]:
    """Return our languages for a field that asks for one, each by its own name."""
    return [SelectChoice(code, name) for code, name in NAMES.items()]


def chosen_by() -> str:
    """Return who chose the language of this request: ADDRESS, KEPT, BROWSER or NOBODY."""
    return _choice()[1]


def keep_to(code: str) -> None:
    """Speak *code*, which a booking keeps, unless the address asks for another language."""
    if chosen_by() != ADDRESS:
        _change(code, KEPT)


def fall_back_to(code: str) -> None:
    """Speak *code*, an event's own language, where neither address nor browser asks for one of ours."""
    if has_request_context() and chosen_by() == NOBODY:
        _change(code, NOBODY)


def languages(is_shared: bool) -> list[Language]:
    """Return this page in every language; one that is shared from memory keeps nothing else it was asked."""
    kept = {} if is_shared else request.args.to_dict(flat=False)
    # Nobody is asked for an access code in an address; one that was put there is not carried on.
    kept.pop("code", None)
    # Where a form was sent to there may be no page.
    page = "" if request.method == "GET" else page_address() or "/"
    spoken = page_locale()
    return [
        Language(code, name, page + in_language(kept, code), code == spoken) for code, name in NAMES.items()
    ]


def _choice() -> tuple[str, str]:
    if "language_choice" not in g:
        g.language_choice = _negotiated()
    choice: tuple[str, str] = g.language_choice
    return choice


def _negotiated() -> tuple[str, str]:
    wanted = request.args.get("lang", "")
    if wanted in LOCALES:
        return wanted, ADDRESS
    accepted = request.accept_languages.best_match(LOCALES)
    return (accepted, BROWSER) if accepted else (str(current_app.config["LOCALE"]), NOBODY)


def _change(code: str, by: str) -> None:
    if code in LOCALES and (code, by) != _choice():
        g.language_choice = (code, by)
        refresh()


def _select() -> str:
    return babel_name(page_locale())
