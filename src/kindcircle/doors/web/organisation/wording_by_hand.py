"""Typing in the words of a questionnaire, and comparing what a colleague typed with the original, line by line."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.measures import by_hand
from kindcircle.rooms.measures.by_hand import Mark
from kindcircle.rooms.measures.errors import VersionUnknown
from kindcircle.rooms.measures.models_typing import TypedWording
from kindcircle.rooms.measures.queries import definition
from kindcircle.spec.typed_words import Line, lines_of, missing

TYPED = TypedWording.objects.select_related("organisation", "typed_by")
AT_ONCE = 12
"""So many lines stand on one page: few enough to find one's place on paper again."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line as the pages draw it. name is that of its field."""

    line: Line
    name: str
    words: str
    stored: str
    mark: Mark | None
    said: str
    note: str


@page(Permission.WORDING_IMPORT, methods=("POST",))
def begin(request: HttpRequest) -> HttpResponse:
    """Start to type, or go on where somebody stopped."""
    try:
        one = definition(request.POST.get("instrument", "").replace("\0", ""))
        typed = by_hand.begin(
            organisation=house_of(request),
            one=one,
            language=request.POST.get("language", ""),
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except VersionUnknown:
        messages.warning(request, _("Please choose a questionnaire."))
        return on_to("organisation:wordings")
    except KindError as error:
        messages.warning(request, error.sentence)
        return on_to("organisation:wordings")
    return on_to("organisation:wording-typed", typed.code)


@page(Permission.WORDING_IMPORT, about=TYPED, methods=("GET", "POST"))
def typing(request: HttpRequest, typed: TypedWording) -> HttpResponse:
    """A few lines at a time; every press, and every line that is left, keeps what was typed."""
    actor = request.actor  # type: ignore[attr-defined]
    mine = typed.typed_by_id == actor.user_id
    part = _part(request, typed)
    if request.method == "GET":
        return _typing(request, typed, part, mine=mine)
    do, at = request.POST.get("do", "save"), clock.now()
    if do == "drop":
        by_hand.drop(typed=typed, by=actor, at=at)
        messages.success(request, _("The draft is gone."))
        return on_to("organisation:wordings")
    if not mine:
        raise NotFound
    given = {row.key: request.POST[f"w-{n}"] for n, row in _numbered(typed, part) if f"w-{n}" in request.POST}
    quietly = "HX-Request" in request.headers
    try:
        if do == "take-back":
            by_hand.take_back(typed=typed, by=actor, at=at)
            return _at(typed, part)
        typed = by_hand.save(typed=typed, lines=given, seen=_seen(request), by=actor, at=at)
        if do == "hand-in":
            source, whom = request.POST.get("source", ""), request.POST.get("whom", "")
            terms = "terms" in request.POST
            by_hand.hand_in(typed=typed, source=source.replace("\0", ""), terms=terms, whom=whom, by=actor, at=at)
            messages.success(request, _("Handed over. Nobody is asked with these words before the second yes."))
            return on_to("organisation:wordings")
    except KindError as error:
        if not error.sentence:
            raise
        typed.refresh_from_db()
        if quietly:
            return _kept(request, typed, error.sentence)
        return _typing(request, typed, part, mine=mine, given=given, problem=error)
    if quietly:
        return _kept(request, typed, "")
    return _at(typed, part + 1 if do == "next" else part)


@page(Permission.WORDING_CHECK, about=TYPED, methods=("GET", "POST"))
def check(request: HttpRequest, typed: TypedWording) -> HttpResponse:
    """Each line beside its keys, to be held against the original: the same, or what is different."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if typed.typed_by_id == actor.user_id:
        messages.info(request, _("You typed these words. Somebody else has to compare them with the original."))
        return _at(typed, 1)
    part, do = _part(request, typed), request.POST.get("do", "save")
    if request.method == "GET":
        return _checking(request, typed, part)
    said = {}
    for n, row in _numbered(typed, part):
        note = request.POST.get(f"n-{n}", "").strip()
        # A note without a tick is a line that differs: nobody writes one beside a line that is the same.
        chosen = request.POST.get(f"m-{n}") or ("differs" if note else "")
        if chosen in ("same", "differs"):
            said[row.key] = (chosen == "same", note)
    quietly = "HX-Request" in request.headers
    try:
        if typed.state == TypedWording.State.IN_USE and do == "yes":
            by_hand.confirm(typed=typed, by=actor, at=at)
            return _thanks(request, _("These words are in use now. Thank you for looking so closely."))
        typed = by_hand.mark(typed=typed, said=said, by=actor, at=at)
        if do == "yes":
            by_hand.confirm(typed=typed, by=actor, at=at)
            return _thanks(request, _("These words are in use now. Thank you for looking so closely."))
        if do == "back":
            by_hand.send_back(typed=typed, by=actor, at=at)
            return _thanks(request, _("Sent back with your notes. You are asked again once the lines are mended."))
    except KindError as error:
        if not error.sentence:
            raise
        typed.refresh_from_db()
        if quietly:
            return _kept(request, typed, error.sentence)
        return _checking(request, typed, part, said=said, problem=error)
    if quietly:
        return _kept(request, typed, "")
    return _at(typed, part + 1 if do == "next" else part, "organisation:wording-check")


def _typing(
    request: HttpRequest,
    typed: TypedWording,
    part: int,
    *,
    mine: bool,
    given: dict[str, str] | None = None,
    problem: KindError | None = None,
) -> HttpResponse:
    one = by_hand.definition_of(typed)
    people = by_hand.may_be_asked(typed)
    names = seals.names_of([*people, typed.typed_by])
    left = missing(one, typed.lines)
    context = _frame(typed, part) | {
        "rows": _rows(typed, part, given or {}, {}),
        "mine": mine,
        "typist": names[typed.typed_by_id],
        "may_drop": mine or not typed.typed_by.is_active,
        "editable": mine and typed.state == TypedWording.State.TYPING,
        "waiting": typed.state == TypedWording.State.WAITING,
        "still": _still_to_type(typed),
        "parts_left": sorted({_part_of(typed, line) for line in left}),
        "differing": by_hand.differing(typed),
        "parts_differing": sorted({_part_of(typed, line) for line in by_hand.differing(typed)}),
        "people": [(person.code, names[person.pk]) for person in people],
        "chosen": request.POST.get("whom", ""),
        "source": request.POST.get("source", typed.source),
        "problem": problem.sentence if problem else "",
    }
    return render(request, "organisation/wording_typing.html", context, status=problem.status if problem else 200)


def _checking(
    request: HttpRequest,
    typed: TypedWording,
    part: int,
    *,
    said: dict[str, tuple[bool, str]] | None = None,
    problem: KindError | None = None,
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    left = by_hand.still_to_look_at(typed, actor)
    context = _frame(typed, part) | {
        "rows": _rows(typed, part, {}, said or {}, looker=actor.code),
        "typist": seals.name_of(typed.typed_by),
        "waiting": typed.state == TypedWording.State.WAITING,
        "in_use": typed.state == TypedWording.State.IN_USE,
        "still": _still_to_look_at(request, typed),
        "parts_left": sorted({_part_of(typed, line) for line in left}),
        "differing": len(by_hand.differing(typed)),
        "problem": problem.sentence if problem else "",
    }
    return render(request, "organisation/wording_check.html", context, status=problem.status if problem else 200)


def _frame(typed: TypedWording, part: int) -> dict[str, Any]:
    one = by_hand.definition_of(typed)
    return {
        "typed": typed,
        "name": one.name,
        "licence": one.licence,
        "part": part,
        "parts": list(range(1, _parts(typed) + 1)),
        "last": part == _parts(typed),
    }


def _rows(
    typed: TypedWording,
    part: int,
    given: dict[str, str],
    said: dict[str, tuple[bool, str]],
    *,
    looker: str = "",
) -> list[Row]:
    """The lines of this part. To whoever looks, their own marks; to whoever typed, those of their colleague."""
    marks = by_hand.marks_of(typed)
    rows = []
    for n, line in _numbered(typed, part):
        stored = typed.lines.get(line.key, "")
        mark = marks.get(line.key)
        own = said.get(line.key) or ((mark.same, mark.note) if mark and mark.by == looker else None)
        chosen = "" if own is None else "same" if own[0] else "differs"
        # An older page never showed what came in since: its empty box takes nothing away.
        words = given.get(line.key) or stored
        rows.append(Row(line, str(n), words, stored, mark, chosen, own[1] if own else ""))
    return rows


def _kept(request: HttpRequest, typed: TypedWording, problem: str) -> HttpResponse:
    """The line at the foot of the form, drawn anew after a line was left."""
    looks = typed.state == TypedWording.State.WAITING
    still = _still_to_look_at(request, typed) if looks else _still_to_type(typed)
    context = {"typed": typed, "problem": problem, "seen": typed.revision, "kept": True, "still": still}
    return render(request, "organisation/_wording_kept.html", context)


def _still_to_type(typed: TypedWording) -> str:
    one = by_hand.definition_of(typed)
    needed = sum(line.needed for line in lines_of(one))
    told = {"left": len(missing(one, typed.lines)), "all": needed}
    return _("%(left)s of %(all)s lines are still to type.") % told


def _still_to_look_at(request: HttpRequest, typed: TypedWording) -> str:
    left = by_hand.still_to_look_at(typed, request.actor)  # type: ignore[attr-defined]
    return _("%(left)s of %(all)s lines are still to look at.") % {"left": len(left), "all": len(typed.lines)}


def _thanks(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    keeps = can(request.actor, Permission.WORDING_IMPORT, house_of(request))  # type: ignore[attr-defined]
    return on_to("organisation:wordings" if keeps else "facilitator:tasks")


def _at(typed: TypedWording, part: int, name: str = "organisation:wording-typed") -> HttpResponse:
    part = min(part, _parts(typed))
    return SeeOther(f"{reverse(name, args=[typed.code])}?part={part}")


def _numbered(typed: TypedWording, part: int) -> list[tuple[int, Line]]:
    lines = list(enumerate(lines_of(by_hand.definition_of(typed)), start=1))
    return lines[(part - 1) * AT_ONCE : part * AT_ONCE]


def _parts(typed: TypedWording) -> int:
    return -(-len(lines_of(by_hand.definition_of(typed))) // AT_ONCE)


def _part_of(typed: TypedWording, line: Line) -> int:
    keys = [one.key for one in lines_of(by_hand.definition_of(typed))]
    return keys.index(line.key) // AT_ONCE + 1


def _part(request: HttpRequest, typed: TypedWording) -> int:
    return min(max(_number(request.GET.get("part", "1"), 1), 1), _parts(typed))


def _seen(request: HttpRequest) -> int:
    return _number(request.POST.get("seen", ""), -1)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise
