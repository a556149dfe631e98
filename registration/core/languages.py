"""The languages that are offered: those whose catalogue is complete (tests/house/test_translations.py)."""

# Each has its own name, as its readers write it; English is the source.
NAMES = {"en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch", "zh": "中文"}
LOCALES = tuple(NAMES)


def offered(code: str | None, otherwise: str = LOCALES[0]) -> str:
    """Return *code* where it is one of ours, else *otherwise*."""
    return code if code in NAMES else otherwise
