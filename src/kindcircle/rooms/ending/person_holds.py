"""Holding one person's words back: one asks with a reason and a last day, a second confirms, and it ends by itself.

While it stands, nothing of this person goes: not when its time has come, and not when they ask for it. Nobody gets to
read more because of it. They are told, unless somebody has forbidden it and the reason says who.
"""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.access.predicates import SYSTEM
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.ending.errors import NotNow, NotOneself, ReasonNeeded, TakesTwo
from kindcircle.rooms.ending.keeping import LONGEST_HOLD, LONGEST_REASON
from kindcircle.rooms.ending.models_privacy import PersonHold
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec import dates

TO_CONFIRM = timedelta(days=7)
"""Asked for and not confirmed within this time, it is as if nobody had asked."""


def holds() -> QuerySet[PersonHold]:
    """Holds with all that showing one needs."""
    return PersonHold.objects.select_related("person__organisation", "organisation", "asked_by", "confirmed_by")


def hold_on(person: User) -> PersonHold | None:
    """The confirmed hold that stands on this person, or None."""
    return holds().filter(person=person, ended_at=None, confirmed_at__isnull=False).first()


def told_hold_on(person: User) -> PersonHold | None:
    """The same, as far as the person may be told of it."""
    found = hold_on(person)
    return None if found is None or found.untold else found


def find_person(address: str, *, organisation: Organisation, by: Actor) -> User | None:
    """Whose address this is, in this house. There is no list to choose from: whoever leads a house sees none."""
    require(by, Permission.PERSON_HOLD_ASK, organisation)
    return User.objects.filter(organisation=organisation, email=seals.blind_address(address)).first()


def reason_of(hold: PersonHold, *, by: Actor) -> str:
    """Why it was asked for. Empty where that has gone."""
    require(by, Permission.PERSON_HOLD_SEE, hold)
    if not hold.sealed_reason:
        return ""
    return seals.HOLD_REASON.open(hold.sealed_reason, code=hold.code, holder=hold.organisation)


def ask(*, person: User, reason: str, until: date | None, untold: bool, by: Actor, at: datetime) -> PersonHold:
    """Ask for a hold. Nothing is held before a second person has confirmed it.

    Raises ReasonNeeded; NotOneself for whoever asks about their own words; NotNow where nothing is left to hold.
    """
    require(by, Permission.PERSON_HOLD_ASK, person.organisation)
    words = reason.strip()
    today = dates.wall_clock(at, person.organisation.zone).date()
    if not words or len(words) > LONGEST_REASON or until is None or not today < until <= today + LONGEST_HOLD:
        raise ReasonNeeded
    if by.user_id == person.pk:
        raise NotOneself
    with transaction.atomic():
        person = _hold_still(person)
        standing = holds().filter(person=person, ended_at=None).first()
        if standing is not None:
            return standing
        if not person.is_active and not person.sealed_email:
            raise NotNow
        row = PersonHold(person=person, organisation=person.organisation, until=until, untold=untold, asked_at=at)
        row.asked_by_id = by.user_id  # type: ignore[assignment]  # nobody unsigned may ask
        row.sealed_reason = seals.HOLD_REASON.seal(words, code=row.code, holder=person.organisation)
        row.save(force_insert=True)
        raise_task(
            Kind.HOLD_TO_CONFIRM, organisation=person.organisation, about=_about(row), once=row.code,
            due_at=at + TO_CONFIRM, at=at, owner=_second(person.organisation, by),
        )  # fmt: skip
        _record(Event.PERSON_HOLD_ASKED, row, by=by, at=at)
    return row


def confirm(*, hold: PersonHold, by: Actor, at: datetime) -> PersonHold:
    """A second person says yes: from now on nothing of theirs goes. They are told, but for the exception.

    Raises TakesTwo for whoever asked, NotOneself, and NotNow where it is over already. Twice is once.
    """
    require(by, Permission.PERSON_HOLD_CONFIRM, hold)
    if by.user_id == hold.asked_by_id:
        raise TakesTwo
    if by.user_id == hold.person_id:
        raise NotOneself
    with transaction.atomic():
        _hold_still(hold.person)
        row = holds().select_for_update(of=("self",), no_key=True).get(pk=hold.pk)
        if row.ended_at is not None:
            raise NotNow
        if row.confirmed_at is None:
            row.confirmed_at, row.confirmed_by_id = at, by.user_id
            row.save(update_fields=["confirmed_at", "confirmed_by"])
            User.objects.filter(pk=row.person_id).update(held=True)
            settle(Kind.HOLD_TO_CONFIRM, about=_about(row), at=at)
            if not row.untold:
                about = log.Ref("person", row.person.code)
                queue.enqueue("something-waiting", to=row.person, about=about, once=f"hold:{row.code}", at=at)
            _record(Event.PERSON_HOLD_CONFIRMED, row, by=by, at=at)
    return row


def lift(*, hold: PersonHold, by: Actor, at: datetime) -> None:
    """It ends now, or is not confirmed at all. Twice is once."""
    require(by, Permission.PERSON_HOLD_CONFIRM, hold)
    _end(hold, by=by, at=at)


def end_due(*, at: datetime) -> int:
    """End every hold whose day has come, and every one that nobody confirmed. Returns how many."""
    done = 0
    for row in holds().filter(ended_at=None):
        late = row.confirmed_at is None and at >= row.asked_at + TO_CONFIRM
        if late or row.until <= dates.wall_clock(at, row.organisation.zone).date():
            done += _end(row, by=SYSTEM, at=at)
    return done


def _end(hold: PersonHold, *, by: Actor, at: datetime) -> int:
    with transaction.atomic():
        changed = PersonHold.objects.filter(pk=hold.pk, ended_at=None).update(ended_at=at, ended_by_id=by.user_id)
        if changed:
            User.objects.filter(pk=hold.person_id).update(held=False)
            settle(Kind.HOLD_TO_CONFIRM, about=_about(hold), at=at)
            _record(Event.PERSON_HOLD_ENDED, hold, by=by, at=at)
    return changed


def _second(organisation: Organisation, by: Actor) -> User | None:
    """Who is asked to confirm: somebody who answers for safety, else another who leads the house."""
    people = User.objects.filter(organisation=organisation, is_active=True).exclude(pk=by.user_id or 0)
    for role in (StaffRole.Role.SAFETY_LEAD, StaffRole.Role.ORGANISATION_LEAD):
        found = people.filter(staff_roles__role=role).order_by("pk").first()
        if found is not None:
            return found
    return None


def _hold_still(person: User) -> User:
    """Whoever erases and whoever holds wait for each other."""
    rows = User.objects.select_for_update(of=("self",), no_key=True).select_related("organisation")
    return rows.get(pk=person.pk)


def _about(hold: PersonHold) -> log.Ref:
    return log.Ref("person-hold", hold.code)


def _record(event: Event, hold: PersonHold, *, by: Actor, at: datetime) -> None:
    chain, concerns = hold.organisation.code, hold.person.code
    log.record(event, by=by, about=_about(hold), at=at, chain=chain, concerns=concerns)
