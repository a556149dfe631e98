"""The translations, compiled in memory from their .po files when a language is first spoken.

So a checkout, an editable install and a wheel carry the same files, and nothing has to be built.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Domain, get_locale

FOLDER = Path(__file__).resolve().parent.parent / "translations"


class Catalogues(Domain):
    """Flask-Babel's source of words: one catalogue for each of our languages."""

    def get_translations(self) -> NullTranslations:
        """Return the words of the language that is spoken now."""
        locale = get_locale()
        return catalogue("en" if locale is None else locale.language)


@cache
def catalogue(code: str) -> NullTranslations:
    """Return the words of *code*; English is what stands in the code."""
    path = po_file(code)
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as source:
        words = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    return Translations(compiled)


def po_file(code: str) -> Path:
    """Return where the translations into *code* lie."""
    return FOLDER / code / "LC_MESSAGES" / "messages.po"
