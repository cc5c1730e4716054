"""Another practice, in the middle of a meeting: any of the library that this group may do today, with a reason."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.practice_search import PracticeSearch
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries, queries_library
from kindcircle.spec.practices import Length, Practice
from kindcircle.spec.programmes import PracticeUse
from kindcircle.spec.repertoire import asks_for
from kindcircle.spec.search import Suggestion
from kindcircle.spec.ways import Topic


@dataclass(frozen=True, slots=True)
class Offer:
    """One length to start."""

    use: PracticeUse
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """One practice with the lengths that may be led today, and what needs another anchor for somebody.

    twice: it stirs more than today's plan, so whoever leads looks twice.
    """

    practice: Practice
    why: str
    offers: tuple[Offer, ...]
    twice: bool
    anchors: str


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def library(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """What fits the question in the address; as a part of the meeting's page, or as a page of its own."""
    form = PracticeSearch(request.GET)
    found = form.among(queries_library.repertoire(gathering))
    place = queries.placed(gathering, at=clock.now())
    context = {
        "gathering": gathering,
        "form": form,
        "found": [_found(gathering, one, form) for one in found],
        "searched": bool(request.GET),
        "may_start": place.phase in ("open", "closing"),
    }
    part = "_lead_library" if request.headers.get("HX-Request") else "lead_library"
    return render(request, f"facilitator/{part}.html", context)


def _found(gathering: Gathering, one: Suggestion, form: PracticeSearch) -> Found:
    most = form.cleaned_data.get("minutes") if form.is_valid() else None
    lengths = [
        (length, word)
        for length, word in queries_library.lengths_today(gathering, one.practice)
        if most is None or length.seconds <= most * 60
    ]
    offers = tuple(_offer(one.practice, length) for length, _word in lengths)
    twice = any(word == "ask" for _length, word in lengths)
    topics = dict.fromkeys(topic for length, _word in lengths for topic in asks_for(length))
    return Found(one.practice, one.why, offers, twice, ", ".join(_anchor(topic) for topic in topics))


def _offer(practice: Practice, length: Length) -> Offer:
    use = PracticeUse(practice=practice.id, version=practice.version, seconds=length.seconds)
    return Offer(use, length.name or "")


def _anchor(topic: Topic) -> str:
    return {
        "breath": _("breath"),
        "touch": _("touch"),
        "standing": _("standing or walking"),
        "pictures": _("pictures in the mind"),
        "writing": _("writing"),
    }[topic]
