"""Letting others read something of mine: choosing the words, looking who would read them, and saying yes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import fetch
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.member.journal import ENTRIES
from kindcircle.doors.web.member.letters import LETTERS
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_key import opening
from kindcircle.doors.web.member.sending import gives_words_back
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.doors.web.shared.shared_words import BY_ID, NOT_THE_GROUP, RUNGS, SIGNS, WITHOUT, Words
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.sharing import actions, looking, queries
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.sharing.queries import Mine
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.bodies import words_of
from kindcircle.rooms.writing.own_key import is_locked
from kindcircle.spec.ladder import UNDO, Step, widens

UNDONE = {
    actions.Undone.BY_NOBODY: gettext_lazy("It did not go. Nobody has seen it."),
    actions.Undone.AS_BEFORE: gettext_lazy("It did not go. Nobody sees more of it than before."),
    actions.Undone.BEFORE: gettext_lazy("It did not go. It is yours alone again. What was read cannot be unread."),
}
SHARES = Share.objects.select_related("author__organisation", "group__organisation", "handful")


@gives_words_back("words")
@page(Permission.SHARED_OWN_SEE, methods=("GET", "POST"))
def share(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """The words of one page of mine, or a part of them; who would read them; and only then the yes."""
    source, groups = _source(request, kind, code), _groups(request)
    text = "" if is_locked(source) else source
    person, key, by = person_of(request), key_of(request), request.actor  # type: ignore[attr-defined]
    group = next((one for one in groups if one.code == request.POST.get("group")), groups[0] if groups else None)
    step, words = request.POST.get("step", ""), request.POST.get("words", text if request.method != "POST" else "")
    asked: dict[str, Any] = {
        "source": (kind, code), "groups": groups, "group": group, "step": step, "words": words, "key": key,
        "rungs": RUNGS, "longest": actions.LONGEST,
    }  # fmt: skip
    if request.method != "POST" or group is None or request.POST.get("do") == "change":
        if is_locked(source) and request.method != "POST":
            # Their browser opens it into the box: there they see, and choose, what goes out readable.
            asked |= {"locked": source} | opening(request, person)
        return render(request, "member/share.html", asked | {"step": step or ""})
    if step not in set(Step):
        messages.success(request, _("It stays yours alone."))
        return on_to("member:shares")
    try:
        words = actions.tidy(words)
        if request.POST.get("do") == "go":
            actions.share(
                words=words,
                step=Step(step),
                source=Ref(kind, code),
                group=group,
                author=person,
                client_key=key,
                looked=request.POST.get("looked", ""),
                by=by,
                at=clock.now(),
            )
            messages.success(request, _("It has not gone yet. For ten minutes nobody sees it but you."))
            return on_to("member:shares")
    except KindError as problem:
        if request.POST.get("do") != "go" or problem.status == 422:
            return render(request, "member/share.html", asked | {"error": problem.sentence}, status=problem.status)
        more = {"error": problem.sentence} | _look(words, step, group, person, key, source=(kind, code), by=by)
        return render(request, "member/share_look.html", asked | more | {"words": words}, status=problem.status)
    look = _look(words, step, group, person, key, source=(kind, code), by=by)
    return render(request, "member/share_look.html", asked | look | {"words": words})


@page(Permission.SHARED_OWN_SEE)
def shares(request: HttpRequest) -> HttpResponse:
    """Everything I let others read, where each stands, and the way back."""
    by = request.actor  # type: ignore[attr-defined]
    context = {"shares": [_shown(one) for one in queries.own_shares(by, at=clock.now())], "groups": _groups(request)}
    return render(request, "member/shares.html", context)


@page(Permission.SHARE_OWN, about=SHARES, methods=("GET", "POST"))
def one(request: HttpRequest, share: Share) -> HttpResponse:
    """Another step for something I share. Less holds at once; more is looked at first."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    mine = queries.own_share(share, by=by, at=at)
    step = request.POST.get("step", "")
    asked: dict[str, Any] = {"one": _shown(mine), "share": share, "rungs": RUNGS, "step": share.step}
    if request.method != "POST" or request.POST.get("do") == "change" or step not in BY_ID:
        return render(request, "member/share_one.html", asked)
    if not step:
        actions.take_back(share=share, by=by, at=at)
        messages.success(request, _("It is yours alone again, on every screen. What was read cannot be unread."))
        return on_to("member:shares")
    source = (share.source_kind, share.source_code)
    look = _look(mine.words, step, share.group, share.author, share.code, source=source, by=by)
    look |= {"words": mine.words, "group": share.group, "step": step, "one": _shown(mine)}
    look["comes_along"] = look["comes_along"] or (step == Step.UNNAMED and mine.comes_along)
    if widens(mine.now, step) and request.POST.get("do") != "go":
        return render(request, "member/share_look.html", look)
    try:
        moved = actions.move(share=share, step=Step(step), looked=request.POST.get("looked", ""), by=by, at=at)
    except KindError as problem:
        return render(request, "member/share_look.html", look | {"error": problem.sentence}, status=problem.status)
    later = moved.seen_from > at
    messages.success(
        request,
        _("It has not gone yet. For ten minutes nobody sees more of it than before.")
        if later
        else _("Changed, on every screen. What was read cannot be unread."),
    )
    return on_to("member:shares")


@page(Permission.SHARE_OWN, about=SHARES, methods=("POST",))
def back(request: HttpRequest, share: Share) -> HttpResponse:
    """Mine alone again, at once. Nobody is told, and nobody asks why."""
    actions.take_back(share=share, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("It is yours alone again, on every screen. What was read cannot be unread."))
    return on_to("member:shares")


@page(Permission.SHARE_OWN, about=SHARES, methods=("POST",))
def wait(request: HttpRequest, share: Share) -> HttpResponse:
    """It has not gone out yet, and it does not."""
    try:
        undone = actions.undo(share=share, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except KindError as problem:
        messages.warning(request, problem.sentence)
        return on_to("member:shares")
    messages.success(request, UNDONE[undone])
    return on_to("member:shares")


def _source(request: HttpRequest, kind: str, code: str) -> str:
    """The words of one's own entry, or of a letter that has arrived, or the value that its writer's own key opens.

    Of anything else there is nothing here.
    """
    by = request.actor  # type: ignore[attr-defined]
    if kind == "journal":
        entry = fetch(ENTRIES, code, by=by, to=Permission.JOURNAL_READ)
        text = writing.open_entry(entry=entry, by=by)
        return text if entry.own_key else words_of(text)
    if kind == "letter":
        letter = fetch(LETTERS, code, by=by, to=Permission.LETTER_OPEN)
        return writing.open_letter(letter=letter, by=by, at=clock.now())
    raise NotFound


def _groups(request: HttpRequest) -> list[Group]:
    """The groups that one may share something in."""
    rows = Group.objects.filter(pk__in=request.actor.member_of).exclude(state=Group.State.FINISHED)  # type: ignore[attr-defined]
    return list(rows.select_related("organisation").order_by("name", "pk"))


def _look(
    words: str, step: str, group: Group, person: User, key: str, *, source: tuple[str, str], by: Actor
) -> dict[str, Any]:
    """Who would read it, how it would stand there, when it goes; and the proof that this was shown."""
    at = clock.now()
    return {
        "readers": looking.readers_of(step, group, person),
        "rung": BY_ID[step],
        "goes_at": at + UNDO,
        "zone": group.zone,
        "own_name": seals.name_of(person) if step == Step.NAMED else "",
        "comes_along": step == Step.UNNAMED and queries.comes_along(person, *source, group=group, by=by, at=at),
        "looked": looking.proof(words=words, step=step, group=group, author=person, key=key, at=at),
        "key": key,
    }


def _meanwhile(mine: Mine) -> Words:
    """Who can read it as long as the step that was chosen does not count; empty where nobody can."""
    if mine.now == Step.UNNAMED and mine.share.step != Step.UNNAMED:
        return WITHOUT.get(mine.without, NOT_THE_GROUP)
    return BY_ID[mine.now].so if mine.now else ""


def _shown(mine: Mine) -> dict[str, Any]:
    return {
        "code": mine.share.code,
        "words": mine.words,
        "group": mine.share.group,
        "stage": mine.stage,
        "to": BY_ID[mine.share.step],
        "now": BY_ID[mine.now],
        "meanwhile": _meanwhile(mine),
        "goes_at": mine.share.seen_from,
        "signs": [SIGNS[sign] for sign in mine.signs],
        "line": mine.line,
        "comes_along": mine.comes_along,
    }
