"""A practice at home: read or played, in a chosen length, with every way out beside it. The log fills itself."""

import math
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.doors.web.member.landing import asked_after
from kindcircle.doors.web.member.little_data import device_asks, little_data
from kindcircle.doors.web.member.own_way import WayForm, mark_of
from kindcircle.doors.web.member.playing import GROUNDING, number, offer_in, offer_of, player_context, playing
from kindcircle.doors.web.member.sound import keeping
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import LONGEST_KEY
from kindcircle.rooms.backdraft.actions import ask_at_home
from kindcircle.rooms.backdraft.models import SlowerPace
from kindcircle.rooms.backdraft.queries import goes_slowly, rests
from kindcircle.rooms.practice import actions
from kindcircle.rooms.practice.at_hand import shelf_of
from kindcircle.rooms.practice.courses import Course, courses_of, offered
from kindcircle.rooms.writing.kinds import BY_PRACTICE
from kindcircle.spec.practices import Practice, newest_practice
from kindcircle.spec.slowing import stays_open

WRITTEN: dict[str, tuple[str, ...]] = {
    "p06-letter-from-a-wise-friend": ("member:letter-new",),
    "p07-reading-it-again": ("member:letters",),
    **{kind.practice_id: ("member:journal-write", kind.id) for kind in BY_PRACTICE.values()},
    "p41-letter-from-a-kinder-future": ("member:letter-new-future",),
    "p49-letter-for-a-hard-day": ("member:letter-new-hard-day",),
}
"""Practices that are done in writing, and the page they are written or read on."""
SPARE_MINUTES = 10  # around a practice, before an untouched page is covered
LATEST_TELLING = 14 * 24 * 3600  # seconds after which a play that was not told any sooner is dated then


@page(Permission.PRACTICE_PLAY)
def practice(request: HttpRequest, practice_id: str) -> HttpResponse:
    """The home player. Without script the same page is a text to read at one's own pace."""
    actor = request.actor  # type: ignore[attr-defined]
    courses, pace = courses_of(actor), goes_slowly(actor.user_id)
    offer = offer_in(courses, practice_id)
    if pace is not None and rests(offer, pace):
        return _resting(request, courses, offer.practice, pace)
    here = playing(request, offer, request.GET.get("seconds", ""))
    words, seconds = here.words, here.seconds
    shelf = shelf_of(request.user, by=actor)  # type: ignore[arg-type]
    little = little_data(request, here.choice)
    context = player_context(here) | {
        "facts": here.facts | {"little": little},
        "little": little,
        "device_asks": device_asks(request),
        "lengths": [{"seconds": one, "words": length_in_words(one), "chosen": one == seconds} for one in offer.lengths],
        "shorter": max((one for one in offer.lengths if one < seconds), default=None),
        "easier": _easier(courses, words),
        "grounding": GROUNDING,
        "is_grounding": words.id == GROUNDING,
        # What is only for meetings is nothing to keep at hand at home.
        "at_hand": words.id in shelf.practices if "solo" in words.settings else None,
        "write_at": _written_at(words.id),
        "reads_letters": WRITTEN.get(words.id) == ("member:letters",),
        "after_key": codes.new_code(),
        "access": _access(words),
        "keeping": keeping(here, mark_of(here.choice, request.user.code)),  # type: ignore[union-attr]
        "way_form": WayForm.of(here.choice),
        "back_to": request.get_full_path(),
        **asked_after(words, request.user.language),  # type: ignore[union-attr]
        # Nobody touches the page while practising.
        "idle_minutes": max(settings.MEMBER_IDLE_MINUTES, math.ceil(seconds / 60) + SPARE_MINUTES),
    }
    return render(request, "member/practice.html", context)


@page(Permission.PRACTICE_PLAY, methods=("POST",))
def played(request: HttpRequest, practice_id: str) -> HttpResponse:
    """What the player tells: begun, or played so far. Each telling holds the whole story, so any may be lost.

    A phone that had no line tells later, and how many seconds `ago` it began.
    """
    offer = offer_of(request, practice_id)
    key, seconds = request.POST.get("key", ""), number(request.POST.get("seconds", ""))
    so_far, ago = number(request.POST.get("played", "")), number(request.POST.get("ago", "0"), digits=9)
    if not 0 < len(key) <= LONGEST_KEY or seconds not in offer.lengths or so_far is None or ago is None:
        return HttpResponse(status=422)
    at, actor = clock.now(), request.actor  # type: ignore[attr-defined]
    so_far = min(so_far, seconds)
    # When the first telling was lost, a later one still knows about when it began.
    began = at - timedelta(seconds=min(max(so_far, ago), LATEST_TELLING))
    play = actions.start_play(
        practice=offer.practice,
        seconds=seconds,
        client_key=key,
        member=request.user,  # type: ignore[arg-type]
        group=offer.group,
        by=actor,
        at=began,
    )
    if request.POST.get("asked") == "yes":
        ask_at_home(play=play, by=actor, at=at)
    actions.record_played(
        play=play, seconds=so_far, by=actor, at=max(began + timedelta(seconds=so_far), play.started_at)
    )
    return HttpResponse(status=204)


def _written_at(practice_id: str) -> str:
    """The address of the page on which this is written; nothing for what is not."""
    name, *args = WRITTEN.get(practice_id, ("",))
    return reverse(name, args=args) if name else ""


def _resting(request: HttpRequest, courses: list[Course], words: Practice, pace: SlowerPace) -> HttpResponse:
    """Somebody goes slowly for a while: this one waits, and what is light is here."""
    easier = _easier(courses, words)
    context = {
        "practice": words,
        "easier": easier if easier and stays_open(easier) else newest_practice(GROUNDING),
        "pace": pace,
    }
    return render(request, "member/practice_resting.html", context)


def _easier(courses: list[Course], words: Practice) -> Practice | None:
    """The easier practice to go to, if this member may open it; else grounding, which is always open."""
    easier = words.easier.practice
    if easier is None:
        return None
    offer = offered(courses, easier)
    return offer.practice if offer else None


def _access(words: Practice) -> list[str]:
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
