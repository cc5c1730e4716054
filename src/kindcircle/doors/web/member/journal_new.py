"""A new entry: the kinds to choose from, and the page of each, with its boxes in the order of its practice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid, NotFound
from kindcircle.doors.web.member.comforts import GROUNDING
from kindcircle.doors.web.member.drawing_sheet import INKS, SHAPES, sheet
from kindcircle.doors.web.member.journal_words import AFTER, BEFORE, FREE_MINUTES, InWords, asked, in_words
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_key import answers_script, opening, value_of
from kindcircle.doors.web.member.sending import gives_words_back, version_of
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.doors.web.shared.middleware import PERMISSIONS_POLICY
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.backdraft.queries import goes_slowly
from kindcircle.rooms.practice.courses import Course, courses_of, offered
from kindcircle.rooms.practice.own_way import own_way
from kindcircle.rooms.writing import actions, bodies, journal, queries
from kindcircle.rooms.writing.kinds import BY_ID, DAY, DRAWING, DRAWING_WORDS, KINDS, TEXT, Kind
from kindcircle.rooms.writing.phrases import add_phrases
from kindcircle.spec import strokes
from kindcircle.spec.guided import Guide, guide_of
from kindcircle.spec.practices import Practice
from kindcircle.spec.resting import Felt, own_day
from kindcircle.spec.slowing import stays_open

ENOUGH_MINUTES = 20
"""After so long on a page it may be enough for today, whatever length was chosen."""
HEARS = PERMISSIONS_POLICY.replace("microphone=()", "microphone=(self)")
"""On the page of an entry, and nowhere else, the device itself may listen, once its owner presses the button."""


@dataclass(frozen=True, slots=True)
class Open:
    """Whether somebody may write this kind now: open, later with their group, resting while they go slowly, none."""

    kind: Kind
    state: str

    @property
    def in_words(self) -> InWords:
        return in_words(self.kind)

    @property
    def lengths(self) -> str:
        """How long it takes, from the shortest to the longest."""
        minutes = self.in_words.minutes
        return _("%(short)s to %(long)s minutes") % {"short": minutes[0], "long": minutes[-1]}


@page(Permission.JOURNAL_WRITE)
def kinds(request: HttpRequest) -> HttpResponse:
    """Every kind in one calm list: what it is for, and how long it takes."""
    found = [_open(request.actor, kind) for kind in KINDS]  # type: ignore[attr-defined]
    context = {"kinds": found, "rests": _rests(request), "grounding": GROUNDING}
    return render(request, "member/journal_kinds.html", context)


def _every_box() -> tuple[str, ...]:
    return tuple(dict.fromkeys(box for kind in KINDS for box in kind.boxes if box != DRAWING))


@answers_script
@gives_words_back(also=_every_box)
@page(Permission.JOURNAL_WRITE, methods=("GET", "POST"))
def write(request: HttpRequest, kind: str) -> HttpResponse:
    """The boxes of one kind. What was typed before and not finished stands there again."""
    one = BY_ID.get(kind)
    if one is None:
        raise NotFound
    if request.method == "POST":
        return _keep(request, one)
    kept = actions.open_draft(kind=one.draft, author=request.user, by=request.actor)  # type: ignore[arg-type, attr-defined]
    # Words that were begun are never shut away, whatever rests now.
    if not kept.begun and _open(request.actor, one).state != "open":  # type: ignore[attr-defined]
        return _closed(request, one)
    return _ask(request, one, kept.boxes, key=codes.new_code(), version=kept.version, kept=kept)


def asked_of_a_day() -> list[dict[str, Any]]:
    """The boxes of the three lines and the one more, as a page without a line shows them."""
    more = {"rows": 2, "optional": True}
    names = [name for name in DAY.boxes if name not in (DRAWING, DRAWING_WORDS)]
    return [_box(DAY, name, {}) | (more if name in DAY.also else {}) for name in names]


def _keep(request: HttpRequest, kind: Kind) -> HttpResponse:
    boxes, value = {name: request.POST.get(name, "") for name in kind.boxes}, value_of(request)
    key, version, at = key_of(request), version_of(request), clock.now()
    user, actor = request.user, request.actor  # type: ignore[attr-defined]
    felt = _felt(request)
    try:
        actions.write_entry(
            text=bodies.body_of(boxes) if value is None else value,
            own_key=value is not None,
            practice=kind.practice_id,
            kind=kind,
            felt=Felt(own_day(at, user.zone), **felt),  # type: ignore[union-attr, arg-type]
            client_key=key,
            author=user,  # type: ignore[arg-type]
            by=actor,
            at=at,
            draft=version,
        )
    except (Invalid, Conflict) as error:
        if value is not None:
            raise  # the words are on the page that sent this, and stay there
        return _ask(request, kind, boxes, key=key, version=version, felt=felt, error=error.sentence)
    messages.success(request, _("Saved. Only you can read it."))
    # What is locked in the browser is not known here: then their writer keeps the lines on their own page.
    if (
        kind.keeps
        and value is None
        and not add_phrases(
            text=boxes[kind.keeps],
            client_key=key,
            author=user,  # type: ignore[arg-type]
            by=actor,
            at=at,
        )
    ):
        messages.info(request, _("Your own lines are full, so these stay in the entry. You can change what is kept."))
        return on_to("member:own-phrases")
    return on_to("member:journal")


def _ask(
    request: HttpRequest,
    kind: Kind,
    boxes: Mapping[str, str],
    *,
    key: str,
    version: int,
    felt: Mapping[str, str] | None = None,
    error: str = "",
    kept: actions.Kept | None = None,
) -> HttpResponse:
    practice = kind.practice
    guide = _guide(request, practice)
    words = in_words(kind)
    minutes = _minutes(request, guide)
    context = {
        "kind": kind,
        "words": words,
        "parts": _parts(kind, guide, boxes),
        "closing": guide.closing if guide else (),
        "lengths": _lengths(practice, guide, minutes),
        "enough": min(minutes or ENOUGH_MINUTES, ENOUGH_MINUTES),
        "before": BEFORE,
        "after": AFTER,
        "felt": felt or {"before": "", "after": ""},
        "drawing": _drawable(boxes.get(DRAWING, "")),
        "earlier": kind.id in queries.kinds_in(request.actor),  # type: ignore[attr-defined]
        "drawing_box": _box(kind, DRAWING_WORDS, boxes) | {"rows": 2, "optional": True},
        "sheet": sheet(),
        "inks": INKS,
        "shapes": SHAPES,
        "rests": _rests(request),
        "grounding": GROUNDING,
        "easier": _easier(request, practice),
        "key": key,
        "version": version,
        "error": error,
        "refilled": kept is not None and kept.begun,
        "locked": kept.locked if kept is not None else "",
        "beside": kept.beside if kept is not None else (),
        **opening(request, person_of(request)),
    }
    answer = render(request, "member/journal_write.html", context, status=422 if error else 200)
    answer.headers["Permissions-Policy"] = HEARS
    return answer


def _closed(request: HttpRequest, kind: Kind) -> HttpResponse:
    """This kind rests, or comes later. What is open is one step away."""
    state = _open(request.actor, kind).state  # type: ignore[attr-defined]
    context = {"words": in_words(kind), "state": state, "easier": _easier(request, kind.practice)}
    return render(request, "member/journal_later.html", context)


def _open(actor: Actor, kind: Kind) -> Open:
    """Practices that can stir people up come in their own time, with the group first; and they rest with their person.

    Lines about a day, free lines and all that is milder are open to everybody: people write at home in any case, and
    better with a way out beside it.
    """
    practice = kind.practice
    if practice is None or practice.backdraft != "high":
        return Open(kind, "open")
    courses = courses_of(actor)
    if offered(courses, practice.id) is None:
        return Open(kind, "later" if any(_comes(course, practice) for course in courses) else "none")
    if goes_slowly(actor.user_id) is not None and not stays_open(practice):
        return Open(kind, "resting")
    return Open(kind, "open")


def _comes(course: Course, practice: Practice) -> bool:
    """Whether a later meeting of this course brings the practice."""
    sessions = course.programme.sessions if course.programme else ()
    return any(use.practice == practice.id for one in sessions for slot in one.agenda for use in slot.uses)


def _easier(request: HttpRequest, practice: Practice | None) -> Practice | None:
    if practice is None or practice.easier.practice is None:
        return None
    offer = offered(courses_of(request.actor), practice.easier.practice)  # type: ignore[attr-defined]
    return offer.practice if offer else None


def _rests(request: HttpRequest) -> bool:
    return journal.rests_now(author=request.user, by=request.actor, at=clock.now())  # type: ignore[arg-type, attr-defined]


def _felt(request: HttpRequest) -> dict[str, str]:
    before, after = request.POST.get("before", ""), request.POST.get("after", "")
    return {"before": before if before in BEFORE else "", "after": after if after in AFTER else ""}


def _guide(request: HttpRequest, practice: Practice | None) -> Guide | None:
    if practice is None:
        return None
    wanted = request.GET.get("seconds", "")
    length = next((one for one in practice.durations if str(one.seconds) == wanted), practice.shortest)
    needs = own_way(request.user, by=request.actor).needs  # type: ignore[arg-type, attr-defined]
    return guide_of(practice, length, needs)


def _minutes(request: HttpRequest, guide: Guide | None) -> int:
    """The length that was chosen, in minutes; 0 where none was."""
    wanted = request.GET.get("seconds", "")
    if guide is not None:
        return round(guide.seconds / 60) if wanted else 0
    return next((minutes for minutes in FREE_MINUTES if str(minutes * 60) == wanted), 0)


def _lengths(practice: Practice | None, guide: Guide | None, minutes: int) -> list[dict[str, Any]]:
    if practice is None or guide is None:
        return [
            {"seconds": one * 60, "words": length_in_words(one * 60), "chosen": one == minutes} for one in FREE_MINUTES
        ]
    return [
        {
            "seconds": one.seconds,
            "words": one.name or length_in_words(one.seconds),
            "chosen": one.seconds == guide.seconds,
        }
        for one in practice.durations
    ]


def _parts(kind: Kind, guide: Guide | None, boxes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Box by box. One that belongs to another length is there as soon as it holds words."""
    if guide is None:
        return [{"lead": (), "says": (), "box": _box(kind, TEXT, boxes) | {"rows": 12}}]
    parts: list[dict[str, Any]] = [
        # What is said to a box says what its help would say.
        {"lead": part.lead, "says": part.says, "box": _box(kind, part.prompt.id, boxes) | {"help": ""}}
        for part in guide.parts
    ]
    begun = [name for name in kind.boxes if boxes.get(name) and name not in (*guide.boxes, DRAWING, DRAWING_WORDS)]
    for name in dict.fromkeys((*(one for one in begun if one not in kind.also), *kind.also)):
        more = {"rows": 2, "optional": True} if name in kind.also else {}
        parts.append({"lead": (), "says": (), "box": _box(kind, name, boxes) | more})
    return parts


def _drawable(text: str) -> str:
    """The drawing as it came; an empty sheet where it cannot be drawn, so that it stands in nobody's way again."""
    try:
        return strokes.written(strokes.read(text))
    except strokes.NoDrawing:
        return ""


def _english(kind: Kind, name: str) -> dict[str, bool]:
    """Marks what a practice asks: the practices speak English on every page."""
    return {"english": True} if name not in (*kind.also, DRAWING_WORDS) and kind.practice_id else {}


def _box(kind: Kind, name: str, boxes: Mapping[str, str]) -> dict[str, Any]:
    ask, help_ = asked(kind, kind.practice)[name]
    return {"id": name, "ask": ask, "help": help_, "rows": 4, "words": boxes.get(name, "")} | _english(kind, name)
