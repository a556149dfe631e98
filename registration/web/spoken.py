"""Keep the language that an address asks for: in the page's own links and forms, without a cookie."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Response

# Our own pages alone: what leads elsewhere is a whole address, and static files speak no language.
# Nothing that people typed can look like this: quotes are escaped in it.
_OWN = re.compile(
    r'(?P<name>\b(?:href|action)=")(?P<path>/(?!/|static/)[^"#?]*)(?:\?(?P<query>[^"#]*))?(?=["#])'
)
_GET_FORM = re.compile(r'<form\b[^<>]*\bmethod="get"[^<>]*>')
_CANONICAL = re.compile(r'(<link rel="canonical" href="[^"?]*)"')


def in_language(kept: Mapping[str, Sequence[str]], code: str) -> str:
    """Return the address of the page one is on, with what it was asked for, in the language *code*."""
    asked = [(name, value) for name, values in kept.items() if name != "lang" for value in values]
    return f"?{urlencode([*asked, ('lang', code)])}"


def speak_on(response: Response, code: str) -> Response:
    """Let every own link, form and redirect of *response* ask for *code* as its address did."""
    location = response.headers.get("Location", "")
    if location.startswith("/") and not location.startswith("//"):
        response.headers["Location"] = _asking(location, code, "&")
    elif response.mimetype == "text/html" and not response.direct_passthrough:
        response.set_data(_page_asking(response.get_data(as_text=True), code))
    return response


def _page_asking(html: str, code: str) -> str:
    def own(found: re.Match[str]) -> str:
        query = f"?{found['query']}" if found["query"] else ""
        return found["name"] + _asking(found["path"] + query, code, "&amp;")

    html = _OWN.sub(own, html)
    html = _GET_FORM.sub(lambda form: f'{form[0]}<input type="hidden" name="lang" value="{code}">', html)
    return _CANONICAL.sub(rf'\1?lang={code}"', html)


def _asking(address: str, code: str, ampersand: str) -> str:
    address, hash_sign, fragment = address.partition("#")
    if re.search(r"[?&;]lang=", address):
        return address + hash_sign + fragment
    sign = ampersand if "?" in address else "?"
    return f"{address}{sign}lang={code}{hash_sign}{fragment}"
