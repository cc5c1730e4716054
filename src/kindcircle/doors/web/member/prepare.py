"""Getting ready, in about ten minutes and in any order. Each part may be left out, and nobody counts."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.paper import words
from kindcircle.rooms.groups.consents import Stand, stand_of
from kindcircle.rooms.preparing import queries
from kindcircle.rooms.preparing.actions import mark_step
from kindcircle.rooms.preparing.parts import STEPS
from kindcircle.spec.texts import pinned_handout

ORIENTATION = "what-happens-here@2"
READ = {"passing": "the-right-to-pass@1", "backdraft": "what-backdraft-is@1"}
ON_PAGES_OF_THEIR_OWN = {"plan": "member:support-plan", "contact": "member:safe-contact", "anchor": "member:own-way"}
ROOM_TO_WRITE = "____"
"""Parts with lines to fill in by hand belong on paper; on the screen each has its own page."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to look at: what it is, why it may help, about how long it takes."""

    id: str
    title: str | Promise
    why: str | Promise
    minutes: int
    done: bool = False


WORDS: dict[str, tuple[str | Promise, str | Promise, int]] = {
    "what-happens": (gettext_lazy("What happens here"), gettext_lazy("A walk through the door before you come."), 3),
    "passing": (gettext_lazy("The right to pass"), gettext_lazy("You never have to speak."), 1),
    "backdraft": (
        gettext_lazy("When kindness stings"),
        gettext_lazy("It may feel hard at first. Here is why, and what helps."),
        2,
    ),
    "anchor": (
        gettext_lazy("My anchor, and how I practise"),
        gettext_lazy("What I come back to when it gets much."),
        1,
    ),
    "plan": (
        gettext_lazy("My support plan"),
        gettext_lazy("What helps me, and what does not. Mine alone until I share it."),
        3,
    ),
    "contact": (
        gettext_lazy("A safe way to reach me"),
        gettext_lazy("Which way, what hours, what name. And whom never to call."),
        2,
    ),
    "device": (gettext_lazy("Try my device"), gettext_lazy("Sound, clock, and a quiet place if we meet by screen."), 1),
}


@page(Permission.ACCOUNT_USE)
def prepare(request: HttpRequest) -> HttpResponse:
    """The list. What was looked at carries a quiet mark that only its reader sees."""
    person = person_of(request)
    if stand_of(person) == Stand.NOT_ASKED:
        return on_to("member:consent")
    by = request.actor  # type: ignore[attr-defined]
    done = queries.steps_done(person, by=by)
    parts = [Part(one, *WORDS[one], one in done) for one in STEPS if one != "anchor" or by.member_of]
    context = {"parts": parts, "talks": queries.own_talks(person, by=by), "own_page": bool(by.member_of)}
    return render(request, "member/prepare.html", context)


@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def part(request: HttpRequest, step: str) -> HttpResponse:
    """One part to look at; and the mark behind it, set or taken away."""
    if step not in STEPS:
        raise NotFound
    person, by = person_of(request), request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        mark_step(person=person, step=step, done="again" not in request.POST, by=by, at=clock.now())
        return on_to("member:prepare")
    if step in ON_PAGES_OF_THEIR_OWN:
        return on_to(ON_PAGES_OF_THEIR_OWN[step])
    context = {"part": Part(step, *WORDS[step], step in queries.steps_done(person, by=by))}
    if step == "device":
        now = timezone.localtime(clock.now())
        return render(
            request, "member/prepare_device.html", context | {"now": int(now.timestamp() * 1000), "now_here": now}
        )
    if step == "what-happens":
        return render(request, "member/prepare_walk.html", context | _walk(request.GET.get("page", "")))
    handout = pinned_handout(READ[step])
    return render(
        request, "member/prepare_read.html", context | {"text": as_html(handout.text), "title": handout.title}
    )


@page(Permission.ACCOUNT_USE)
def paper(request: HttpRequest) -> HttpResponse:
    """The walk through the door as PDF, with room to write by hand."""
    handout = pinned_handout(ORIENTATION)
    return on_paper("handout", words.page(handout), handout.title)


def _walk(asked: str) -> dict[str, Any]:
    """One short stretch of the orientation, and the way on and back."""
    stretches = _stretches()
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    number = min(max(number, 1), len(stretches))
    title, text = stretches[number - 1]
    more = {"before": number - 1, "after": number + 1 if number < len(stretches) else 0}
    return more | {"title": title, "text": text, "number": number, "of": len(stretches)}


def _stretches() -> list[tuple[str, SafeString]]:
    """The orientation by its headings: the opening first, under the name of the whole."""
    handout = pinned_handout(ORIENTATION)
    opening, *rest = re.split(r"^## +(.+)$", handout.text, flags=re.MULTILINE)
    parts = [(handout.title, opening), *zip(rest[::2], rest[1::2], strict=True)]
    return [(title.strip(), as_html(text, deeper=1)) for title, text in parts if ROOM_TO_WRITE not in text]
