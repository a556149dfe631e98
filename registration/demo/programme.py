"""The events that the newsletter tells of, dated around today."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from registration.booking.event_settings.sessions import SessionFacts
from registration.core import clock
from registration.events.services import CategoryFacts, Facts, QuestionFacts, Text
from registration.seats import rules

ZONE = "Europe/Brussels"
WORKSHOP = "workshop-on-nomenclatures"
MEETING = "ditta-annual-meeting"
GALA = "gala-60-years"
DINNER = "ditta-dinner"
ROUND_TABLE = "health-data-round-table"
WORKSHOP_SEATS = 24
DINNER_SEATS = 12
ROUND_TABLE_SEATS = 10
# A seat at the table is offered: whoever cannot come says so, and nobody is asked at night.
DINNER_LINE = {"promotion": rules.OFFER, "offer_hours": 24, "quiet_from": 22, "quiet_until": 8}
ROUND_TABLE_LINE = {"needs_approval": True, "confirms_address": True}
MEETING_SEATS = 90
GALA_SEATS = 120


def meeting_day() -> datetime:
    """Return the next 11 December, as midnight in Brussels, with at least a day to register."""
    now = clock.now().astimezone(ZoneInfo(ZONE))
    day = datetime(now.year, 12, 11, tzinfo=ZoneInfo(ZONE))
    return day if now < day - timedelta(hours=12) else day.replace(year=now.year + 1)


def at(day: datetime, hour: int, minute: int = 0) -> datetime:
    """Return a local time of *day* as a moment."""
    return day.replace(hour=hour, minute=minute).astimezone(UTC)


def workshop_facts() -> Facts:
    day = meeting_day()
    return _in_brussels(at(day, 9, 30), at(day, 12, 30))


def meeting_facts() -> Facts:
    day = meeting_day()
    return _in_brussels(at(day, 13, 30), at(day, 17, 30))


def meeting_sessions() -> tuple[SessionFacts, ...]:
    """Return the two parallel parts of the meeting."""
    day = meeting_day()
    times = (at(day, 15, 0), at(day, 16, 0))
    return (
        SessionFacts("Cybersecurity", *times, "What hospitals and manufacturers ask of each other.", 30),
        SessionFacts("European health data space", *times, "Who may use which data, and how.", 40),
    )


def dinner_facts() -> Facts:
    day = meeting_day()
    return replace(_in_brussels(at(day, 19, 30), at(day, 22, 30)), closes_at=None)


def round_table_facts() -> Facts:
    day = meeting_day() - timedelta(days=1)
    return _in_brussels(at(day, 14, 0), at(day, 16, 30))


def gala_day() -> datetime:
    """Return the evening of the gala: a Thursday about three weeks ago."""
    day = clock.now().astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    day -= timedelta(days=18)
    return day - timedelta(days=(day.weekday() - 3) % 7)


def gala_facts() -> Facts:
    day = gala_day()
    return Facts(
        starts_at=at(day, 18, 30),
        ends_at=at(day, 23, 0),
        time_zone=ZONE,
        venue="Autoworld",
        street="Parc du Cinquantenaire 11",
        city="Brussels",
        country="BE",
        latitude=50.8403,
        longitude=4.3934,
    )


def _in_brussels(starts_at: datetime, ends_at: datetime) -> Facts:
    return Facts(
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=ZONE,
        venue="BluePoint Brussels",
        street="Boulevard A. Reyers 80",
        city="Brussels",
        country="BE",
        latitude=50.8535,
        longitude=4.4021,
        opens_at=clock.now() - timedelta(days=30),
        closes_at=starts_at - timedelta(hours=12),
    )


WORKSHOP_TEXTS = (
    Text(
        "en",
        "Workshop on nomenclatures",
        "A morning on naming medical devices the same way everywhere. Space is limited.",
        "Before the annual meeting, a dedicated workshop looks at device **nomenclatures**:\n\n"
        "- where regulators and industry stand\n- what *registered once, accepted everywhere* would need\n"
        "- what comes next\n\nCoffee from 9:00.",
    ),
    Text(
        "fr",
        "Atelier sur les nomenclatures",
        "Une matinée pour nommer les dispositifs de la même façon partout. Places limitées.",
        "Avant la réunion annuelle, un atelier sur les **nomenclatures** des dispositifs.\n\nCafé dès 9 h.",
    ),
)
MEETING_TEXTS = (
    Text(
        "en",
        "DITTA annual meeting",
        "The trade association of diagnostic imaging, healthcare IT and radiation therapy meets.",
        "Members and guests look back on the year and set the course for the next: regulatory convergence, "
        "standards, cybersecurity and the *European health data space*.\n\nThe workshop on nomenclatures "
        "comes first, in the morning.",
    ),
    Text(
        "fr",
        "Réunion annuelle de DITTA",
        "L'association de l'imagerie, de la santé numérique et de la radiothérapie se réunit.",
        "Membres et invités font le point sur l'année et fixent le cap de la suivante.",
    ),
)
DINNER_TEXTS = (
    Text(
        "en",
        "DITTA dinner",
        "A table for those who come to the annual meeting. Seats are few.",
        "After the meeting we dine together, ten minutes on foot from the venue.",
    ),
    Text(
        "fr",
        "Dîner de DITTA",
        "Une table pour celles et ceux qui viennent à la réunion annuelle. Peu de places.",
        "Après la réunion, nous dînons ensemble, à dix minutes à pied.",
    ),
)
ROUND_TABLE_TEXTS = (
    Text(
        "en",
        "European health data space: a round table",
        "Regulators and industry talk about better patient outcomes, in a small circle.",
        "We decide on each request, so that all sides are at the table.",
    ),
)
GALA_TEXTS = (
    Text(
        "en",
        "60 years gala and conference",
        "Sixty years of medical technology innovation benefiting society, at the Autoworld museum.",
        "Over a hundred stakeholders from the European institutions and from industry celebrated with us."
        " The presentations are here.",
    ),
)
DISHES = QuestionFacts("Which dish?", "choice", choices=("Fish", "Meat", "Vegetarian"), is_required=True)
MEETING_CATEGORIES = (
    (CategoryFacts("Member", "Your firm belongs to DITTA or COCIR"), 60),
    (CategoryFacts("Non-member"), 20),
    (CategoryFacts("Speaker"), None),
    (CategoryFacts("Press"), 5),
    (CategoryFacts("Staff"), None),
)
WORKSHOP_CATEGORIES = ((CategoryFacts("Member"), None), (CategoryFacts("Non-member"), None))
GALA_MATERIALS = (
    ("Sixty years of innovation: opening address", "https://www.example.org/gala/opening.pdf", "en"),
    (
        "European health data space: towards a better patient outcome",
        "https://www.example.org/gala/ehds.pdf",
        "en",
    ),
    ("Realising Europe's future potential in health", "https://www.example.org/gala/potential-en.pdf", "en"),
    (
        "Réaliser le potentiel futur de l'Europe en santé",
        "https://www.example.org/gala/potential-fr.pdf",
        "fr",
    ),
    ("Europas Zukunftspotenzial in der Gesundheit", "https://www.example.org/gala/potential-de.pdf", "de"),
    ("Het toekomstpotentieel van Europa in de zorg", "https://www.example.org/gala/potential-nl.pdf", "nl"),
)
