"""What each facilitator brings, until when it holds, and what is still missing before they lead a group."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.team.errors import (
    LONGEST,
    DatesDoNotFit,
    LabelMissing,
    NotReady,
    NotYetHeld,
    NotYourOwn,
    ReasonMissing,
    TooLong,
    UnknownKind,
)
from kindcircle.rooms.team.models import Credential, HouseAsks, StartedWithout, Strictness

# Good practice for mindfulness-based teachers and the training path of compassion courses ask for much the same.
EVERYBODY = {
    "own-practice": _("Own practice, for a year or longer"),
    "taken-course": _("Took part in such a course"),
    "group-skills": _("Training in leading groups"),
    "supervision": _("Regular supervision"),
    "suicide-risk": _("Training in talking about suicide"),
    "safeguarding": _("Training in safeguarding"),
    "clinical-backup": _("A clinician to call, by name"),
}
"""What everybody who leads should have, by id."""

WARN_BEFORE = timedelta(days=60)
EARLIEST = 1900


@dataclass(frozen=True, slots=True)
class Held:
    """One line of somebody's list: what it is, and the entry if there is one, opened."""

    kind: str
    label: str
    row: Credential | None
    words: str
    over: bool
    ends_soon: bool

    @property
    def missing(self) -> bool:
        return self.row is None or self.over


@dataclass(frozen=True, slots=True)
class Missing:
    """What one person lacks, in words."""

    person: User
    name: str
    kinds: tuple[str, ...]
    labels: tuple[str, ...]


def asked_of(organisation: Organisation) -> dict[str, str]:
    """Everything on this house's list, by id: what is for everybody first, then what the house added."""
    own = HouseAsks.objects.filter(organisation=organisation, ended_at=None).order_by("added_at", "pk")
    return {kind: str(label) for kind, label in EVERYBODY.items()} | {one.code: one.label for one in own}


def facilitators_of(organisation: Organisation) -> list[User]:
    """Everybody who may lead groups here now."""
    people = User.objects.filter(
        organisation=organisation, is_active=True, staff_roles__role=StaffRole.Role.FACILITATOR
    )
    return list(people.select_related("organisation").order_by("pk"))


def held_by(person: User, *, by: Actor, at: datetime) -> list[Held]:
    """One person's whole list, for themselves and for whoever leads the house."""
    require(by, Permission.CREDENTIAL_KEEP, person)
    return _held(person, on=_today(person.organisation, at))


def missing_of(people: Collection[User], *, at: datetime) -> list[Missing]:
    """What these people lack today. Only labels, so that whoever starts a group learns no more than they need."""
    found = []
    names = seals.names_of(list(people))
    for person in people:
        lines = [one for one in _lines(person, on=_today(person.organisation, at)) if one[2]]
        if lines:
            kinds, labels = tuple(kind for kind, _l, _m in lines), tuple(label for _k, label, _m in lines)
            found.append(Missing(person, names[person.pk], kinds, labels))
    return found


def keep(
    *, person: User, kind: str, held_on: date, until: date | None, words: str, by: Actor, at: datetime
) -> Credential:
    """Write down that this person has it. A newer entry of the same kind takes the place of the older one.

    Raises UnknownKind, NotYetHeld, DatesDoNotFit, TooLong.
    """
    require(by, Permission.CREDENTIAL_KEEP, person)
    today, words = _today(person.organisation, at), words.strip()
    if kind not in asked_of(person.organisation):
        raise UnknownKind
    if held_on > today:
        raise NotYetHeld
    # What is typed may be any year, also one that no clock reckons with.
    if held_on.year < EARLIEST or (until is not None and until < held_on):
        raise DatesDoNotFit
    if len(words) > LONGEST:
        raise TooLong
    with transaction.atomic():
        # The person's own row is held: of two forms at once, the second finds what the first wrote.
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        row = Credential.objects.filter(person=person, kind=kind).first() or Credential(person=person, kind=kind)
        before = (row.held_on, row.until, _words(row) if row.pk else "")
        if row.pk and before == (held_on, until, words):
            return row
        row.held_on, row.until, row.written_at = held_on, until, at
        # Nobody has seen what was changed just now.
        row.seen_by, row.seen_at = None, None
        row.sealed_words = seals.CREDENTIAL.seal(words, code=row.code, holder=person) if words else b""
        row.save()
        if not _ends_soon(row, today):
            settle(Kind.CREDENTIAL_ENDS, about=log.Ref("credential", row.code), at=at)
        _record(Event.CREDENTIAL_KEPT, row, by=by, at=at)
    return row


def take_away(*, credential: Credential, by: Actor, at: datetime) -> None:
    """It was written down by mistake, or does not hold any more."""
    require(by, Permission.CREDENTIAL_KEEP, credential)
    with transaction.atomic():
        Credential.objects.filter(pk=credential.pk).delete()
        settle(Kind.CREDENTIAL_ENDS, about=log.Ref("credential", credential.code), at=at)
        _record(Event.CREDENTIAL_TAKEN_AWAY, credential, by=by, at=at)
        erased.note(erased.ROW, label=Credential._meta.label, code=credential.code, at=at)


def see(*, credential: Credential, by: Actor, at: datetime) -> None:
    """Somebody who leads the house has seen the paper. Raises NotYourOwn."""
    require(by, Permission.TEAM_KEEP, credential.person.organisation)
    if credential.person_id == by.user_id:
        raise NotYourOwn
    with transaction.atomic():
        fresh = Credential.objects.filter(pk=credential.pk, seen_by=None)
        if fresh.update(seen_by_id=by.user_id, seen_at=at):
            _record(Event.CREDENTIAL_SEEN, credential, by=by, at=at)


def ask_for(*, organisation: Organisation, label: str, by: Actor, at: datetime) -> HouseAsks:
    """Put something of the house's own on the list. The same words twice are one line. Raises LabelMissing."""
    require(by, Permission.TEAM_KEEP, organisation)
    label = label.strip()
    if not label or len(label) > 120:
        raise LabelMissing
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        row = HouseAsks.objects.filter(organisation=organisation, label=label, ended_at=None).first()
        if row is None:
            row = HouseAsks.objects.create(organisation=organisation, label=label, added_at=at)
            about = log.Ref("organisation", organisation.code)
            log.record(Event.TEAM_LIST_CHANGED, by=by, about=about, at=at, chain=organisation.code)
    return row


def ask_no_more(*, asks: HouseAsks, by: Actor, at: datetime) -> None:
    """The house wants this no longer. What people wrote down about it stays theirs."""
    require(by, Permission.TEAM_KEEP, asks.organisation)
    with transaction.atomic():
        if HouseAsks.objects.filter(pk=asks.pk, ended_at=None).update(ended_at=at):
            about = log.Ref("organisation", asks.organisation.code)
            log.record(Event.TEAM_LIST_CHANGED, by=by, about=about, at=at, chain=asks.organisation.code)


def is_strict(organisation: Organisation) -> bool:
    """Whether no group starts here while something on the list is missing."""
    return Strictness.objects.filter(organisation=organisation, nothing_may_be_missing=True).exists()


def be_strict(*, organisation: Organisation, strict: bool, by: Actor, at: datetime) -> None:
    """The house decides whether something missing stops a group or asks for a reason."""
    require(by, Permission.TEAM_KEEP, organisation)
    with transaction.atomic():
        Strictness.objects.update_or_create(organisation=organisation, defaults={"nothing_may_be_missing": strict})
        about = log.Ref("organisation", organisation.code)
        log.record(Event.TEAM_LIST_CHANGED, by=by, about=about, at=at, chain=organisation.code)


def look_over(people: Sequence[User], *, organisation: Organisation, reason: str, at: datetime) -> list[Missing]:
    """What is missing when these people start a group. Raises NotReady where the house is strict, else ReasonMissing
    until somebody says why it is to start all the same."""
    missing = missing_of(people, at=at)
    if missing and is_strict(organisation):
        raise NotReady
    if missing and not reason.strip():
        raise ReasonMissing
    return missing


def note_start(
    *, group_id: int, organisation: Organisation, missing: Sequence[Missing], reason: str, by: Actor, at: datetime
) -> None:
    """Keep what was missing and why the group began all the same, inside the caller's transaction."""
    row = StartedWithout(group_id=group_id, by_id=by.user_id, at=at)  # type: ignore[misc]
    row.missing = [[one.person.code, kind] for one in missing for kind in one.kinds]
    row.sealed_reason = seals.START_REASON.seal(reason.strip()[:2000], code=row.code, holder=organisation)
    StartedWithout.objects.bulk_create([row], ignore_conflicts=True)


def reason_for(group_id: int, *, organisation: Organisation, by: Actor) -> str:
    """Why this group began although something was missing; empty when nothing was."""
    require(by, Permission.TEAM_KEEP, organisation)
    row = StartedWithout.objects.filter(group_id=group_id).first()
    return seals.START_REASON.open(row.sealed_reason, code=row.code, holder=organisation) if row else ""


def tell_of_ends(*, at: datetime) -> int:
    """Sixty days before something ends, its owner has a task, once for each end. Returns how many were looked at."""
    # A day more than needed: a house may be a day ahead of the clock that is asked.
    near = Credential.objects.filter(
        until__isnull=False, until__lte=(at + WARN_BEFORE + timedelta(days=1)).date(), person__is_active=True
    ).select_related("person__organisation")
    leading = near.filter(person__staff_roles__role=StaffRole.Role.FACILITATOR)
    told = 0
    for row in leading.order_by("pk"):
        house = row.person.organisation
        if not _ends_soon(row, _today(house, at)):
            continue
        assert row.until is not None
        due = datetime.combine(row.until, datetime.min.time(), ZoneInfo(house.zone))
        raise_task(
            Kind.CREDENTIAL_ENDS,
            organisation=house,
            owner=row.person,
            about=log.Ref("credential", row.code),
            once=f"{row.code}:{row.until.isoformat()}",
            due_at=max(due, at),
            at=at,
        )
        told += 1
    return told


def _held(person: User, *, on: date) -> list[Held]:
    rows = {row.kind: row for row in Credential.objects.filter(person=person).select_related("person", "seen_by")}
    return [
        Held(
            kind=kind,
            label=label,
            row=rows.get(kind),
            words=_words(rows[kind]) if kind in rows else "",
            over=kind in rows and _is_over(rows[kind], on),
            ends_soon=kind in rows and _ends_soon(rows[kind], on) and not _is_over(rows[kind], on),
        )
        for kind, label in asked_of(person.organisation).items()
    ]


def _lines(person: User, *, on: date) -> list[tuple[str, str, bool]]:
    """Each kind with its label, and whether it is missing. Opens nothing."""
    rows = {row.kind: row for row in Credential.objects.filter(person=person)}
    return [
        (kind, label, kind not in rows or _is_over(rows[kind], on))
        for kind, label in asked_of(person.organisation).items()
    ]


def _words(row: Credential) -> str:
    return seals.CREDENTIAL.open(row.sealed_words, code=row.code, holder=row.person) if row.sealed_words else ""


def _is_over(row: Credential, on: date) -> bool:
    return row.until is not None and row.until < on


def _ends_soon(row: Credential, on: date) -> bool:
    return row.until is not None and row.until <= on + WARN_BEFORE


def _today(organisation: Organisation, at: datetime) -> date:
    return at.astimezone(ZoneInfo(organisation.zone)).date()


def _record(event: Event, row: Credential, *, by: Actor, at: datetime) -> None:
    about = log.Ref("credential", row.code)
    chain = row.person.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=row.person.code, reason=row.kind)
