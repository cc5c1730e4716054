"""Leading a gathering: its door, the steps of the run-sheet, practices, the closing.

Each verb adds at most a few numbered events (`command.py`). A command said twice changes nothing the second time; one
that does not fit is refused with a sentence. All verbs answer with what the group is doing afterwards.
"""

from collections.abc import Callable
from datetime import datetime

from kindcircle.base.access import Actor
from kindcircle.base.lib import codes
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.actions import presence
from kindcircle.rooms.live.actions.command import Command, command
from kindcircle.rooms.live.errors import NotInThisSession
from kindcircle.rooms.live.queries_library import use_today
from kindcircle.rooms.measures import asking, attending
from kindcircle.rooms.safety.gate import require_ready_to_open
from kindcircle.spec import conducting, playing
from kindcircle.spec.timeline import Placed


def open_gathering(*, gathering: Gathering, online: bool, by: Actor, at: datetime) -> Placed:
    """Open the door. The arrival check and the leaving questions are laid out; whoever waits outside is in.

    The first door of a group opens only where nothing is missing that keeps people safe. Raises NotYetReady.
    """
    with command(gathering, by=by, at=at) as now:
        if now.placed.phase == "planned":
            require_ready_to_open(gathering, at=at)
            groups.open_gathering(gathering=gathering, online=online, by=by, at=at)
            asking.assign_for_gathering(gathering=gathering, at=at)
            now.say("opened", {})
            presence.let_in(gathering=gathering, at=at)
    return now.placed


def start_step(*, gathering: Gathering, step: int, by: Actor, at: datetime) -> Placed:
    """Go to a step of the run-sheet, counted from 0. A practice or round that was going on ends with it."""
    with command(gathering, by=by, at=at) as now:
        agenda = queries.session_of(gathering).agenda
        if not 0 <= step < len(agenda):
            raise NotInThisSession
        if now.placed.step is None or now.placed.step.index != step:
            now.say("step_started", {"step": step, "minutes": _minutes(now, step)})
    return now.placed


def start_practice(
    *, gathering: Gathering, practice: str, seconds: int, by: Actor, at: datetime, sure: bool = False
) -> Placed:
    """Begin a practice in a moment, in place of one that is running: of the run-sheet, or any that may be led today.

    The gentler alternative is begun the same way. sure: whoever leads looked twice at what stirs more than was planned.
    Raises NotInThisSession for what there is not, NotToday for what this group does not do today.
    """
    with command(gathering, by=by, at=at) as now:
        use = use_today(gathering, practice, seconds, sure=sure)
        going = now.placed.practice
        same = going is not None and (going.practice, going.variant) == (practice, str(seconds))
        if going is None or going.finished or not same:
            data = {"practice": practice, "variant": str(seconds), "play": codes.new_code(), "version": use.version}
            now.say("practice_started", data)
    return now.placed


def pause_practice(*, gathering: Gathering, play: str, by: Actor, at: datetime) -> Placed:
    """Hold the practice where it is."""
    return _practice("practice_paused", lambda going: going.paused, gathering, play, by, at)


def resume_practice(*, gathering: Gathering, play: str, by: Actor, at: datetime) -> Placed:
    """Go on from where it was held, LEAD ms from now."""
    return _practice("practice_resumed", lambda going: going.running or going.waiting, gathering, play, by, at)


def end_practice(*, gathering: Gathering, play: str, by: Actor, at: datetime) -> Placed:
    """End the practice for everyone, wherever it is."""
    return _practice("practice_ended", lambda going: going.finished, gathering, play, by, at)


def start_closing(*, gathering: Gathering, by: Actor, at: datetime) -> Placed:
    """Begin the closing: whatever goes on ends, and the run-sheet turns to its last step."""
    with command(gathering, by=by, at=at) as now:
        if now.placed.phase != "closing":
            last = len(queries.session_of(gathering).agenda) - 1
            now.say("closing_started", {})
            now.say("step_started", {"step": last, "minutes": _minutes(now, last)})
            groups.start_closing(gathering=gathering, by=by, at=at)
    return now.placed


def close(*, gathering: Gathering, by: Actor, at: datetime) -> Placed:
    """Close the gathering. Refused until the closing was begun: people are never left in the middle."""
    with command(gathering, by=by, at=at) as now:
        if now.placed.phase != "closed":
            now.say("closed", {})
            presence.see_off(gathering=now.gathering, at=at)
            attending.close_gathering(gathering=gathering, by=by, at=at)
    return now.placed


def _minutes(now: Command, step: int) -> int:
    """What a step is given today; what had been left out and is begun after all has its whole time."""
    agenda = queries.session_of(now.gathering).agenda
    return conducting.today(agenda, now.placed.plan)[step] or agenda[step].minutes


def _practice(
    kind: str,
    already: Callable[[playing.PlacedPractice], bool],
    gathering: Gathering,
    play: str,
    by: Actor,
    at: datetime,
) -> Placed:
    with command(gathering, by=by, at=at) as now:
        going = now.placed.practice
        if going is None or going.play != play or not already(going):
            now.say(kind, {"play": play})
    return now.placed
