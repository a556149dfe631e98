"""What can be worked out before the gate is locked is: behind the lock everybody waits for it."""

from registration.booking.admission.services import register
from registration.seats import gate as gates
from tests.factories import application, make_event


def test_a_form_is_hashed_before_its_gate_is_locked(app, monkeypatch):
    asked = application(make_event(), party=2)
    lock, worked_out = gates.all_locked, []

    def locked(*args):
        worked_out.append({"key", "body", "email_normal"} & set(vars(asked)))
        return lock(*args)

    monkeypatch.setattr(gates, "all_locked", locked)
    assert register(asked).token is not None
    assert worked_out == [{"key", "body", "email_normal"}]
