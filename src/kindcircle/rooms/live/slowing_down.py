"""When a meeting was a lot, the next one may be lighter: suggested with the reason, and never done by itself."""

from dataclasses import dataclass
from datetime import datetime

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
from kindcircle.spec import slowing
from kindcircle.spec.programmes import Slot

WENT_HOME_UNSTEADY = "unsteady"


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
    if slowing.was_a_lot(queries_steadying.step_outs(gathering)):
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
    return slowing.went_home_unsteady(values)


def lighter(gathering: Gathering) -> Lighter | None:
    """What is suggested for this meeting because of the one before it, or None."""
    before = Gathering.objects.filter(group=gathering.group_id, number__lt=gathering.number).order_by("number").last()
    reasons = reasons_of(before) if before is not None else ()
    if before is None or not reasons:
        return None
    agenda = queries.written_session(gathering).agenda
    return Lighter(
        reasons=reasons,
        theme=programme_of(gathering.group).session(before.number).theme,
        shorter=tuple(found for slot in agenda if not slot.locked for found in _shorter(slot)),
        swaps=tuple(
            Swap(slot.practice.load().title, instead.load().title)
            for slot in agenda
            if slot.practice is not None and (instead := slowing.gentler(slot)) is not None
        ),
        deep=tuple(slot.prompt.text for slot in agenda if slot.prompt and slot.prompt.depth >= slowing.DEEP),
    )


def _shorter(slot: Slot) -> list[Shorter]:
    """For a step with a long practice, the length that could take its place."""
    half = slowing.shorter(slot.practice) if slot.practice else None
    if slot.practice is None or half is None:
        return []
    return [Shorter(slot.practice.load().title, half.seconds / 60, slot.practice.seconds / 60)]
