"""Errors that a person can read. Doors turn them into a page, a status and one kind sentence."""


class KindError(Exception):
    """Something could not be done. `sentence` says what and what to do next; it never holds private text."""

    status = 400

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(KindError):
    """Not there, or not yours: the same answer for both, so nobody learns which."""

    status = 404


class Conflict(KindError):
    """The step does not fit the present state (already closed, already used)."""

    status = 409


class Invalid(KindError):
    """What was sent cannot be used as it is."""

    status = 422


class TooMany(KindError):
    """Asked too often in a short time."""

    status = 429
