"""Leading a round: what each button of it does."""

from datetime import datetime

from kindcircle.base.access import Actor
from kindcircle.doors.web.facilitator.lead_form import Form, Verb
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions


def _round(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    actions.start_round(gathering=gathering, prompt=form.word("prompt"), by=by, at=at)


def _move(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    holder = form.word("holder") or None
    actions.move_piece(gathering=gathering, turns=form.word("round"), holder=holder, to=form.word("to"), by=by, at=at)


def _later(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    actions.defer_piece(gathering=gathering, turns=form.word("round"), who=form.word("holder"), by=by, at=at)


VERBS: dict[str, Verb] = {
    "round": _round,
    "move": _move,
    "later": _later,
    "end-round": lambda g, f, by, at: actions.end_round(gathering=g, turns=f.word("round"), by=by, at=at),
}
