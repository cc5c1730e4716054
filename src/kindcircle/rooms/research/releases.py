"""Asking for coded rows, letting them go by a second person, and taking them while that holds."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.research.bundle import bundle
from kindcircle.rooms.research.dataset import Dataset, Withheld, dataset, withheld_of
from kindcircle.rooms.research.errors import (
    AlreadyDecided,
    NotClear,
    NotOpen,
    OftenEnough,
    TakesTwo,
    TooFewNew,
    TooFewPeople,
)
from kindcircle.rooms.research.models import Release, Taking
from kindcircle.rooms.research.whose import Extent, enough_people, large_enough, new_since
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind

State = Release.State
LONGEST = 400
LONGEST_DAYS = 365
A_DAY = 3
TO_DECIDE = timedelta(days=14)
DECIDE = (StaffRole.Role.ORGANISATION_LEAD, StaffRole.Role.SAFETY_LEAD)
STUDY = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Why:
    """What somebody wants the rows for, and who gets them. Nobody but the house reads it."""

    purpose: str
    recipient: str


def releases(organisation: Organisation, *, by: Actor) -> QuerySet[Release]:
    """Everything that was asked for in this house, the newest first."""
    require(by, Permission.RESEARCH_RELEASE, organisation)
    rows = Release.objects.filter(organisation=organisation).order_by("-asked_at", "-pk")
    return rows.select_related("organisation", "asked_by", "decided_by").prefetch_related("takings__taken_by")


def programmes(organisation: Organisation) -> list[str]:
    """The programmes of which a group has ended here."""
    ended = Group.objects.filter(organisation=organisation, state=Group.State.FINISHED)
    return list(ended.order_by("programme").values_list("programme", flat=True).distinct())


def who_can_decide(organisation: Organisation, asks: User) -> list[User]:
    """Everybody of the house who may let rows go, but whoever asks."""
    staff = User.objects.filter(organisation=organisation, is_active=True, staff_roles__role__in=DECIDE)
    return list(staff.exclude(pk=asks.pk).distinct().order_by("pk"))


def why_of(release: Release, *, by: Actor) -> Why:
    """What it is for and for whom; empty once the years are over for which the house keeps it."""
    require(by, Permission.RESEARCH_RELEASE, release)
    if not bytes(release.sealed_why):
        return Why("", "")
    opened = seals.RELEASE_WHY.open(release.sealed_why, code=release.code, holder=release.organisation)
    return Why(**json.loads(opened))


def is_open(release: Release, *, at: datetime) -> bool:
    """Whether the rows may be taken now."""
    return release.state == State.LET_GO and release.until is not None and at < release.until


@dataclass(frozen=True, slots=True)
class Before:
    """Rows of the same programme that went out already: how many of these people are in them, and how many are new."""

    study: str
    last_on: datetime
    same: int
    new: int


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows these are: what is decided on, and all that can be taken. people is 0 where too few still say yes.

    waits     whether groups or people came since that are left for a later file
    withheld  questionnaires, or their newest answers, that are left for a later file
    """

    as_of: datetime
    people: int
    groups: int
    waits: bool
    before: tuple[Before, ...]
    withheld: tuple[Withheld, ...]


def scope_of(release: Release, *, by: Actor) -> Scope:
    """For the one who decides: who is in it, and what an earlier file tells of them."""
    require(by, Permission.RESEARCH_RELEASE, release)
    house, programme, as_of = release.organisation, release.programme, release.as_of
    try:
        people = enough_people(house, programme, as_of=as_of)
        withheld = withheld_of(house, programme, extent=_extent(release), earlier=_out_first(release))
    except TooFewPeople:
        people, withheld = {}, ()
    taken = _others(release).annotate(last_on=Max("takings__taken_at")).exclude(last_on=None).order_by("-last_on")
    before = []
    for other in taken if people else ():
        new = new_since(house, programme, as_of=as_of, earlier=other.as_of)
        before.append(Before(other.study, other.last_on, len(people) - len(new), len(new)))
    return Scope(
        as_of=as_of,
        people=len(people),
        groups=len({place.group_id for place in people.values()}),
        waits=release.held_to is not None,
        before=tuple(before),
        withheld=withheld,
    )


def ask(
    *, organisation: Organisation, programme: str, study: str, why: Why, days: int, colleague: str, staff: User,
    client_key: str, by: Actor, at: datetime,
) -> Release:  # fmt: skip
    """Ask a colleague, by their code, to let the rows of one programme go. Sent twice is sent once.

    Raises NotClear, and TooFewPeople where the rows would tell who they are.
    """
    require(by, Permission.RESEARCH_RELEASE, organisation)
    if before := Release.objects.filter(organisation=organisation, client_key=client_key).first():
        return before
    said = Why(why.purpose.strip(), why.recipient.strip())
    clear = said.purpose and said.recipient and max(len(said.purpose), len(said.recipient)) <= LONGEST
    named = STUDY.fullmatch(study) is not None and len(study) <= 40
    second = {one.code: one for one in who_can_decide(organisation, staff)}.get(colleague)
    known = programme in programmes(organisation) and 1 <= days <= LONGEST_DAYS
    if not clear or not named or not known or second is None:
        raise NotClear
    release = Release(
        organisation=organisation, programme=programme, study=study, days=days, asked_by=staff, asked_at=at,
        asked_to=second, client_key=client_key,
    )  # fmt: skip
    words = json.dumps({"purpose": said.purpose, "recipient": said.recipient})
    release.sealed_why = seals.RELEASE_WHY.seal(words, code=release.code, holder=organisation)
    with transaction.atomic():
        # One after the other, so that each sees how far the one before it goes.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        release.held_to = _held_to(release)
        enough_people(organisation, programme, as_of=release.as_of)
        release.save(force_insert=True)
        raise_task(
            Kind.RELEASE_TO_DECIDE, organisation=organisation, about=_about(release), once=release.code,
            due_at=at + TO_DECIDE, at=at, owner=second,
        )  # fmt: skip
        _record(Event.RELEASE_ASKED, release, by, at)
    return release


def decide(*, release: Release, let_go: bool, staff: User, by: Actor, at: datetime) -> Release:
    """Let the rows go, or not. Raises TakesTwo for whoever asked, AlreadyDecided where it was decided otherwise."""
    require(by, Permission.RESEARCH_RELEASE, release)
    wanted = State.LET_GO if let_go else State.DECLINED
    with transaction.atomic():
        row = Release.objects.select_for_update(no_key=True).get(pk=release.pk)
        if row.asked_by_id == staff.pk:
            raise TakesTwo
        if row.state == wanted:
            return row
        if row.state != State.ASKED:
            raise AlreadyDecided
        row.state, row.decided_by, row.decided_at = wanted, staff, at
        row.until = at + timedelta(days=row.days) if let_go else None
        row.save(update_fields=["state", "decided_by", "decided_at", "until"])
        settle(Kind.RELEASE_TO_DECIDE, about=_about(row), at=at)
        _record(Event.RELEASE_LET_GO if let_go else Event.RELEASE_DECLINED, row, by, at)
    return row


def stop(*, release: Release, by: Actor, at: datetime) -> Release:
    """End it before its time. One of the two is enough, and so is anybody else who may decide."""
    require(by, Permission.RESEARCH_RELEASE, release)
    with transaction.atomic():
        row = Release.objects.select_for_update(no_key=True).get(pk=release.pk)
        if row.state == State.STOPPED:
            return row
        if row.state != State.LET_GO:
            raise AlreadyDecided
        row.state = State.STOPPED
        row.save(update_fields=["state"])
        _record(Event.RELEASE_STOPPED, row, by, at)
    return row


def take(*, release: Release, staff: User, by: Actor, at: datetime) -> bytes:
    """The file, made from what people say yes to at this moment. Each time is on record with the file's own mark.

    It is made before it is put on record, so that nobody else waits meanwhile: what fails in between has left nothing
    and gave nothing away. Raises NotOpen, OftenEnough, and TooFewPeople or TooFewNew where so many took their yes back.
    """
    require(by, Permission.RESEARCH_RELEASE, release)
    while True:
        row = Release.objects.select_related("organisation").get(pk=release.pk)
        until = _may_be_taken(row, at)
        if not _apart(row, row.as_of, _out_before(row)):
            raise TooFewNew
        earlier = _out_first(row)
        found: Dataset = dataset(
            row.organisation, row.programme, study=row.study, extent=_extent(row), earlier=earlier, by=by
        )
        why = why_of(row, by=by)
        made = bundle(found, study=row.study, purpose=why.purpose, recipient=why.recipient, until=until, at=at)
        with transaction.atomic():
            # One file of a house after the other, so that each is made beside all that went out before it.
            Organisation.objects.select_for_update(no_key=True).get(pk=row.organisation_id)
            # Somebody may have stopped it or taken it meanwhile.
            row = Release.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
            _may_be_taken(row, at)
            if _out_first(row) != earlier:
                continue
            Taking.objects.create(
                release=row, taken_by=staff, taken_at=at, people=len(found.people),
                sha256=hashlib.sha256(made).hexdigest(),
            )  # fmt: skip
            _record(Event.RELEASE_TAKEN, row, by, at)
        return made


def _may_be_taken(row: Release, at: datetime) -> datetime:
    if row.until is None or not is_open(row, at=at):
        raise NotOpen
    if Taking.objects.filter(release=row, taken_at__gt=at - timedelta(days=1)).count() >= A_DAY:
        raise OftenEnough(A_DAY)
    return row.until


def _held_to(release: Release) -> datetime | None:
    """How far it goes where all of now, beside the file of another one, would show too few people by themselves."""
    others = _others(release).filter(Q(state__in=(State.ASKED, State.LET_GO)) | Q(takings__isnull=False))
    earlier = sorted({other.as_of for other in others if other.as_of < release.asked_at}, reverse=True)
    if _apart(release, release.asked_at, earlier):
        return None
    # The earliest adds nobody to anything.
    return next(moment for at, moment in enumerate(earlier) if _apart(release, moment, earlier[at + 1 :]))


def _out_before(release: Release) -> set[datetime]:
    """How far files of other releases went that hold less than this one."""
    taken = _others(release).filter(takings__isnull=False)
    return {other.as_of for other in taken if other.as_of < release.as_of}


def _extent(release: Release) -> Extent:
    """What it holds at most. What came in after it was asked for waits for the next one."""
    out_at = release.takings.order_by("pk").values_list("taken_at", flat=True).first()
    return Extent(release.as_of, release.asked_at, out_at)


def _out_first(release: Release) -> list[Extent]:
    """The files of other releases that first went out before this one did, in their order."""
    taken = _others(release).annotate(first=Min("takings")).exclude(first=None).order_by("first")
    own = release.takings.order_by("pk").values_list("pk", flat=True).first()
    return [_extent(other) for other in (taken if own is None else taken.filter(first__lt=own))]


def _others(release: Release) -> QuerySet[Release]:
    """Of every study: codes differ from one to another, and scores lead from each file to the next all the same."""
    rows = Release.objects.filter(organisation=release.organisation, programme=release.programme)
    return rows.exclude(pk=release.pk).distinct()


def _apart(release: Release, as_of: datetime, earlier: Iterable[datetime]) -> bool:
    """Whether rows of this moment, laid beside those of each earlier one, show nobody who is new or enough of them."""
    house, programme = release.organisation, release.programme
    each = (new_since(house, programme, as_of=as_of, earlier=one) for one in earlier)
    return all(not new or large_enough(new) for new in each)


def _record(event: Event, release: Release, by: Actor, at: datetime) -> None:
    log.record(event, by=by, about=_about(release), at=at, chain=release.organisation.code)


def _about(release: Release) -> log.Ref:
    return log.Ref("release", release.code)
