"""When a meeting was a lot, the next one may be lighter: suggested with the reason, and never done by itself."""

from dataclasses import dataclass
from datetime import datetime
from statistics import mean

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.live import announce, queries, queries_steadying
from kindcircle.rooms.live.models_steadying import SlowDown
from kindcircle.rooms.measures.attending import LEAVING_SHEET, STEADINESS
from kindcircle.rooms.measures.models import Score
from kindcircle.spec.programmes import PracticeUse

STEP_OUTS = 2
"""So many times somebody stepped out: then it was a lot for the group."""
WENT_HOME_UNSTEADY = "unsteady"
STEADY, FEWEST = 6.0, 5
"""Below this on the average, of at least so many answers on the sheet from before going home."""
LONG, SHORTEST = 300, 60
"""Seconds from which a practice is long enough to be halved, and of the shortest length that takes its place."""
DEEP = 5
"""The depth of a question that a lighter meeting leaves out."""


@dataclass(frozen=True, slots=True)
class Shorter:
    """A practice, and the shorter length in which it may be led."""

    title: str
    minutes: float
    instead_of: float


@dataclass(frozen=True, slots=True)
class Swap:
    """A practice that can stir people up, and the gentler one that the run-sheet keeps ready."""

    title: str
    gentler: str


@dataclass(frozen=True, slots=True)
class Lighter:
    """What the next meeting could be: its reasons, and each thing that may be made lighter."""

    reasons: tuple[str, ...]
    theme: str
    shorter: tuple[Shorter, ...]
    swaps: tuple[Swap, ...]
    deep: tuple[str, ...]


def count_step_outs(gathering: Gathering, *, at: datetime) -> None:
    """Note that it was a lot, once enough have stepped out. Inside the transaction of the tap."""
    if queries_steadying.step_outs(gathering) >= STEP_OUTS:
        row = SlowDown(gathering=gathering, reason=SlowDown.Reason.STEP_OUTS, at=at)
        SlowDown.objects.bulk_create([row], ignore_conflicts=True)


def call_for_less(*, gathering: Gathering, by: Actor, at: datetime) -> None:
    """Somebody who leads says that it was a lot. It needs no proof. Said twice, it is said once."""
    require(by, Permission.GATHERING_LEAD, gathering)
    with transaction.atomic():
        _row, new = SlowDown.objects.get_or_create(
            gathering=gathering, reason=SlowDown.Reason.CALLED, defaults={"by_id": by.user_id, "at": at}
        )
        if new:
            about = log.Ref("gathering", gathering.code)
            chain = gathering.group.organisation.code
            log.record(Event.SLOWING_CALLED, by=by, about=about, at=at, chain=chain)
            announce.after_commit(gathering.code, None)


def reasons_of(gathering: Gathering) -> tuple[str, ...]:
    """Why this meeting was a lot; empty when nobody and nothing says so."""
    said = SlowDown.objects.filter(gathering=gathering).order_by("at", "pk").values_list("reason", flat=True)
    return (*said, *((WENT_HOME_UNSTEADY,) if _went_home_unsteady(gathering) else ()))


def _went_home_unsteady(gathering: Gathering) -> bool:
    """Whether the group left less steady than it should on the average; of a few answers nobody is told anything."""
    rows = Score.objects.filter(
        response__assignment__gathering=gathering,
        response__assignment__instrument=LEAVING_SHEET,
        scale=STEADINESS,
    )
    values = [value for value in rows.values_list("value", flat=True) if value is not None]
    return len(values) >= FEWEST and mean(values) < STEADY


def lighter(gathering: Gathering) -> Lighter | None:
    """What is suggested for this meeting because of the one before it, or None."""
    before = Gathering.objects.filter(group=gathering.group_id, number__lt=gathering.number).order_by("number").last()
    reasons = reasons_of(before) if before is not None else ()
    if before is None or not reasons:
        return None
    session = queries.session_of(gathering)
    led = [(slot.practice, slot.gentler) for slot in session.agenda if slot.practice is not None and not slot.locked]
    return Lighter(
        reasons=reasons,
        theme=programme_of(gathering.group).session(before.number).theme,
        shorter=tuple(found for use, _ in led if (found := _shorter(use)) is not None),
        swaps=tuple(
            Swap(use.load().title, gentler.load().title)
            for use, gentler in led
            if gentler is not None and use.load().backdraft != "low"
        ),
        deep=tuple(slot.prompt.text for slot in session.agenda if slot.prompt and slot.prompt.depth >= DEEP),
    )


def _shorter(use: PracticeUse) -> Shorter | None:
    """For a long practice, the longest of its lengths that takes at most half the time, if there is one."""
    practice = use.load()
    fitting = [one.seconds for one in practice.durations if SHORTEST <= one.seconds <= use.seconds / 2]
    return Shorter(practice.title, max(fitting) / 60, use.seconds / 60) if fitting and use.seconds >= LONG else None
