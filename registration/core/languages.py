"""The languages that are offered: those whose catalogue is complete (tests/house/test_translations.py)."""

# Each has its own name, as its readers write it; English is the source.
NAMES = {"en": "English", "fr": "Français", "nl": "Nederlands", "de": "Deutsch", "zh": "中文"}
LOCALES = tuple(NAMES)
