"""Every mail in every language as it arrives: read back, and compared with what was reviewed (letters/).

`REVIEW_LETTERS=1 pytest tests/mail/test_letters.py` writes them anew; read them before they are committed.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from registration.mail.composing import composers
from registration.web.locale import LOCALES
from tests.conftest import running, settings_for, sqlite_copy
from tests.mail.reading import told
from tests.mail.samples import SAMPLES, Office

FOLDER = Path(__file__).parent / "letters"
TEMPLATES = Path(__file__).parents[2] / "templates" / "email"


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("letters")
    url = sqlite_copy(sqlite_template, folder)
    for _app in running(settings_for(url, folder)):
        yield Office(Path(url.removeprefix("sqlite:///")))


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_mail_says_what_was_reviewed_in_each_language(office, name):
    for locale in LOCALES:
        found = told(office.mail(name, locale))
        path = FOLDER / locale / f"{name}.txt"
        if "REVIEW_LETTERS" in os.environ:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found, encoding="utf-8")
        assert found == path.read_text(encoding="utf-8"), (name, locale)


def test_every_kind_of_mail_is_reviewed(office):
    assert {sample.kind for sample in SAMPLES.values()} == set(composers())
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    assert folders - set(SAMPLES) == set()


def test_nothing_is_reviewed_that_is_not_sent():
    kept = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    assert kept == {f"{locale}/{name}.txt" for locale in LOCALES for name in SAMPLES}
