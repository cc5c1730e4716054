"""Somebody stops working here, perhaps at noon: what they answered for passes on first, and nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.people.shut import note_account_closed, note_role_ended
from kindcircle.rooms.groups.actions.leaving import leave_again
from kindcircle.rooms.groups.actions.roles import give_place, leave_places, may_stand_in
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.out_and_back import note_left
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.groups.series import hold_people
from kindcircle.rooms.groups.venues import hold_house
from kindcircle.rooms.intake.actions.talks_left import look_after_talks
from kindcircle.rooms.intake.models import Intake, Screener, TalkTime
from kindcircle.rooms.safety.errors import LastOne, StillTakesPart, TakeOver
from kindcircle.rooms.safety.ladder import once_key
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_rota import Away, Duty, DutyDay
from kindcircle.rooms.safety.queries import handled_alerts, people_to_tell
from kindcircle.rooms.safety.rota import look
from kindcircle.rooms.tasks.actions import SETTLED
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

Role = StaffRole.Role


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that somebody else has to take over first. `key` names it in a form; `may` is who could."""

    key: str
    name: str
    kind: str
    may: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What it would mean if this person stopped: what has to be passed on, and what becomes a task."""

    open: tuple[Open, ...]
    groups: tuple[Group, ...]
    meetings: int
    other_roles: tuple[str, ...]


def what_it_means(person: User, *, by: Actor, at: datetime) -> Leaving:
    """Looked at before anything is done."""
    require(by, Permission.TEAM_KEEP, person.organisation)
    groups = Group.objects.filter(
        memberships__user=person, memberships__role=Membership.Role.FACILITATOR, memberships__left_at=None
    )
    coming = Gathering.objects.filter(Q(guide=person) | Q(holder=person), state=Gathering.State.PLANNED)
    return Leaving(
        open=tuple(_to_pass_on(person, at=at)),
        groups=tuple(groups.exclude(state=Group.State.FINISHED).order_by("pk")),
        meetings=coming.count(),
        other_roles=tuple(person.staff_roles.exclude(role=Role.FACILITATOR).values_list("role", flat=True)),
    )


def end_place(*, person: User, takes_over: Mapping[str, User], close_account: bool, by: Actor, at: datetime) -> None:
    """This person leads no more groups here. What they answered for passes to whoever is named, or nothing happens.

    takes_over     by the keys of `what_it_means`
    close_account  they cannot sign in any more; their other roles end too
    Raises TakeOver, LastOne, StillTakesPart.
    """
    require(by, Permission.TEAM_KEEP, person.organisation)
    house = person.organisation
    with transaction.atomic():
        hold_people((person, *takes_over.values()))
        hold_house(house)
        for one in _to_pass_on(person, at=at):
            successor = takes_over.get(one.key)
            if successor is None or successor not in one.may:
                raise TakeOver(one.name)
            kind, _dash, code = one.key.partition("-")
            if kind == "group":
                group = Group.objects.get(code=code)
                give_place(group=group, user=successor, at=at)
                _pass_alerts(group, person, successor, by=by, at=at)
            else:
                _pass_talks(Intake.objects.get(code=code), person, successor, at=at)
        gone = _stop(person, by=by, at=at)
        ended = {Role.FACILITATOR.value}
        about = log.Ref("account", person.code)
        log.record(Event.STAFF_PLACE_ENDED, by=by, about=about, at=at, chain=house.code, concerns=person.code)
        if close_account:
            ended.update(_close(person, by=by, at=at))
        gone.note(person, at=at)
        for role in sorted(ended):
            note_role_ended(person.code, role, at=at)
        if close_account:
            note_account_closed(person.code, at=at)


def leave_off(person: User, *, at: datetime) -> None:
    """After an old copy of the database came back: whoever stopped leading groups leads none and talks with nobody.

    To whom their alerts passed is lost with the newer rows. They go to somebody else who leads the same group; where
    there is nobody, the next step of the ladder is told. Talks that were booked with them go to somebody else, too.
    """
    answers = Q(alerts_owner=person) | Q(alerts_backup=person)
    for group in Group.objects.filter(answers).select_related("organisation").order_by("pk"):
        _pass_to_who_leads(group, person, at=at)
    talks = TalkTime.objects.filter(screener=person, starts_at__gt=at).values("intake")
    screens = Q(screeners__user=person) | Q(pk__in=talks)
    intakes = list(Intake.objects.filter(screens).select_related("organisation").distinct().order_by("pk"))
    _stop(person, by=SYSTEM, at=at).note(person, at=at)
    for intake in intakes:
        look_after_talks(intake, at=at)


def leave_place_again(*, code: str, at: datetime) -> bool:
    """After an old copy of the database came back: whoever had left this place is out of it. False: they are already.

    Where they led that group, also if they lead others by now, its alerts go to somebody who can open them.
    """
    with transaction.atomic():
        led = Membership.objects.filter(code=code, left_at=None, role=Membership.Role.FACILITATOR)
        place = led.select_related("group__organisation", "user").first()
        told = [one for one in _told(place.user) if one.group_id == place.group_id] if place else []
        if not leave_again(code=code, at=at):
            return False
        if place is not None:
            if place.user_id in (place.group.alerts_owner_id, place.group.alerts_backup_id):
                _pass_to_who_leads(place.group, place.user, at=at)
            _tell_next(told, place.user, at=at)
    return True


def off_duty_again(person: User, *, at: datetime) -> bool:
    """After an old copy came back: staffed hours that somebody gave up with their role are not theirs. False: none."""
    with transaction.atomic():
        gone = _off_duty(person)
        if gone:
            look(person.organisation, at=at)
    return gone


def close_account(person: User, *, by: Actor, at: datetime) -> None:
    """Nobody signs in with this account from here on. Inside the caller's transaction."""
    User.objects.filter(pk=person.pk).update(is_active=False, sessions_valid_from=at)
    about, chain = log.Ref("account", person.code), person.organisation.code
    log.record(Event.ACCOUNT_CLOSED, by=by, about=about, at=at, chain=chain, concerns=person.code)


def _off_duty(person: User) -> bool:
    """No staffed hours are theirs. False: none were."""
    return bool(sum(rows.objects.filter(person=person).delete()[0] for rows in (Duty, DutyDay, Away)))


def _pass_to_who_leads(group: Group, person: User, *, at: datetime) -> None:
    leads = present_places(group, Membership.Role.FACILITATOR).filter(user__in=may_stand_in(group))
    others = leads.exclude(user__in=(group.alerts_owner_id, group.alerts_backup_id, person.pk))
    if (place := others.first()) is not None:
        _pass_alerts(group, person, place.user, by=SYSTEM, at=at)


@dataclass(frozen=True, slots=True)
class _Gone:
    """What somebody has no more: the codes of their places, and of the intakes in which they talked with people."""

    places: tuple[str, ...]
    intakes: tuple[str, ...]

    def note(self, person: User, *, at: datetime) -> None:
        """Each by itself, as the role may be had again without them."""
        for code in self.places:
            note_left(code, at=at)
        for code in self.intakes:
            erased.note_left(Screener._meta.label, person=person.code, code=code, at=at)


def _stop(person: User, *, by: Actor, at: datetime) -> _Gone:
    """They lead nothing and answer for nothing from here on. Returns what they had."""
    told = _told(person)
    screens = Screener.objects.filter(user=person)
    intakes = tuple(screens.values_list("intake__code", flat=True).order_by("pk"))
    screens.delete()
    left: list[str] = []
    for group in _led_by(person):
        places = Membership.objects.filter(group=group, user=person, role=Membership.Role.FACILITATOR, left_at=None)
        left.extend(places.values_list("code", flat=True))
        places.update(left_at=at)
        leave_places(group=group, person=person, by=by, at=at)
    _off_duty(person)
    look(person.organisation, at=at)
    Task.objects.filter(owner=person, kind=Kind.CREDENTIAL_ENDS, done_at=None).update(done_at=at, outcome=SETTLED)
    # What waited for them alone waits for the group, or for whoever leads the house.
    Task.objects.filter(owner=person, done_at=None).update(owner=None)
    person.staff_roles.filter(role=Role.FACILITATOR).delete()
    _tell_next(told, person, at=at)
    return _Gone(tuple(left), intakes)


def _to_pass_on(person: User, *, at: datetime) -> list[Open]:
    """Groups whose alerts they answer for, and intakes in which nobody else talks with people."""
    found = []
    answers = Q(alerts_owner=person) | Q(alerts_backup=person)
    still = ~Q(state=Group.State.FINISHED) | Q(alerts__closed_at=None, alerts__isnull=False)
    for group in Group.objects.filter(answers & still).select_related("organisation").distinct().order_by("pk"):
        other = group.alerts_backup_id if group.alerts_owner_id == person.pk else group.alerts_owner_id
        may = [one for one in may_stand_in(group) if one.pk not in (person.pk, other)]
        found.append(Open(f"group-{group.code}", group.name, "group", tuple(may)))
    intakes = Intake.objects.filter(screeners__user=person).exclude(state=Intake.State.CLOSED)
    for intake in intakes.order_by("pk"):
        others = [one.user for one in intake.screeners.select_related("user") if one.user.is_active]
        others = [one for one in others if one.pk != person.pk]
        if others and not _talks(intake, person, at=at).exists():
            continue
        staff = User.objects.filter(
            organisation=intake.organisation_id, is_active=True, staff_roles__role=Role.FACILITATOR
        ).exclude(pk=person.pk)
        found.append(Open(f"intake-{intake.code}", intake.name, "intake", tuple(staff.order_by("pk"))))
    return found


def _pass_alerts(group: Group, person: User, successor: User, *, by: Actor, at: datetime) -> None:
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    step = Alert.Person.OWNER if group.alerts_owner_id == person.pk else Alert.Person.BACKUP
    field = "alerts_owner" if step == Alert.Person.OWNER else "alerts_backup"
    Group.objects.filter(pk=group.pk).update(**{field: successor})
    about = log.Ref("group", group.code)
    chain = group.organisation.code
    log.record(Event.ALERTS_PASSED_ON, by=by, about=about, at=at, chain=chain, concerns=successor.code, reason=step)


def _told(person: User) -> list[Alert]:
    """Open alerts that somebody was told of: of a group, as a stand-in, or of somebody who asked to come."""
    codes = Delivery.objects.filter(user=person, about_kind="alert").values("about_code")
    return list(handled_alerts().filter(code__in=codes, closed_at=None).order_by("pk"))


def _tell_next(alerts: list[Alert], person: User, *, at: datetime) -> None:
    """Whose turn it was has gone: whoever's it is now hears of it at once, and the clock runs on."""
    for one in alerts:
        alert = handled_alerts().get(pk=one.pk)
        for other in people_to_tell(alert)[alert.with_person]:
            if other.pk != person.pk:
                about = log.Ref("alert", alert.code)
                queue.enqueue("staff-please-look", to=other, about=about, once=once_key(alert), at=at)


def _talks(intake: Intake, person: User, *, at: datetime) -> QuerySet[TalkTime]:
    """Talks that people have booked with this person and that are still to come."""
    return TalkTime.objects.filter(intake=intake, screener=person, starts_at__gt=at, application__isnull=False)


def _pass_talks(intake: Intake, person: User, successor: User, *, at: datetime) -> None:
    Screener.objects.get_or_create(intake=intake, user=successor, defaults={"since": at})
    erased.note_back(Screener._meta.label, person=successor.code, code=intake.code, at=at)
    booked = _talks(intake, person, at=at)
    theirs = TalkTime.objects.filter(screener=successor, starts_at__in=booked.values_list("starts_at", flat=True))
    if theirs.filter(application__isnull=False).exists():
        raise TakeOver(intake.name)
    theirs.delete()
    booked.update(screener=successor)
    TalkTime.objects.filter(intake=intake, screener=person, starts_at__gt=at, application=None).delete()


def _led_by(person: User) -> list[Group]:
    """Every group in which they have a place or a turn to come."""
    leads = Q(memberships__user=person, memberships__role=Membership.Role.FACILITATOR, memberships__left_at=None)
    turns = Q(gatherings__guide=person) | Q(gatherings__holder=person) | Q(gatherings__stand_ins__user=person)
    return list(Group.objects.filter(leads | turns).select_related("organisation").distinct().order_by("pk"))


def _close(person: User, *, by: Actor, at: datetime) -> list[str]:
    """Their other roles end too, and the account. Returns which roles these were."""
    asks = person.applications.filter(withdrawn_at=None)
    if asks.exists() or Membership.objects.filter(user=person, role=Membership.Role.MEMBER, left_at=None).exists():
        raise StillTakesPart
    roles = list(person.staff_roles.all())
    for role in roles:
        others = StaffRole.objects.filter(
            role=role.role, user__organisation=person.organisation_id, user__is_active=True
        ).exclude(user=person)
        if not others.exists():
            raise LastOne
        role.delete()
    close_account(person, by=by, at=at)
    return [role.role for role in roles]
