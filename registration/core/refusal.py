"""What is answered when something asked for cannot be done: a sentence for people, never a trace."""


class Refusal(Exception):
    """Say no in one sentence that tells what to do next.

    *field* names the form field it belongs to, *status* the HTTP status (4xx), *code* the reason
    for programs.
    """

    status = 409
    code = "refused"

    def __init__(self, sentence: object, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self._sentence = sentence
        self.field = field

    @property
    def sentence(self) -> str:
        """The sentence, in the language of whoever reads it: it may be a lazy text made elsewhere."""
        return str(self._sentence)


class NotFound(Refusal):
    """What was asked for does not exist, or not for this person."""

    status = 404
    code = "not-found"
