"""Dates, times, zones and lists as each language writes them."""

from datetime import UTC, datetime

import pytest
from flask_babel import force_locale

from registration.web.filters import day, language_name, listed, moment, span, stamp, zone_name
from registration.web.locale import LOCALES, babel_name

WINTER = datetime(2027, 3, 11, 18, 0, tzinfo=UTC)
SUMMER = datetime(2027, 7, 1, 7, 5, tzinfo=UTC)
BRUSSELS = "Europe/Brussels"


def said(code: str, tell, *values) -> str:
    with force_locale(babel_name(code)):
        return tell(*values)


@pytest.mark.parametrize(
    ("code", "full"),
    [
        ("en", "Thursday, 11 March 2027, 19:00–23:00, Brussels time (CET)"),
        ("fr", "jeudi 11 mars 2027, 19:00 – 23:00, heure locale à Bruxelles, CET"),
        ("nl", "donderdag 11 maart 2027, 19:00–23:00, tijd in Brussel (CET)"),
        ("de", "Donnerstag, 11. März 2027, 19:00–23:00 Uhr, Ortszeit Brüssel (CET)"),
        ("zh", "2027年3月11日星期四 19:00–23:00（布鲁塞尔时间，CET）"),
    ],
)
def test_an_evening(page_app, code, full):
    shown = said(code, span, WINTER, WINTER.replace(hour=22), BRUSSELS)
    assert shown.replace("\u2009", " ").replace("\u202f", " ").replace("\xa0", " ") == full


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "Thursday, 1 July 2027, 09:05, Brussels time (CEST)"),
        ("fr", "jeudi 1 juillet 2027 à 09:05, heure locale à Bruxelles, CEST"),
        ("nl", "donderdag 1 juli 2027 om 09:05, tijd in Brussel (CEST)"),
        ("de", "Donnerstag, 1. Juli 2027, 09:05 Uhr, Ortszeit Brüssel (CEST)"),
        ("zh", "2027年7月1日星期四 09:05（布鲁塞尔时间，CEST）"),
    ],
)
def test_a_moment_in_summer(page_app, code, told):
    assert said(code, moment, SUMMER, BRUSSELS) == told


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "Thursday, 11 March 2027, 19:00 – Friday, 12 March 2027, 02:00, Brussels time (CET)"),
        (
            "fr",
            "du jeudi 11 mars 2027 à 19:00 au vendredi 12 mars 2027 à 02:00, heure locale à Bruxelles, CET",
        ),
        ("zh", "2027年3月11日星期四 19:00 至 2027年3月12日星期五 02:00（布鲁塞尔时间，CET）"),
    ],
)
def test_a_night(page_app, code, told):
    assert said(code, span, WINTER, WINTER.replace(day=12, hour=1), BRUSSELS) == told


@pytest.mark.parametrize(
    ("code", "short"),
    [
        ("en", "11 Mar 2027, 19:00"),
        ("fr", "11 mars 2027, 19:00"),
        ("nl", "11 mrt 2027, 19:00"),
        ("de", "11. März 2027, 19:00"),
        ("zh", "2027年3月11日 19:00"),
    ],
)
def test_a_stamp_for_tables(page_app, code, short):
    assert said(code, stamp, WINTER, BRUSSELS) == short


@pytest.mark.parametrize("code", LOCALES)
def test_no_format_falls_back_to_seconds_or_to_halves_of_the_day(page_app, code):
    for told in (
        said(code, span, WINTER, WINTER.replace(hour=22), BRUSSELS),
        said(code, moment, WINTER, BRUSSELS),
        said(code, stamp, WINTER, BRUSSELS),
    ):
        assert "19:00" in told
        assert ":00:00" not in told
        assert "PM" not in told
        assert "下午" not in told
    assert "2027" in said(code, day, WINTER, BRUSSELS)


def test_a_zone_without_letters_gives_its_offset(page_app):
    assert said("fr", zone_name, WINTER, "America/Sao_Paulo") == "heure locale à São Paulo, UTC-03"
    assert said("de", zone_name, WINTER, "UTC") == "UTC"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("en", "Ada, Ben and Cleo"),
        ("fr", "Ada, Ben et Cleo"),
        ("nl", "Ada, Ben en Cleo"),
        ("zh", "Ada、Ben和Cleo"),
    ],
)
def test_names_are_listed(page_app, code, told):
    assert said(code, listed, ["Ada", "Ben", "Cleo"]) == told


def test_languages_are_named_to_the_reader(page_app):
    assert said("nl", language_name, "fr") == "Frans"
    assert said("zh", language_name, "en") == "英语"
    assert said("fr", language_name, "???") == "???"
