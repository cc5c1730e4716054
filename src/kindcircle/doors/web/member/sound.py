"""The sound of a practice for the one who may open it, and the pages that a phone can keep and play without a line."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.member.comforts import comforts
from kindcircle.doors.web.member.playing import Playing, offer_of, player_context, playing
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sent_file import sent_sound
from kindcircle.rooms.practice import sounds
from kindcircle.rooms.practice.courses import courses_of
from kindcircle.rooms.practice.recordings import file_of, recording_for
from kindcircle.rooms.safety.queries import help_lines

_STYLES = "every-page home live print"
_SCRIPTS = "quick-exit theme page"
_MODULES = "device-voice dom home-player kept kept-page kept-store"
KEPT_PARTS = (
    *(f"css/{name}.css" for name in _STYLES.split()),
    *(f"js/{name}.js" for name in _SCRIPTS.split()),
    *(f"live/{name}.js" for name in _MODULES.split()),
    "phone/mark.js",
    "img/icon.svg",
)
"""Everything that a kept page loads; a test follows the links and imports and compares."""


@page(Permission.PRACTICE_PLAY)
def sound(request: HttpRequest, practice_id: str, seconds: int, voice: str) -> HttpResponse:
    """One file with words and bells. 202 while it is still being made; then ask again in a second."""
    here = _exactly(request, practice_id, seconds)
    if voice != here.voice or not here.sound_url or request.GET.get("of", here.mark) != here.mark:
        raise NotFound
    if voice == "recorded":
        house = request.actor.organisation_id  # type: ignore[attr-defined]
        recording = recording_for(house, here.words, seconds)
        if recording is None:
            raise NotFound
        return sent_sound(file_of(recording))
    try:
        file = sounds.for_page(here.words, seconds, here.choice.needs)
    except sounds.NoVoice:
        raise NotFound from None
    return sent_sound(file) if file else HttpResponse(status=202, headers={"Retry-After": "1"})


@page(Permission.PRACTICE_PLAY)
def to_keep(request: HttpRequest, practice_id: str, seconds: int) -> HttpResponse:
    """The player as a phone may keep it: it names nobody, holds no form and leads to no private page."""
    here = _exactly(request, practice_id, seconds)
    group = here.offer.group
    lines = help_lines(group.organisation, at=clock.now()) if group else []
    return render(request, "member/practice_kept.html", comforts() | player_context(here) | {"lines": lines})


@page(Permission.PRACTICE_PLAY)
def kept(request: HttpRequest) -> HttpResponse:
    """What is kept on this phone. The phone itself fills in the list; we do not know it."""
    course = courses_of(request.actor)[0]  # type: ignore[attr-defined]
    return render(request, "member/kept.html", {"lines": help_lines(course.group.organisation, at=clock.now())})


def keeping(here: Playing, way: str) -> dict[str, Any]:
    """What a phone has to fetch to keep this practice, and the mark of the way in which it is kept."""
    words = here.words
    return {
        "name": f"{words.id} {here.seconds}",
        "title": words.title,
        "length": length_in_words(here.seconds),
        "page": reverse("member:to-keep", args=[words.id, here.seconds]),
        "sound": here.sound_url,
        "shell": reverse("member:kept"),
        "worker": reverse("member:worker"),
        "way": way,
        "parts": [static(name) for name in KEPT_PARTS],
    }


def _exactly(request: HttpRequest, practice_id: str, seconds: int) -> Playing:
    """In this length and no other: an address that is kept must not turn into another practice's."""
    here = playing(request, offer_of(request, practice_id), str(seconds))
    if here.seconds != seconds:
        raise NotFound
    return here
