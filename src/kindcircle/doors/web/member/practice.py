"""A practice at home: read or played, in a chosen length, with every way out beside it. The log fills itself."""

import math
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.member.sending import LONGEST_KEY
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.practice import actions
from kindcircle.rooms.practice.courses import ALWAYS, Offer, courses_of, offered
from kindcircle.spec.practices import Practice, cues

GROUNDING = ALWAYS[0]
WRITTEN = {
    "p06-letter-from-a-wise-friend": "member:letter-new",
    "p07-reading-it-again": "member:letters",
    "p09-three-line-day": "member:journal-new",
}
"""Practices that are done in writing, and the page they are written or read on."""
SPARE_MINUTES = 10  # around a practice, before an untouched page is covered


@page(Permission.PRACTICE_PLAY)
def practice(request: HttpRequest, practice_id: str) -> HttpResponse:
    """The home player. Without script the same page is a text to read at one's own pace."""
    offer = _offer(request, practice_id)
    words, seconds = offer.practice, _length(offer, request.GET.get("seconds", ""))
    steps = words.length(seconds).steps
    context = {
        "practice": words,
        "seconds": seconds,
        "lengths": [{"seconds": one, "words": length_in_words(one), "chosen": one == seconds} for one in offer.lengths],
        "shorter": max((one for one in offer.lengths if one < seconds), default=None),
        "steps": steps,
        "without_breath": any(step.no_breath for step in steps),
        "eyes_open": any(step.eyes_open for step in steps),
        "breath": any(step.kind == "breath" for step in steps),
        "cues": {words.id: {str(seconds): cues(words, seconds)}},
        "easier": _easier(request, words),
        "grounding": GROUNDING,
        "is_grounding": words.id == GROUNDING,
        "write_at": WRITTEN.get(words.id),
        "ways": _ways(words),
        # Nobody touches the page while practising.
        "idle_minutes": max(settings.MEMBER_IDLE_MINUTES, math.ceil(seconds / 60) + SPARE_MINUTES),
    }
    return render(request, "member/practice.html", context)


@page(Permission.PRACTICE_PLAY, methods=("POST",))
def played(request: HttpRequest, practice_id: str) -> HttpResponse:
    """What the player tells: begun, or played so far. Each telling holds the whole story, so any may be lost."""
    offer = _offer(request, practice_id)
    key, seconds = request.POST.get("key", ""), _number(request.POST.get("seconds", ""))
    so_far = _number(request.POST.get("played", ""))
    if not 0 < len(key) <= LONGEST_KEY or seconds not in offer.lengths or so_far is None:
        return HttpResponse(status=422)
    at, actor = clock.now(), request.actor  # type: ignore[attr-defined]
    so_far = min(so_far, seconds)
    play = actions.start_play(
        practice=offer.practice,
        seconds=seconds,
        client_key=key,
        member=request.user,  # type: ignore[arg-type]
        group=offer.group,
        by=actor,
        # When the first telling was lost, a later one still knows about when it began.
        at=at - timedelta(seconds=so_far),
    )
    actions.record_played(play=play, seconds=so_far, by=actor, at=at)
    return HttpResponse(status=204)


def _offer(request: HttpRequest, practice_id: str) -> Offer:
    offer = offered(courses_of(request.actor), practice_id)  # type: ignore[attr-defined]
    if offer is None:
        raise NotFound
    return offer


def _length(offer: Offer, asked: str) -> int:
    """The length that was asked for, if it is offered; else the usual one."""
    seconds = _number(asked)
    return seconds if seconds in offer.lengths else offer.usual


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _easier(request: HttpRequest, words: Practice) -> Practice | None:
    """The easier practice to go to, if this member may open it; else grounding, which is always open."""
    easier = words.easier.practice
    if easier is None:
        return None
    offer = offered(courses_of(request.actor), easier)  # type: ignore[attr-defined]
    return offer.practice if offer else None


def _ways(words: Practice) -> list[str]:
    """The same practice for different bodies and lives, in the order people look for them."""
    access = words.access
    return [
        access.eyes_open,
        access.no_breath,
        access.no_touch,
        access.seated,
        access.low_literacy,
        access.low_vision,
        access.hard_of_hearing,
    ]
