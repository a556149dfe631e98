"""Whether an event is published says who finds it. Each place that asks for it has its reason here."""

import re

from tests.house.files import CODE, ROOT, TEMPLATES

ASKS = re.compile(
    r"""(?:status|phase)\S*\s*(?:==|!=|is|is not|not in|in)\s*"""
    r"""\(?\s*(?:["'](?:published|draft)|(?:EventStatus\.)?(?:DRAFT|PUBLISHED)\b)"""
)
# What people were promised hangs on events.rules.keeps_promises instead.
REASONS = {
    "registration/materials/queries.py": "a paper that everybody may see",
    "registration/booking/rules.py": "nobody registers for a draft",
    "registration/booking/event_settings/closing.py": "a draft of nobody is not closed or called off",
    "registration/booking/form/programme_definition.py": "the public form of a programme",
    "registration/booking/form/spec.py": "the public form",
    "registration/booking/queries/alternatives.py": "another event must be open to be moved to",
    "registration/booking/queries/bookings.py": "registering again needs the public form",
    "registration/events/queries.py": "public pages and lists",
    "registration/events/rules.py": "the phase that public pages show",
    "registration/ical/queries.py": "the public feeds",
    "registration/ical/services.py": "the public feeds",
    "registration/invitations/queries.py": "a guest who has not said yes",
    "registration/organiser/calendar/queries.py": "the team's own calendar shows drafts as such",
    "registration/organiser/event/services.py": "going back to a draft",
    "registration/site/poster.py": "a poster of what nobody finds",
    "registration/site/queries.py": "public pages",
    "templates/booking/handover.html": "a link to the public page",
    "templates/booking/parts/receipt.html": "a link to the public ledger",
    "templates/firms/firm.html": "a link to the public page",
    "templates/invitations/facts.html": "a link to the public page",
    "templates/organiser/home.html": "the back office says how it stands",
    "templates/organiser/overview.html": "the back office says how it stands",
}


def test_every_question_whether_an_event_is_published_has_its_reason():
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in (*CODE, *TEMPLATES)
        if not {"proof", "demo", "mailing"} & set(path.parts)
        and ASKS.search(path.read_text(encoding="utf-8"))
    }
    assert asking == set(REASONS)
