"""A line that was not kept: noting it, the seven steps of mending, and how it ended. For those who lead the group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Min

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.agreements import standing, version_of
from kindcircle.rooms.groups.errors import ChooseOne, RepairOver, WordsMissing
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.models_agreement import Repair, RepairStep

STEPS = tuple(RepairStep.Step)


@dataclass(frozen=True, slots=True)
class StepWords:
    """One step: who does it, by which day, on which day it was done, and a few words. All of it may be empty."""

    who: User | None = None
    due_on: date | None = None
    done_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mending:
    """A repair, opened. line: the words of the line as they stood then. next_on: the first day something is due."""

    repair: Repair
    line: str
    note: str
    ending: str
    steps: dict[str, StepWords]
    next_on: date | None

    @property
    def done(self) -> int:
        return sum(step.done_on is not None for step in self.steps.values())


def note_breach(
    *, group: Group, line: str, noticed_on: date, note: str, client_key: str, by: Actor, at: datetime
) -> Repair:
    """An agreement was not kept. It is about a line; who it was about stands in the sealed note and nowhere else.

    The next meeting then reads the whole list. Raises ChooseOne for a line that is not there, WordsMissing.
    """
    require(by, Permission.AGREEMENT_KEEP, group)
    now, organisation = standing(group), group.organisation
    if not now.text_of(line):
        raise ChooseOne
    if not note.strip():
        raise WordsMissing
    with transaction.atomic():
        Group.objects.select_for_update(of=("self",), no_key=True).get(pk=group.pk)
        if kept := Repair.objects.filter(noted_by_id=by.user_id, client_key=client_key).first():
            return kept
        repair = Repair(
            code=codes.new_code(), group=group, agreement=now.agreement, line=line, noticed_on=noticed_on,
            noted_by_id=by.user_id, noted_at=at, client_key=client_key,  # type: ignore[misc]
        )  # fmt: skip
        repair.sealed_note = seals.REPAIR.seal(note.strip(), code=repair.code, holder=organisation)
        repair.save(force_insert=True)
        RepairStep.objects.bulk_create(RepairStep(repair=repair, step=step) for step in STEPS)
        noticed = RepairStep.Step.NOTICE
        RepairStep.objects.filter(repair=repair, step=noticed).update(who_id=by.user_id, done_on=noticed_on)
        _record(Event.REPAIR_NOTED, by, repair, at)
    return repair


def save_steps(*, repair: Repair, steps: Mapping[str, StepWords], by: Actor, at: datetime) -> None:
    """What was done and what is still planned, by whom. Raises RepairOver."""
    require(by, Permission.AGREEMENT_KEEP, repair)
    with transaction.atomic():
        row = _open(repair)
        for one in RepairStep.objects.filter(repair=row, step__in=steps):
            words = steps[one.step]
            one.who, one.due_on, one.done_on = words.who, words.due_on, words.done_on
            note = words.note.strip()
            one.sealed_note = (
                seals.REPAIR_STEP.seal(note, code=one.code, holder=row.group.organisation) if note else b""
            )
            one.save(update_fields=["who", "due_on", "done_on", "sealed_note"])
        _record(Event.REPAIR_STEPS_SAVED, by, row, at)


def close_repair(*, repair: Repair, outcome: str, ending: str, by: Actor, at: datetime) -> None:
    """How it ended. Raises ChooseOne, RepairOver."""
    require(by, Permission.AGREEMENT_KEEP, repair)
    if outcome not in Repair.Outcome.values:
        raise ChooseOne
    with transaction.atomic():
        row = _open(repair)
        row.outcome, row.closed_at, row.closed_by_id = outcome, at, by.user_id
        if ending.strip():
            holder = row.group.organisation
            row.sealed_ending = seals.REPAIR_ENDING.seal(ending.strip(), code=row.code, holder=holder)
        row.save(update_fields=["outcome", "closed_at", "closed_by", "sealed_ending"])
        _record(Event.REPAIR_CLOSED, by, row, at)


def repairs_of(group: Group, *, by: Actor) -> list[Mending]:
    """Everything that was noted in this group: what is still open first, then the latest."""
    require(by, Permission.AGREEMENT_KEEP, group)
    rows = Repair.objects.filter(group=group).select_related("group__organisation").prefetch_related("steps__who")
    return [mending(row, by=by) for row in sorted(rows.order_by("-noted_at", "-pk"), key=lambda row: row.outcome != "")]


def mending(repair: Repair, *, by: Actor) -> Mending:
    """One repair with its steps in order."""
    require(by, Permission.AGREEMENT_KEEP, repair)
    group, holder = repair.group, repair.group.organisation
    then = version_of(group, repair.agreement.number if repair.agreement else 0)
    rows = {row.step: row for row in repair.steps.select_related("who")}
    steps = {
        step.value: StepWords(
            row.who,
            row.due_on,
            row.done_on,
            seals.REPAIR_STEP.open(row.sealed_note, code=row.code, holder=holder) if row.sealed_note else "",
        )
        for step in STEPS
        if (row := rows[step.value])
    }
    open_days = [step.due_on for step in steps.values() if step.due_on and step.done_on is None]
    return Mending(
        repair=repair,
        line=then.text_of(repair.line) if then else "",
        note=seals.REPAIR.open(repair.sealed_note, code=repair.code, holder=holder),
        ending=seals.REPAIR_ENDING.open(repair.sealed_ending, code=repair.code, holder=holder)
        if repair.sealed_ending
        else "",
        steps=steps,
        next_on=min(open_days, default=None) if not repair.outcome else None,
    )


def next_steps(groups: Iterable[Group]) -> dict[int, date]:
    """By group: the first day on which a step of an open repair is due."""
    due = RepairStep.objects.filter(repair__group__in=groups, repair__outcome="", done_on=None, due_on__isnull=False)
    return dict(due.values_list("repair__group").annotate(Min("due_on")))


def _open(repair: Repair) -> Repair:
    row = (
        Repair.objects.select_for_update(of=("self",), no_key=True)
        .select_related("group__organisation")
        .get(pk=repair.pk)
    )
    if row.outcome:
        raise RepairOver
    return row


def _record(event: Event, by: Actor, repair: Repair, at: datetime) -> None:
    log.record(event, by=by, about=log.Ref("repair", repair.code), at=at, chain=repair.group.organisation.code)
