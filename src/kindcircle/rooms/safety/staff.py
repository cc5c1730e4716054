"""Who works in a house, as whoever leads it may know: roles, whether a second key is there, and the month of the last
sign-in. And ending what somebody may do here; leading groups is handed over first (`leaving`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.db import transaction

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.people.shut import SECOND_KEYS, note_account_closed, note_role_ended
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.groups.series import hold_people
from kindcircle.rooms.groups.venues import hold_house
from kindcircle.rooms.safety.errors import HandOverFirst, LastOne
from kindcircle.rooms.safety.leaving import close_account, leave_off


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person who works here. `last_month` is the first day of the month in which they signed in last, or None."""

    person: User
    name: str
    roles: tuple[str, ...]
    second_key: bool
    last_month: date | None
    groups: int

    @property
    def leads_groups(self) -> bool:
        """Whether ending anything about leading groups needs a hand-over."""
        return StaffRole.Role.FACILITATOR in self.roles or self.groups > 0


def staff_of(organisation: Organisation, *, by: Actor) -> list[Colleague]:
    """Everybody with a role, by name. When exactly somebody signed in is nobody's business."""
    require(by, Permission.STAFF_SEE, organisation)
    people = list(
        User.objects.filter(organisation=organisation, is_active=True, staff_roles__isnull=False)
        .prefetch_related("staff_roles")
        .distinct()
    )
    names = seals.names_of(people)
    keys = set(Authenticator.objects.filter(user__in=people, type__in=SECOND_KEYS).values_list("user_id", flat=True))
    leads = list(_leading().filter(user__in=people).values_list("user_id", flat=True))
    zone = ZoneInfo(organisation.zone)
    found = [
        Colleague(
            person=person,
            name=names[person.pk],
            roles=tuple(sorted(role.role for role in person.staff_roles.all())),
            second_key=person.pk in keys,
            last_month=person.last_login.astimezone(zone).date().replace(day=1) if person.last_login else None,
            groups=leads.count(person.pk),
        )
        for person in people
    ]
    return sorted(found, key=lambda one: one.name.casefold())


def end_role(*, person: User, role: str, by: Actor, at: datetime) -> None:
    """One role ends now, and whoever had it is signed out everywhere. What they did stays as it is.

    Ended twice, it stays ended. Raises HandOverFirst for leading groups, LastOne.
    """
    require(by, Permission.STAFF_END, person)
    with transaction.atomic():
        _hold(person)
        if role == StaffRole.Role.FACILITATOR:
            raise HandOverFirst
        found = next((one for one in person.staff_roles.all() if one.role == role), None)
        if found is not None:
            _end(found, person, by=by, at=at)
            note_role_ended(person.code, role, at=at)


def end_access(*, person: User, by: Actor, at: datetime) -> None:
    """Every role ends now. Somebody who also takes part here keeps their own pages; all others cannot sign in any more.

    Raises HandOverFirst, LastOne; then nothing has changed.
    """
    require(by, Permission.STAFF_END, person)
    with transaction.atomic():
        _hold(person)
        roles = list(StaffRole.objects.filter(user=person))
        if not roles:
            return
        leads = any(role.role == StaffRole.Role.FACILITATOR for role in roles)
        if leads or _leading().filter(user=person).exists():
            raise HandOverFirst
        for role in roles:
            _end(role, person, by=by, at=at)
        own = Membership.objects.filter(user=person, role=Membership.Role.MEMBER).exists()
        closes = not own and not person.applications.exists()
        if closes:
            close_account(person, by=by, at=at)
        for role in roles:
            note_role_ended(person.code, role.role, at=at)
        if closes:
            note_account_closed(person.code, at=at)


def end_role_again(*, person: User, role: str, at: datetime) -> bool:
    """After an old copy of the database came back: this role has ended, also where it was the last. False: it had.

    Whoever led groups leads none, and the alerts of each go to somebody else who leads it, where there is one.
    """
    with transaction.atomic():
        _hold(person)
        found = StaffRole.objects.filter(user=person, role=role).first()
        if found is None:
            return False
        if role == StaffRole.Role.FACILITATOR:
            leave_off(person, at=at)
        _take_away(found, person, by=SYSTEM, at=at)
        note_role_ended(person.code, role, at=at)
    return True


def close_again(*, person: User, at: datetime) -> bool:
    """After an old copy came back: nobody signs in with this account. False: nobody could."""
    with transaction.atomic():
        if not User.objects.select_for_update(no_key=True).filter(pk=person.pk, is_active=True).exists():
            return False
        close_account(person, by=SYSTEM, at=at)
        note_account_closed(person.code, at=at)
    return True


def _leading():  # type: ignore[no-untyped-def]
    """Places in groups that somebody still leads."""
    return Membership.objects.filter(role=Membership.Role.FACILITATOR, left_at=None).exclude(group__state="finished")


def _hold(person: User) -> None:
    """Two who end the last two leads at once wait for each other."""
    hold_people([person])
    hold_house(person.organisation)


def _end(role: StaffRole, person: User, *, by: Actor, at: datetime) -> None:
    others = StaffRole.objects.filter(
        role=role.role, user__organisation=person.organisation_id, user__is_active=True
    ).exclude(user=person)
    if not others.exists():
        raise LastOne
    _take_away(role, person, by=by, at=at)


def _take_away(role: StaffRole, person: User, *, by: Actor, at: datetime) -> None:
    about = log.Ref("account", person.code)
    chain, ended = person.organisation.code, role.role
    role.delete()
    User.objects.filter(pk=person.pk).update(sessions_valid_from=at)
    log.record(Event.STAFF_ROLE_ENDED, by=by, about=about, at=at, chain=chain, concerns=person.code, reason=ended)
