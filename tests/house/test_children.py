"""What belongs to an event, an organiser or a booking is looked up with its parent (core/children.py)."""

import ast

from tests.house.files import ROOT

CHILDREN = {
    "Answer",
    "Attendee",
    "Category",
    "Coordinator",
    "EventSession",
    "Handover",
    "Invitation",
    "Mailing",
    "Material",
    "OutgoingMessage",
    "Pool",
    "Question",
    "Registration",
}
# The id comes from a capability, a mail of the outbox or a row read before: never from a request.
TRUSTED = {
    ("booking/calendar/registrations.py", "Registration"),
    ("booking/changes/handover.py", "Attendee"),
    ("booking/changes/handover.py", "Registration"),
    ("booking/emails/handover.py", "Handover"),
    ("booking/emails/handover.py", "Registration"),
    ("booking/inbound/bounces.py", "OutgoingMessage"),
    ("booking/queries/endings.py", "Registration"),
    ("booking/views/handover.py", "Handover"),
    # The operator's own command names one of the whole installation.
    ("cli/doctor.py", "Registration"),
    ("firms/messages.py", "Coordinator"),
    ("firms/queries.py", "Coordinator"),
    ("organiser/mailing/emails.py", "Mailing"),
    ("seats/parties.py", "Registration"),
}


def looked_up_alone():
    """Yield (file, model) of every `session.get(Child, id)`."""
    package = ROOT / "registration"
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("get", "get_one")
                and len(node.args) > 1
                and isinstance(node.args[0], ast.Name)
                and node.args[0].id in CHILDREN
            ):
                yield path.relative_to(package).as_posix(), node.args[0].id


def test_no_child_is_looked_up_by_its_own_id_alone():
    assert set(looked_up_alone()) - TRUSTED == set()


def test_no_exception_outlives_its_reason():
    assert TRUSTED - set(looked_up_alone()) == set()
