"""Why a form is not taken."""

from registration.core.refusal import Refusal


class RegistrationClosed(Refusal):
    """The event, or a category of it, takes no registrations now."""

    code = "closed"


class EventFull(Refusal):
    """No seat is left and there is no waitlist."""

    code = "full"


class NotTogether(Refusal):
    """Seats were asked for in every event or in none, and one of them has too few."""

    code = "not-together"


class SubmittedDifferently(Refusal):
    """The form was sent before, with other answers. *token* opens the booking, where its link still does."""

    code = "conflict"

    def __init__(self, sentence: object, token: str | None = None) -> None:
        super().__init__(sentence)
        self.token = token
