"""How we are together: a guess first, then what the group said in words, what may be done, and what came of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.alliance import actions, queries
from kindcircle.rooms.alliance.levels import ACTIONS, LEVELS, PLAN, PULSE, Level
from kindcircle.rooms.alliance.models import Guess, Step
from kindcircle.rooms.alliance.queries import Gap, Heard, Pulse
from kindcircle.rooms.feedback.looks import looked
from kindcircle.rooms.feedback.models import LastLook
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import meeting_name, programme_of, session_name

GROUPS = Group.objects.select_related("organisation")
GATHERINGS = Gathering.objects.select_related("group__organisation")
STEPS = Step.objects.select_related("gathering__group__organisation")

Text = str | Promise
NAMES: dict[Level, Text] = {
    "member_leader": gettext_lazy("Each of them and you"),
    "member_member": gettext_lazy("Among each other"),
    "leader_group": gettext_lazy("You and the whole group"),
    "member_group": gettext_lazy("Each of them and the group"),
}
GUESSES: dict[Level, Text] = {
    "member_leader": gettext_lazy("How well do they feel understood by you, and free to see it another way?"),
    "member_member": gettext_lazy("How warm is it between them, and how much do they learn from each other?"),
    "leader_group": gettext_lazy("How fair and steady do they find your leading?"),
    "member_group": gettext_lazy("How much do they belong here, and does the group bring them nearer to their aims?"),
}
WORDS: dict[str, Text] = {
    "low": gettext_lazy("low: 4 or less of 10"),
    "mixed": gettext_lazy("in between: from 4 to 6 of 10"),
    "good": gettext_lazy("good: 6 or more of 10"),
    "very-good": gettext_lazy("very good: 8 or more of 10"),
}
SPREADS: dict[str, Text] = {
    "close": gettext_lazy("Most of them see it much alike."),
    "apart": gettext_lazy("They see it quite differently from one another. Who sees it how is not shown."),
}
VOICES: dict[str, Text] = {
    "even": gettext_lazy("Talking at this meeting was shared about evenly."),
    "uneven": gettext_lazy("Talking at this meeting was shared unevenly."),
    "early": "",  # too little was said with the talking piece, and nothing is said of it
}
DO: dict[str, tuple[Text, Text]] = {
    "name-own-part": (
        gettext_lazy("Name your own part"),
        gettext_lazy("Say at the start what you will do differently from today on, in one sentence."),
    ),
    "ask-for-another-view": (
        gettext_lazy("Ask for another view"),
        gettext_lazy("After you have explained something, ask who sees it another way, and thank whoever does."),
    ),
    "supervision": (
        gettext_lazy("Take it to supervision"),
        gettext_lazy("Talk through how you come across in this group, and what is hard to hear."),
    ),
    "more-pairs": (
        gettext_lazy("More talk in pairs"),
        gettext_lazy("Put one talk in pairs in place of a round, and change who is with whom."),
    ),
    "link-alike": (
        gettext_lazy("Link what is alike"),
        gettext_lazy("When two people tell of something alike, say so, and let them talk to each other."),
    ),
    "fewer-to-one": (
        gettext_lazy("Fewer talks with one person"),
        gettext_lazy("After two questions to the same person, turn to the others: who knows this?"),
    ),
    "re-share-agreements": (
        gettext_lazy("Read the agreements again"),
        gettext_lazy("Read them at the start, and ask which line needs care today."),
    ),
    "balance-time": (
        gettext_lazy("Share the time more evenly"),
        gettext_lazy("Use the talking piece with the same time for each, and begin with whoever spoke least."),
    ),
    "co-leader-talk": (
        gettext_lazy("Feedback between you who lead"),
        gettext_lazy("Ten minutes: what did you see me do that felt fair, and what did not?"),
    ),
    "name-difference": (
        gettext_lazy("Say that people differ"),
        gettext_lazy("Say that the group does not fit everybody in the same way, and that this may be spoken of."),
    ),
    "role-or-pace": (
        gettext_lazy("Another role or pace"),
        gettext_lazy("Offer small roles, such as the bell, and leave out one part so that there is more time."),
    ),
    "goal-review": (
        gettext_lazy("Look at aims with each person"),
        gettext_lazy("Five minutes with each of them: what did you come for, and are we getting nearer?"),
    ),
}


@page(Permission.ALLIANCE_KEEP, about=GROUPS)
def together(request: HttpRequest, group: Group) -> HttpResponse:
    """Every pulse of this group, the newest first, as this person may see it."""
    return _show(request, group)


@page(Permission.ALLIANCE_KEEP, about=GATHERINGS, methods=("POST",))
def guess(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Keep a guess, or that one would rather not."""
    points = None if request.POST.get("do") == "rather-not" else _points(request.POST)
    try:
        actions.guess(
            gathering=gathering,
            points=points,
            staff=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except KindError as error:
        return _show(request, gathering.group, error=error, typed=request.POST)
    return on_to("facilitator:together", gathering.group.code)


@page(Permission.ALLIANCE_KEEP, about=GATHERINGS, methods=("POST",))
def read(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Bring the answers together now, once."""
    try:
        actions.read_now(gathering=gathering, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except KindError as error:
        return _show(request, gathering.group, error=error)
    return on_to("facilitator:together", gathering.group.code)


@page(Permission.ALLIANCE_KEEP, about=GATHERINGS, methods=("POST",))
def choose(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Take a step: it goes onto the next run-sheet, or among the things to do."""
    level, what = request.POST.get("level", ""), request.POST.get("what", "")
    try:
        step = actions.choose(
            gathering=gathering,
            level=level,
            what=what,
            staff=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except KindError as error:
        return _show(request, gathering.group, error=error)
    if step.planned_for is None:
        messages.success(request, _("It is among the things to do now."))
    else:
        where = {"meeting": meeting_name(step.planned_for)}
        messages.success(request, _("It stands on the run-sheet now: %(meeting)s.") % where)
    return on_to("facilitator:together", gathering.group.code)


@page(Permission.ALLIANCE_KEEP, about=STEPS, methods=("POST",))
def end(request: HttpRequest, step: Step) -> HttpResponse:
    """A step is done, or was let be."""
    group = step.gathering.group
    try:
        actions.end_step(
            step=step,
            outcome=request.POST.get("outcome", ""),
            staff=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except KindError as error:
        return _show(request, group, error=error)
    return on_to("facilitator:together", group.code)


def on_runsheet(request: HttpRequest, gathering: Gathering) -> dict[str, Any]:
    """What a run-sheet says because of how the group is together."""
    planned = queries.planned_for(gathering, by=request.actor)  # type: ignore[attr-defined]
    return {"together": [{"step": step, "title": DO[step.what][0], "how": DO[step.what][1]} for step in planned]}


def _show(
    request: HttpRequest, group: Group, *, error: KindError | None = None, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    plan = programme_of(group)
    found = queries.pulses(group, by=request.actor)  # type: ignore[attr-defined]
    if any(pulse.heard for pulse in found):
        looked(group, [PULSE], side=LastLook.Side.LEADING, at=clock.now())
    staff = [one.facilitator for pulse in found for one in pulse.guesses]
    staff += [one for pulse in found for heard in pulse.heard for step in heard.steps for one in _who(step)]
    names = seals.names_of(list({one.pk: one for one in staff}.values()))
    context = {
        "group": group,
        "error": error,
        "pulses": [_pulse(pulse, session_name(plan, pulse.gathering.number), names, typed or {}) for pulse in found],
        "asks": sorted({number for one in plan.measures if PULSE in one.instruments for number in one.sessions or ()}),
    }
    return render(request, "facilitator/together.html", context, status=error.status if error else 200)


def _pulse(pulse: Pulse, name: str, names: dict[int, str], typed: Mapping[str, str]) -> dict[str, Any]:
    return {
        "pulse": pulse,
        "name": name,
        "asked": [
            {"name": f"guess-{level}", "ask": GUESSES[level], "value": typed.get(f"guess-{level}", "")}
            for level in LEVELS
        ],
        "heard": [_heard(one, pulse.gathering, names) for one in pulse.heard],
        "guesses": [(names[one.facilitator_id], _numbers(one)) for one in pulse.guesses if len(pulse.guesses) > 1],
        "levels": [NAMES[level] for level in LEVELS],
    }


def _heard(heard: Heard, gathering: Gathering, names: dict[int, str]) -> dict[str, Any]:
    reading = heard.reading
    return {
        "level": heard.level,
        "name": NAMES[heard.level],
        "word": WORDS.get(reading.word, ""),
        "tone": reading.word,
        "held": reading.held,
        "spread": SPREADS.get(reading.spread, ""),
        "gap": _gap(heard.gap),
        "voices": VOICES[queries.voices_of(gathering)] if heard.level == "leader_group" and reading.word else "",
        "proposed": [_proposed(heard.level, what) for what in heard.proposed],
        "steps": [_step(step, names) for step in heard.steps],
        "then": WORDS.get(heard.then, ""),
    }


def _proposed(level: Level, what: str) -> dict[str, Any]:
    title, how = DO[what]
    return {"what": what, "title": title, "how": how, "plan": ACTIONS[level][what] == PLAN}


def _step(step: Step, names: dict[int, str]) -> dict[str, Any]:
    return {
        "step": step,
        "title": DO[step.what][0],
        "how": DO[step.what][1],
        "by": names.get(step.chosen_by_id, ""),
        "on": meeting_name(step.planned_for) if step.planned_for else "",
        "done_by": names.get(step.done_by_id or 0, ""),
    }


def _gap(gap: Gap | None) -> str:
    if gap is None:
        return ""
    if gap.way == "as-guessed":
        return _("You guessed %(points)s. That is about where they are.") % {"points": gap.points}
    words = {"points": gap.points, "n": f"{abs(gap.at_least):g}"}
    if gap.way == "higher":
        return _("You guessed %(points)s. They see it lower, by %(n)s or more.") % words
    return _("You guessed %(points)s. They see it higher, by %(n)s or more.") % words


def _points(sent: Mapping[str, str]) -> dict[Level, int]:
    """Numbers for the levels that have one; whatever is no number is missing."""
    given = {level: sent.get(f"guess-{level}", "") for level in LEVELS}
    return {level: int(text) for level, text in given.items() if text.isascii() and text.isdecimal() and len(text) < 3}


def _numbers(one: Guess) -> list[str]:
    return [str(getattr(one, level)) if one.said else "–" for level in LEVELS]


def _who(step: Step) -> list[User]:
    return [one for one in (step.chosen_by, step.done_by) if one is not None]
