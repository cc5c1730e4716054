"""Everybody who asks to come, in the order of asking: how each stands, when they can come, and what that makes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.rooms.groups.actions.seats import DECISION_HOLDS
from kindcircle.rooms.groups.models import KeptPlace
from kindcircle.rooms.intake.draws import Waits, waits
from kindcircle.rooms.intake.models import Application, Decision, Intake, KeepApart, WeeklySlot
from kindcircle.spec.programmes import Programme, load_programme

SPARE = 2
"""Some people stop. A group begins with so many more than it needs."""
SOON = timedelta(weeks=1)
"""A decision that gets too old within this time is pointed out."""

TALK, JOINS, KEPT, PLACED, LATER, OTHER = "talk", "joins", "kept", "placed", "later", "other-help"
DRAW, AFTER_DRAW = "draw", "after-draw"
FORMED_BEFORE = timedelta(weeks=6)
"""So long before the day from which the others start, groups can be formed of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person on the list.

    stands    talk: nothing is decided yet; joins: may have a place; kept: one is kept; placed: it is theirs;
              later and other-help: what was decided; draw: may have a place once it is drawn who starts now;
              after-draw: starts later by the draw
    times     the times of the week at which they can come, by code
    holds_until  until when the decision to join holds; None without one
    """

    application: Application
    stands: str
    times: frozenset[str]
    holds_until: datetime | None = None

    @property
    def code(self) -> str:
        return self.application.code


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one time of the week would make: how many may join then, and how many are still to decide."""

    slot: WeeklySlot
    joining: int
    deciding: int
    fewest: int
    most: int

    @property
    def short(self) -> int:
        """How many more have to join before a group can begin."""
        return max(0, self.fewest - self.joining)

    @property
    def good(self) -> bool:
        """There are some to spare."""
        return self.joining >= min(self.fewest + SPARE, self.most)

    @property
    def depth(self) -> int:
        """How far the time is, for its colour: 2 for a group that can begin, 1 with those still to decide, else 0."""
        return 2 if not self.short else 1 if self.deciding >= self.short else 0


@dataclass(frozen=True, slots=True)
class Waitlist:
    """The whole list of one intake at one moment."""

    intake: Intake
    plan: Programme
    entries: tuple[Entry, ...]
    outlooks: tuple[Outlook, ...]
    taken_back: int
    at: datetime

    @property
    def fewest(self) -> int:
        return self.plan.size.min

    @property
    def most(self) -> int:
        return self.plan.size.online_max if self.intake.online else self.plan.size.max

    def standing(self, *stands: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.stands in stands)

    @property
    def joining(self) -> tuple[Entry, ...]:
        """Who may be given a place now: decided for, and the decision still holds."""
        return tuple(entry for entry in self.standing(JOINS) if entry.holds_until and entry.holds_until > self.at)

    @property
    def too_old(self) -> tuple[Entry, ...]:
        """Who would join, and has to be asked once more how things are."""
        return tuple(entry for entry in self.standing(JOINS) if entry.holds_until and entry.holds_until <= self.at)

    @property
    def soon_too_old(self) -> tuple[Entry, ...]:
        """Those whose decision gets too old within a week, the next one first."""
        soon = [one for one in self.joining if one.holds_until and one.holds_until <= self.at + SOON]
        return tuple(sorted(soon, key=lambda one: one.holds_until or self.at))


def waitlist(intake: Intake, *, by: Actor, at: datetime) -> Waitlist:
    """The list as it stands. It holds no words of anybody; names are opened by those who may read them."""
    require(by, Permission.INTAKE_KEEP, intake)
    rows = Application.objects.filter(intake=intake).select_related("person").prefetch_related("slots")
    standing = list(rows.filter(withdrawn_at=None).order_by("applied_at", "pk"))
    decisions: dict[int, Decision] = {}
    for decision in Decision.objects.filter(application__in=standing).order_by("decided_at", "pk"):
        decisions[decision.application_id] = decision
    kept = dict(
        KeptPlace.objects.filter(application__in=standing, given_up_at=None).values_list("application_id", "taken_at")
    )
    entries = tuple(_entry(one, decisions.get(one.pk), one.pk in kept, kept.get(one.pk)) for one in standing)
    held = waits([one.application for one in entries if one.stands == JOINS])
    entries = tuple(_held(one, held.get(one.application.pk), at) for one in entries)
    plan = load_programme(intake.programme, intake.programme_version)
    taken_back = rows.exclude(withdrawn_at=None).count()
    found = Waitlist(intake, plan, entries, (), taken_back, at)
    slots = WeeklySlot.objects.filter(intake=intake).order_by("weekday", "starts")
    outlooks = tuple(_outlook(slot, found) for slot in slots)
    return Waitlist(intake, plan, entries, outlooks, taken_back, at)


def kept_apart(entries: Iterable[Entry]) -> list[KeepApart]:
    """The rules that stand between people of this list, or between one of them and somebody else of the house."""
    people = [entry.application.person_id for entry in entries]
    rules = KeepApart.objects.filter(Q(one__in=people) | Q(other__in=people), ended_at=None)
    return list(rules.select_related("one", "other", "organisation").order_by("pk"))


def pairs_among(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """The applications of each two people of this list who must not sit together."""
    entries = list(entries)
    codes = {entry.application.person_id: entry.code for entry in entries}
    return [
        (codes[rule.one_id], codes[rule.other_id])
        for rule in kept_apart(entries)
        if rule.one_id in codes and rule.other_id in codes
    ]


def _entry(application: Application, decision: Decision | None, kept: bool, taken_at: datetime | None) -> Entry:
    times = frozenset(slot.code for slot in application.slots.all())
    if taken_at is not None or application.state == Application.State.PLACED:
        return Entry(application, PLACED, times)
    if decision is None:
        return Entry(application, TALK, times)
    if not decision.opens_a_place:
        return Entry(application, LATER if decision.outcome == Decision.Outcome.LATER else OTHER, times)
    return Entry(application, KEPT if kept else JOINS, times, decision.decided_at + DECISION_HOLDS)


def _held(entry: Entry, held: Waits | None, at: datetime) -> Entry:
    if held is None or entry.stands != JOINS:
        return entry
    if held.until is None:
        return replace(entry, stands=DRAW)
    return entry if at.date() >= held.until - FORMED_BEFORE else replace(entry, stands=AFTER_DRAW)


def _outlook(slot: WeeklySlot, found: Waitlist) -> Outlook:
    return Outlook(
        slot=slot,
        joining=sum(slot.code in entry.times for entry in found.joining),
        deciding=sum(slot.code in entry.times for entry in (*found.standing(TALK), *found.too_old)),
        fewest=found.fewest,
        most=found.most,
    )
