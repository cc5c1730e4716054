"""What the three pages of a meeting (member's, facilitator's, projector's) have in common."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from kindcircle.base.access import Actor
from kindcircle.base.lib import clock, codes
from kindcircle.doors.web.shared.live_round import NO_QUESTION, round_of
from kindcircle.rooms.groups.agreements import shown_at
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries
from kindcircle.spec import timeline
from kindcircle.spec.practices import cues
from kindcircle.spec.timeline import Placed

GATHERINGS = Gathering.objects.select_related("group__organisation")
LEADERS_ASK_MS = 1000
NOTHING_NEW = 204
STAYS_OPEN = 30
"""Minutes past the planned end after which an untouched page is covered. Sooner would hide "please come" while
somebody sits with closed eyes, and the private taps while a facilitator watches faces."""


def page_context(gathering: Gathering, place: Placed, own_code: str = "", *, wall: bool = False) -> dict[str, Any]:
    """What every live template is given."""
    return {
        "gathering": gathering,
        "group": gathering.group,
        "session": queries.session_of(gathering),
        "place": place,
        "states": states(place, own_code),
        "slot": queries.slot_of(gathering, place),
        "left_minutes": minutes_left(place),
        "practice": practice_of(gathering, place),
        "round": round_of(gathering, place, own_code),
        "facts": first_facts(gathering, own_code, wall=wall),
        "key": codes.new_code(),
    }


def agreement_shown(gathering: Gathering, by: Actor, *, link: str = "") -> dict[str, Any]:
    """What the group agreed on, for the opening step. link: the page where this person does more with it."""
    shown = shown_at(gathering, by=by)
    where = reverse(link, args=[gathering.group.code]) if link else ""
    return {"standing": shown.standing, "today": shown.today, "link": where}


def first_facts(gathering: Gathering, own_code: str, *, wall: bool) -> dict[str, Any]:
    """What the scripts of a live page start with (docs/reference/timeline.md)."""
    socket = f"/ws/gathering/{gathering.code}"
    return facts(gathering) | {
        "socket": f"{socket}?for=wall" if wall else socket,
        "poll": reverse("member:events", args=[gathering.code]),
        "names_at": reverse("member:facts", args=[gathering.code]),
        "me": own_code,
        # Without a socket those who lead still learn of a private tap within two seconds.
        **({} if own_code or wall else {"asks": LEADERS_ASK_MS}),
        "events": queries.messages_of(gathering.pk),
    }


def facts(gathering: Gathering) -> dict[str, Any]:
    """Words and moments of the run-sheet that scripts need beside the events, and the names of those who are here."""
    session = queries.session_of(gathering)
    practices = queries.practices_of(gathering)
    return {
        "practices": queries.cues_of(gathering),
        "titles": {code: practice.title for (code, _), practice in practices.items()},
        "steps": [{"title": slot.title, "minutes": slot.minutes} for slot in session.agenda],
        "prompts": {"": str(NO_QUESTION)}
        | {slot.id: slot.prompt.text for slot in session.agenda if slot.prompt is not None},
        "names": queries.names_here(gathering),
    }


def states(place: Placed, own_code: str = "") -> set[str]:
    """The names of the present state, for parts that show only at their time: static/live/states.js on the server."""
    practice, turns, pairs = place.practice, place.round, place.pairs
    going = "none"
    if practice is not None:
        words = ("waiting", "running", "paused")
        going = next((word for word in words if getattr(practice, word)), "finished")
    found = {f"phase-{place.phase}", f"practice-{going}", f"words-{place.words.state if place.words else 'none'}"}
    found.add(f"pairs-{'none' if pairs is None else 'over' if pairs.finished else pairs.state}")
    found |= {f"may-{kind}" for kind in timeline.COMMANDS if timeline.may(place, kind)}
    found.add("step-none" if place.step is None else f"step-{place.step.index}")
    if practice is not None:
        found.add(f"practice-is-{practice.practice}")
    if turns is None or turns.closed:
        found.add("round-none" if turns is None else "round-closed")
        return found
    found |= {"round-open", f"round-is-{turns.mode}"}
    found.add("turn-none" if turns.holder is None else "turn-mine" if turns.holder == own_code else "turn-other")
    found.add("turn-coming" if own_code in turns.order else "turn-away" if turns.holder != own_code else "turn-mine")
    if not turns.order:
        found.add("turn-last")
    if turns.with_you:
        found.add("with-you")
    return found


def practice_of(gathering: Gathering, place: Placed) -> dict[str, Any] | None:
    """The practice that is going on, as it stands when the page is made, or None."""
    going = place.practice
    if going is None:
        return None
    words = queries.practices_of(gathering).get((going.practice, going.variant))
    moments = cues(words, int(going.variant)) if words else []
    left = 0 if going.total_ms is None else (going.total_ms - going.position_ms + 999) // 1000
    return {
        "id": going.practice,
        "play": going.play,
        "title": words.title if words else "",
        "cue": "" if going.cue is None or going.finished else moments[going.cue]["text"],
        "left": f"{left // 60}:{left % 60:02}",
        "waiting": going.waiting,
        "running": going.running,
        "paused": going.paused,
        "finished": going.finished,
    }


def minutes_left(place: Placed) -> int | None:
    """Whole minutes left of the run-sheet step, rounded up and never below 0; None before the first step."""
    if place.step is None:
        return None
    left = place.step.minutes * 60_000 - place.step.elapsed_ms
    return max(0, -int(-left // 60_000))


def idle_minutes(gathering: Gathering, usual: int) -> int:
    """How long an untouched page stays open: for the whole meeting while it is under way, else as everywhere."""
    meeting = gathering.state in (Gathering.State.OPEN, Gathering.State.CLOSING)
    return gathering.minutes + STAYS_OPEN if meeting else usual


def mark(shown: Any, *, whose: str = "") -> str:
    """What a part of a page shows, as a few letters by which it asks whether anything is new.

    It stands in an address, so it is keyed: nobody who finds it in a log can try words or answers against it.
    whose  of a page that shows what one person said: the same answer of two people has two marks
    """
    return salted_hmac("kindcircle.live-page", json.dumps([whose, shown], default=str)).hexdigest()[:12]


def by_script(request: HttpRequest) -> bool:
    """Whether a script sent this form and will show the answer itself."""
    return "application/json" in request.headers.get("Accept", "")


def done() -> HttpResponse:
    """The script's form went through; what follows from it comes over the timeline."""
    return HttpResponse(status=204)


def not_done(why: str, status: int) -> JsonResponse:
    """The script's form did not fit; `why` is one kind sentence."""
    return JsonResponse({"why": why}, status=status)


def now_ms() -> int:
    """The server's clock, as devices count."""
    return clock.milliseconds(clock.now())
