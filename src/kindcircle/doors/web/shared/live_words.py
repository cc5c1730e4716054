"""Words that appear together, as a phone, the wall and those who lead see them: each no more than is theirs to see."""

from typing import Any

from django.utils.translation import gettext as _

from kindcircle.base.access import Actor
from kindcircle.doors.web.shared.live_page import mark
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries, queries_words
from kindcircle.rooms.live.actions.words import LONGEST
from kindcircle.rooms.live.models_words import Asked
from kindcircle.rooms.live.queries_words import Own
from kindcircle.spec.felt import questions
from kindcircle.spec.timeline import Placed


def words_shown(gathering: Gathering, place: Placed, by: Actor, *, passed: str = "") -> dict[str, Any]:
    """The part of a member's page, or of the wall, about words, and the mark by which it asks whether anything is new.

    passed  the code of the asking that this device has just answered or passed on: both look the same
    On a tablet that goes from hand to hand nothing comes back of what anybody said.
    """
    asked = queries_words.asked_now(gathering, place)
    at_tablet = by.tablet_of is not None
    takes_part = queries_words.may_take_part(gathering, by)
    own = queries_words.own_word(asked, by) if asked is not None and takes_part and not at_tablet else None
    shown = None
    if asked is not None and (takes_part or gathering.group_id in by.facilitates):
        shown = {**_common(asked), **_own(own, said=passed == asked.code), "may_say": takes_part}
    kept = [] if at_tablet else [one for one in queries_words.own_words(gathering, by) if one.asked != asked]
    earlier = [{"code": one.asked.code, "text": _in_words(one), "left_out": one.left_out} for one in kept]
    seen = mark([shown, earlier], whose=by.code)
    return {"words": shown, "words_kept": earlier, "words_seen": seen, "words_passed": passed}


def words_on_wall(gathering: Gathering, place: Placed) -> dict[str, Any]:
    """What a projector shows: the question, and what everybody sees."""
    asked = queries_words.asked_now(gathering, place)
    shown = None if asked is None else _common(asked)
    return {"words": shown, "words_seen": mark(shown)}


def words_led(gathering: Gathering, place: Placed) -> dict[str, Any]:
    """The same for those who lead: how many are in, the words once they have read them, never whose."""
    asked = queries_words.asked_now(gathering, place)
    questions_left = queries_words.may_ask(gathering)
    if asked is None:
        return {"words": None, "may_be_asked": questions_left, "words_seen": mark(questions_left)}
    enough = queries_words.enough(asked)
    # Of a question not even the number: it would rise by one whenever somebody puts their phone down.
    many = None if asked.kind == Asked.Kind.FELT else queries_words.how_many(asked)
    read = [
        {"code": one.code, "text": one.text, "out": one.left_out, "name": one.name, "by_hand": one.by_hand}
        for one in queries_words.read_in(asked)
    ]
    shown = {**_common(asked), "enough": enough, "many": many, "read": read}
    return {"words": shown, "may_be_asked": questions_left, "words_seen": mark(shown)}


def shown_before(asked: Asked) -> dict[str, Any]:
    """What everybody saw when it was shown, for a page at home: no name, and nothing that was not shown."""
    return _common(asked)


def _common(asked: Asked) -> dict[str, Any]:
    prompt = queries.session_of(asked.gathering).slot(asked.prompt).prompt if _of_a_step(asked) else None
    return {
        "code": asked.code,
        "kind": asked.kind,
        "prompt": _prompt(asked),
        "depth": prompt.depth if prompt else None,
        "longest": LONGEST.get(Asked.Kind(asked.kind), 0),
        "state": "shown" if asked.shown_at else "read" if asked.read_at else "asked",
        "list": [one.text for one in queries_words.shown_in(asked)],
        "share": _share(asked),
    }


def _of_a_step(asked: Asked) -> bool:
    return asked.kind != Asked.Kind.FELT and asked.prompt != ""


def _prompt(asked: Asked) -> str:
    if asked.kind == Asked.Kind.FELT:
        return questions()[asked.prompt]
    if asked.prompt:
        prompt = queries.session_of(asked.gathering).slot(asked.prompt).prompt
        return prompt.text if prompt else ""
    return _("One word for how you are here") if asked.kind == Asked.Kind.WORD else _("One line, if you like")


def _share(asked: Asked) -> dict[str, str] | None:
    """What the group is told, and what the word may mean."""
    share = getattr(asked, "share", None) if asked.shown_at else None
    if share is None:
        return None
    says = {
        "some": _("Some of us know this."),
        "half": _("About half of us know this."),
        "most": _("Most of us know this."),
    }
    why = _(
        "The words are wide, so that nobody can be told from them: “some” may be nobody, and “most” may be everybody."
    )
    return {"says": says[share.share], "why": why}


def _own(own: Own | None, *, said: bool) -> dict[str, Any]:
    if own is None:
        return {"own": "", "left_out": "", "said": said}
    return {"own": own.text, "left_out": own.left_out, "said": True}


def _in_words(own: Own) -> str:
    if own.asked.kind != Asked.Kind.FELT:
        return own.text
    return _("Yes") if own.text == "yes" else _("No")
