"""Practices in the house's own voice: what there is, the words to read aloud, and a place for the file."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.people.models import Organisation
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sent_file import sent_sound
from kindcircle.rooms.practice import sounds
from kindcircle.rooms.practice.courses import in_use
from kindcircle.rooms.practice.errors import TooBig, on_the_clock
from kindcircle.rooms.practice.models import Recording
from kindcircle.rooms.practice.recordings import (
    file_of,
    folder,
    keep_recording,
    recording_for,
    recordings_of,
    take_back,
)
from kindcircle.spec.practices import USUAL, Practice, all_practices, cues, load_practice
from kindcircle.spec.texts import ContentError

RECORDINGS = Recording.objects.select_related("organisation")


class FileForm(forms.Form):
    """One recording."""

    file = forms.FileField(
        label=gettext_lazy("Your recording"),
        help_text=gettext_lazy("MP3, M4A, WAV, FLAC or OGG, up to 50 MB. Only its sound is kept."),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("This file is empty. Please choose another one."),
        },
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A practice in the list, with its lengths and whether each has a voice of the house."""

    practice: Practice
    ours: bool  # a group of the house meets in these words
    lengths: list[dict[str, Any]]


@page(Permission.RECORDING_KEEP)
def recordings(request: HttpRequest) -> HttpResponse:
    """Every practice, in the words that our groups meet in, in its newest words, and in those that were recorded."""
    house = _house(request)
    there = {(one.practice, one.practice_version, one.seconds) for one in recordings_of(house)}
    ours = {(one.id, one.version): one for one in in_use(house)}
    shown = {(one.id, one.version): one for one in all_practices()} | ours
    for name, version, _seconds in there:
        if (name, version) not in shown:
            found = _words(name, version)
            if found is not None:
                shown[name, version] = found
    in_order = sorted(shown.values(), key=lambda one: (one.number, one.version))
    rows = [Row(one, (one.id, one.version) in ours, _lengths(one, there)) for one in in_order]
    return render(request, "facilitator/recordings.html", {"rows": rows, "count": len(there)})


@page(Permission.RECORDING_KEEP, methods=("GET", "POST"))
def recording(request: HttpRequest, practice_id: str, version: str, seconds: int) -> HttpResponse:
    """The words with their moments, the voice as it is now, and a form for a file."""
    words = _practice(practice_id, version, seconds)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, form.cleaned_data["file"], words, seconds)
        except KindError as error:
            form.add_error("file", error.sentence)
        else:
            messages.success(request, _("Kept. Please listen to it once from beginning to end."))
            return _back_to(words, seconds)
    here = recording_for(_house(request).pk, words, seconds)
    timeline = cues(words, seconds)
    context = {
        "practice": words,
        "seconds": seconds,
        "length": length_in_words(seconds),
        "moments": [(on_the_clock(one["at"] // 1000), one["text"]) for one in timeline[:-1]],
        "clock": on_the_clock(seconds),
        "here": here,
        "form": form,
    }
    return render(request, "facilitator/recording.html", context, status=422 if form.errors else 200)


@page(Permission.RECORDING_KEEP)
def made(request: HttpRequest, practice_id: str, version: str, seconds: int) -> HttpResponse:
    """The made voice, to listen to and to compare. 202 while it is still being made."""
    words = _practice(practice_id, version, seconds)
    try:
        file = sounds.for_page(words, seconds, USUAL)
    except sounds.NoVoice:
        raise NotFound from None
    return sent_sound(file) if file else HttpResponse(status=202, headers={"Retry-After": "1"})


@page(Permission.RECORDING_KEEP, about=RECORDINGS)
def recording_sound(request: HttpRequest, thing: Recording) -> HttpResponse:
    """The recording as members hear it."""
    return sent_sound(file_of(thing))


@page(Permission.RECORDING_KEEP, about=RECORDINGS, methods=("POST",))
def recording_take_back(request: HttpRequest, thing: Recording) -> HttpResponse:
    """Members hear the made voice again."""
    words, seconds = _words(thing.practice, thing.practice_version), thing.seconds
    take_back(recording=thing, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Taken back. Members hear the made voice again."))
    if words is None:
        return HttpResponseRedirect(reverse("facilitator:recordings"))
    return _back_to(words, seconds)


def _keep(request: HttpRequest, upload: UploadedFile, words: Practice, seconds: int) -> None:
    if getattr(upload, "too_big", False):
        raise TooBig
    about: dict[str, Any] = {
        "name": upload.name,
        "practice": words,
        "seconds": seconds,
        "organisation": _house(request),
        "by": request.actor,  # type: ignore[attr-defined]
        "at": clock.now(),
    }
    if hasattr(upload, "temporary_file_path"):
        keep_recording(come=Path(upload.temporary_file_path()), **about)
        return
    with NamedTemporaryFile(dir=folder(), suffix=".come") as small:
        for part in upload.chunks():
            small.write(part)
        small.flush()
        keep_recording(come=Path(small.name), **about)


def _house(request: HttpRequest) -> Organisation:
    return Organisation.objects.get(pk=request.actor.organisation_id)  # type: ignore[attr-defined]


def _words(name: str, version: str) -> Practice | None:
    try:
        return load_practice(name, version)
    except ContentError:
        return None


def _practice(name: str, version: str, seconds: int) -> Practice:
    words = _words(name, version)
    if words is None or seconds not in [one.seconds for one in words.durations]:
        raise NotFound
    return words


def _lengths(words: Practice, there: set[tuple[str, str, int]]) -> list[dict[str, Any]]:
    return [
        {
            "seconds": one.seconds,
            "words": length_in_words(one.seconds),
            "own": (words.id, words.version, one.seconds) in there,
        }
        for one in words.durations
    ]


def _back_to(words: Practice, seconds: int) -> HttpResponse:
    response = HttpResponseRedirect(reverse("facilitator:recording", args=[words.id, words.version, seconds]))
    response.status_code = 303
    return response
