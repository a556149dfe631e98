"""Which language a page speaks."""

from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale

# Offered are languages whose catalogue is complete; English is the source.
LOCALES = ("en",)
_BABEL_NAMES = {"en": "en_GB"}


def init_app(app: Flask) -> None:
    """Choose the language of each request and tell templates about it."""
    babel = Babel()
    babel.init_app(app, default_locale=babel_name(app.config["LOCALE"]), locale_selector=_select)

    @app.context_processor
    def language() -> dict[str, str]:
        chosen = get_locale()
        return {"locale": chosen.language, "text_direction": chosen.text_direction}

    @app.after_request
    def tell_language(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Language", page_locale())
        return response


def babel_name(code: str) -> str:
    """Return Babel's name for our *code*: plain English means British forms here."""
    return _BABEL_NAMES.get(code, code)


def page_locale() -> str:
    """Return our code of the language of this request."""
    if not has_request_context():
        return str(current_app.config["LOCALE"])
    if "locale_code" not in g:
        g.locale_code = _negotiated()
    return str(g.locale_code)


def _negotiated() -> str:
    wanted = request.args.get("lang", "")
    if wanted in LOCALES:
        return wanted
    return request.accept_languages.best_match(LOCALES) or str(current_app.config["LOCALE"])


def _select() -> str:
    return babel_name(page_locale())
