"""Writing to those who lead: who reads it, when they are there, one tap or a few words, and what was said so far."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.member.drafts import kind_of_messages
from kindcircle.doors.web.member.sending import gives_words_back, version_of
from kindcircle.doors.web.shared.errors import words_back
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.conversations import actions, queries
from kindcircle.rooms.conversations.errors import SentBefore
from kindcircle.rooms.conversations.models import Phrase
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.safety.queries import help_lines, promise
from kindcircle.rooms.safety.staffed import StaffedHours
from kindcircle.rooms.writing.actions import finish_draft, open_draft, save_draft

HERE = "member:conversation"


@page(Permission.ACCOUNT_USE)
def write(request: HttpRequest) -> HttpResponse:
    """From anywhere: straight to the one group somebody is in, or a choice of them."""
    places = queries.places_to_write_from(request.actor)  # type: ignore[attr-defined]
    if len(places) == 1:
        return redirect(HERE, code=places[0].code)
    return render(request, "member/conversations.html", {"places": places})


@gives_words_back("text")
@page(Permission.CONVERSATION_SEE, about=queries.member_places(), methods=("GET", "POST"))
def conversation(request: HttpRequest, place: Membership) -> HttpResponse:
    """One's own conversation with those who lead one group. Who left may read it, and write no more."""
    if request.method != "POST":
        return _show(request, place, **_begun(request, place))
    text, ring, key = request.POST.get("text", ""), "ring" in request.POST, key_of(request)
    if not _present(place):
        why = _("You have left this group, so it was not sent.")
        return words_back(request, [text], why=why, status=409) if text.strip() else on_to(HERE, place.code)
    try:
        _send(request, place, text=text, ring=ring, key=key)
    except KindError as error:
        # What was sent with this key stays as it was; other words need a key of their own.
        key = codes.new_code() if isinstance(error, SentBefore) else key
        return _show(request, place, text=text, ring=ring, key=key, version=version_of(request), error=error)
    if ring:
        messages.success(request, _("Sent. Those who lead are told that you would like to be rung."))
    else:
        messages.success(request, _("Sent. Those who lead your group can read it now."))
    return on_to(HERE, place.code)


def _begun(request: HttpRequest, place: Membership) -> dict[str, Any]:
    """What was typed on this page before and not sent."""
    if not _present(place):
        return {}
    kept = open_draft(kind=kind_of_messages(place), author=place.user, by=request.actor)  # type: ignore[attr-defined]
    text = kept.boxes.get("text", "")
    return {"text": text, "version": kept.version, "refilled": bool(text)}


def _send(request: HttpRequest, place: Membership, *, text: str, ring: bool, key: str) -> None:
    """A tap sends only what was tapped; words that were begun beside it are kept as a draft."""
    phrase, at = request.POST.get("phrase", ""), clock.now()
    by, version = request.actor, version_of(request)  # type: ignore[attr-defined]
    draft = {"kind": kind_of_messages(place), "page": key, "version": version, "author": place.user, "by": by}
    with transaction.atomic():
        if phrase and text.strip():
            save_draft(box="text", text=text, at=at, **draft)
        actions.write(
            place=place,
            text="" if phrase else text,
            phrase=phrase,
            please_ring=ring,
            client_key=key,
            by=by,
            at=at,
        )
        if not phrase:
            finish_draft(**draft)


def _show(
    request: HttpRequest,
    place: Membership,
    *,
    text: str = "",
    ring: bool = False,
    key: str = "",
    version: int = 0,
    refilled: bool = False,
    error: KindError | None = None,
) -> HttpResponse:
    at, group = clock.now(), place.group
    row = queries.conversation_of(place)
    call = queries.open_call(row) if row else None
    said = actions.open_own(place=place, by=request.actor, at=at) if request.method != "HEAD" else []  # type: ignore[attr-defined]
    readers = queries.readers_of(group, at=at)
    context = {
        "place": place,
        "present": _present(place),
        "readers": readers,
        "hours": hours_in_words(readers.hours),
        "zone": group.organisation.zone,
        "own_clock": place.user.zone == group.organisation.zone,
        "phrases": Phrase.choices,
        "kind": kind_of_messages(place),
        "box": {"id": "text", "ask": _("In your own words"), "words": text, "rows": 5, "readers": "facilitators"},
        "ring": ring,
        "key": key or codes.new_code(),
        "version": version,
        "refilled": refilled,
        "error": error.sentence if error else "",
        "said": list(reversed(said)),
        "answer_first": bool(said) and not said[-1].from_member,
        "settled": row is not None and row.settled_at is not None,
        "call_by": promise(group, at=call.raised_at).by if call else None,
        "lines": help_lines(group.organisation, at=at) if call else [],
    }
    return render(request, "member/conversation.html", context, status=error.status if error else 200)


def _present(place: Membership) -> bool:
    return place.left_at is None


def hours_in_words(hours: StaffedHours) -> str:
    """When somebody is there, in a usual week; empty when nobody ever is."""
    runs: list[list[int]] = []
    for day in sorted(hours.days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = []
    for run in runs:
        first, last = (str(WEEKDAYS[day - 1]) for day in (run[0], run[-1]))
        if len(run) > 2:
            names.append(_("%(first)s to %(last)s") % {"first": first, "last": last})
        else:
            names += dict.fromkeys((first, last))
    if hours.opens == hours.closes:
        times = _("day and night")
    else:
        times = _("%(opens)s to %(closes)s") % {
            "opens": time_format(hours.opens, "H:i"),
            "closes": time_format(hours.closes, "H:i"),
        }
    return _("%(days)s, %(times)s") % {"days": ", ".join(names), "times": times} if names else ""
