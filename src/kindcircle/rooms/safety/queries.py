"""Reading alerts, the numbers to call, and whether the house is awake."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Case, Count, IntegerField, Max, Q, QuerySet, Value, When

from kindcircle.base.access import Actor, Facts, Permission
from kindcircle.base.access.gate import can, require
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.groups.standing_in import leading
from kindcircle.rooms.intake.models import Intake
from kindcircle.rooms.intake.queries import screeners_of
from kindcircle.rooms.safety.duty import Rota
from kindcircle.rooms.safety.models import Alert, AlertStep, ClosedDay, Helpline, WorkerBeat
from kindcircle.rooms.safety.models_protocol import AlertRung
from kindcircle.rooms.safety.models_unwanted import StopReview
from kindcircle.rooms.safety.models_watch import TrialAlert
from kindcircle.rooms.safety.staffed import StaffedHours, end_of_next_shift, next_staffed
from kindcircle.rooms.safety.states import SETTLED, UNSEEN, WITHOUT_CONTACT

HELPLINE_LASTS = timedelta(days=180)
LATE_AFTER = timedelta(minutes=2)
STEP_TAKEN_WITHIN = timedelta(minutes=5)
TRIAL_EVERY = timedelta(hours=1)
TRIAL_SEEN_WITHIN = timedelta(minutes=5)
WORKER = "worker"


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A number to call, exactly as it is dialled."""

    name: str
    number: str
    text_to: str
    hours: str
    emergency: bool
    deaf: str = ""
    more: tuple[str, ...] = ()  # for whom, where, in which languages, at what cost: only what is known
    checked: datetime | None = None  # when somebody dialled it last


@dataclass(frozen=True, slots=True)
class Promise:
    """What we may honestly tell a member: who is told, when somebody is there next, and by when they are in touch.

    who              chosen names of the people who lead the group
    there_now        somebody is on duty at this moment
    there_from       when somebody is on duty next (now, if `there_now`), past every gap in the rota; None when nobody
                     ever is
    by               the end of the first working day that begins after now and has somebody on duty. Where none has,
                     the end of the first: by then the alert is with everybody who can be told
    """

    who: tuple[str, ...]
    there_now: bool
    there_from: datetime | None
    by: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of an alert's history. `event` and `reason` are words of the audit record; `note` was sealed."""

    at: datetime
    event: str
    state: str = ""
    reason: str = ""
    who: str = ""
    note: str = ""


def waiting_for(actor: Actor) -> QuerySet[Alert]:
    """Open alerts this person may handle: of groups they facilitate, and for a safety lead of the organisation.

    What nobody has seen comes first, then who was not reached yet, then the rest; what may wait for the weekly notes
    comes last. Among equals the one that waits longest comes first.
    """
    return _handled_by(actor).filter(closed_at=None)


def closed_for(actor: Actor, *, since: datetime) -> QuerySet[Alert]:
    """Alerts this person may handle that were closed since then, the latest first."""
    return _handled_by(actor).filter(closed_at__gte=since).order_by("-closed_at")


def handled_alerts() -> QuerySet[Alert]:
    """Alerts with everything that handling one needs, in one query."""
    return Alert.objects.select_related(
        "member",
        "group__organisation",
        "group__alerts_owner",
        "group__alerts_backup",
        "gathering",
        "intake__organisation",
    )


def in_touch_by(alerts: Iterable[Alert]) -> dict[int, datetime]:
    """By when somebody has been in touch with the member, by alert id. One query for each organisation."""
    hours: dict[int, StaffedHours] = {}
    found = {}
    for alert in alerts:
        house = alert.house
        if house.pk not in hours:
            hours[house.pk] = staffed_hours(house)
        found[alert.pk] = end_of_next_shift(hours[house.pk], alert.raised_at)
    return found


def _handled_by(actor: Actor) -> QuerySet[Alert]:
    mine = Q(group_id__in=actor.facilitates) | Q(intake__screeners__user=actor.user_id)
    if can(actor, Permission.ALERT_HANDLE, Facts(organisation_id=actor.organisation_id)):
        mine |= Q(group__organisation_id=actor.organisation_id) | Q(intake__organisation_id=actor.organisation_id)
    if not can(actor, Permission.ALERT_LIST):
        mine = Q(pk=None)
    turn = Case(
        When(level=Alert.Level.REVIEW, then=Value(3)),
        When(state__in=UNSEEN, then=Value(0)),
        When(state__in=WITHOUT_CONTACT, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return handled_alerts().filter(mine).distinct().order_by(turn, "raised_at", "pk")


def alert_about(source: Ref) -> Alert | None:
    """The alert that this sheet or signal is part of, if it asked for a person; the latest where there are several."""
    rows = handled_alerts().filter(answers__source_kind=source.kind, answers__source_code=source.code)
    return rows.order_by("-pk").first()


def looked_after_by(alert: Alert, moment: datetime) -> bool:
    """Whether somebody had talked with the member by then, or nothing more was to be done."""
    return AlertStep.objects.filter(alert=alert, state__in=SETTLED, at__lte=moment).exists()


def history(alert: Alert, *, by: Actor) -> list[Happened]:
    """Everything that happened with an alert, oldest first: what the machine did, and what people did and noted."""
    require(by, Permission.ALERT_HANDLE, alert)
    machine = AuditEntry.objects.filter(
        concerns=alert.member.code,
        about_kind="alert",
        about_code=alert.code,
        event__in=[Event.ALERT_RAISED, Event.ALERT_DELIVERED, Event.ALERT_ESCALATED, Event.DELIVERY_FAILED],
    ).order_by("number")
    happened = [Happened(at=entry.at, event=entry.event, reason=entry.reason) for entry in machine]
    steps = list(AlertStep.objects.filter(alert=alert).select_related("by").order_by("at", "pk"))
    chosen = list(AlertRung.objects.filter(alert=alert).select_related("by"))
    names = seals.names_of(list({step.by for step in steps if step.by} | {one.by for one in chosen}))
    for step in steps:
        note = seals.ALERT_NOTE.open(step.sealed_note, code=step.code, holder=alert.member) if step.sealed_note else ""
        reason = alert.close_reason if step.state == Alert.State.CLOSED else ""
        who = names.get(step.by_id, "") if step.by_id else ""
        happened.append(Happened(step.at, Event.ALERT_MOVED, step.state, reason, who, note))
    happened += [
        Happened(one.at, Event.ALERT_RUNG_CHOSEN, reason=str(one.rung), who=names[one.by_id]) for one in chosen
    ]
    return sorted(happened, key=lambda one: one.at)


def people_to_tell(alert: Alert) -> dict[str, list[User]]:
    """Who is told at each step of the ladder. Somebody who has left is nobody; the step then passes on.

    The first is whoever of the group's people is on duty when the house is there next: whose turn it was at that moment
    stays, however the rota is changed later. Where nobody of them is, it is the owner, unless they are away.
    """
    leads = safety_leads(alert.house.pk)
    first, second = _first_two(alert)
    named = [person for person in _named(alert) if person.is_active]
    everyone = {person.pk: person for person in [*first, *second, *named, *leads]}
    return {
        Alert.Person.OWNER: first,
        Alert.Person.BACKUP: second,
        Alert.Person.LEAD: list(leads),
        Alert.Person.EVERYONE: list(everyone.values()),
    }


def safety_leads(organisation_id: int) -> QuerySet[User]:
    """Everybody who answers for safety in this house and still works here, in the order in which they came."""
    role = StaffRole.Role.SAFETY_LEAD
    return User.objects.filter(organisation=organisation_id, is_active=True, staff_roles__role=role).order_by("pk")


def _first_two(alert: Alert) -> tuple[list[User], list[User]]:
    """Who is told first, and who when the first does not look in time: never the same person twice."""
    house = alert.house
    rota = Rota(house)
    moment = next_staffed(staffed_hours(house), alert.waits_since) or alert.waits_since
    named = _named(alert)
    besides = leading(alert.group, at=moment) if alert.group else []
    if alert.intake is not None:
        besides = screeners_of(alert.intake)
    people = {person.pk: person for person in [*named, *besides]}
    there = [person for person in people.values() if person.is_active and not rota.away_at(person, moment)]
    duty = rota.on_duty(moment)
    on_duty = [person for person in there if person.pk in duty]
    # Who was told stays the first, however the rota has changed since: the next one is then really somebody else.
    once = Delivery.objects.filter(
        about_kind="alert", about_code=alert.code, once_key__endswith=f":{Alert.Person.OWNER}"
    )
    told = set(once.values_list("user_id", flat=True))
    first = (
        [person for person in people.values() if person.pk in told and person.is_active]
        or on_duty[:1]
        or [person for person in there if person in named[:1]]
    )
    # The backup before all others; the owner where somebody else came first; then whoever is on duty besides.
    after = [person for person in (*reversed(named), *on_duty) if person in there and person not in first]
    return first, after[:1]


def _named(alert: Alert) -> list[User]:
    """Who answers first and who second: of the group, or the first two of those who talk with people."""
    if alert.intake is not None:
        return screeners_of(alert.intake)[:2]
    return [alert.group.alerts_owner, alert.group.alerts_backup] if alert.group else []


def staffed_hours(organisation: Organisation) -> StaffedHours:
    """When somebody is there, from the organisation's own settings and its closed days."""
    return StaffedHours(
        zone=organisation.zone,
        days=frozenset(int(day) for day in organisation.staffed_days),
        # An organisation made a moment ago still holds the words it was made with.
        opens=time.fromisoformat(str(organisation.staffed_from)),
        closes=time.fromisoformat(str(organisation.staffed_until)),
        closed_on=frozenset(ClosedDay.objects.filter(organisation=organisation).values_list("on", flat=True)),
    )


def promise(group: Group, *, at: datetime) -> Promise:
    """What we may honestly tell a member of this group who asks for a person at this moment."""
    who = [place.user for place in present_places(group, Membership.Role.FACILITATOR)]
    return _promise(group.organisation, who, at)


def promise_before(intake: Intake, *, at: datetime) -> Promise:
    """The same for somebody who asked to come and has no group yet."""
    return _promise(intake.organisation, screeners_of(intake), at)


def _promise(house: Organisation, who: list[User], at: datetime) -> Promise:
    hours, rota = staffed_hours(house), Rota(house)
    there_from = by = None
    for starts, ends in hours.shifts(at):
        covered = rota.covered_from(max(starts, at), ends, who)
        if covered is None:
            continue
        there_from = there_from or covered
        if starts > at:
            by = ends
            break
    names = seals.names_of(who)
    return Promise(
        who=tuple(names[person.pk] for person in who),
        there_now=there_from == at,
        there_from=there_from,
        by=by or end_of_next_shift(hours, at),
        zone=house.zone,
    )


def help_lines(organisation: Organisation, *, at: datetime) -> list[HelpLine]:
    """The numbers that two people dialled within the last 180 days, the emergency number first.

    Exactly as they are dialled (hazard H04). An older check counts no more: better no number than a wrong one.
    """
    fresh = Count("checks", filter=Q(checks__at__gt=at - HELPLINE_LASTS, checks__at__lte=at))
    rows = (
        Helpline.objects.filter(organisation=organisation)
        .annotate(fresh=fresh, checked=Max("checks__at"))
        .filter(fresh__gte=2)
    )
    return [
        HelpLine(
            name=row.name,
            number=row.number,
            text_to=row.text_to,
            hours=row.hours,
            emergency=row.emergency,
            deaf=row.deaf,
            more=tuple(words for words in (row.audience, row.region, row.languages, row.cost) if words),
            checked=row.checked,
        )
        for row in rows.order_by("-emergency", "order", "name")
    ]


def may_start_groups(organisation: Organisation, *, at: datetime) -> bool:
    """Whether the emergency number was dialled by two people lately enough: without it no new group begins."""
    return any(line.emergency for line in help_lines(organisation, at=at))


def alerts_may_be_late(organisation_id: int | None, *, at: datetime) -> bool:
    """Whether people should phone round: the worker has not gone round for two minutes, the hourly trial is lost, or
    nobody could be told of a decision that is overdue."""
    beat = WorkerBeat.objects.filter(name=WORKER).first()
    if beat is None or beat.at < at - LATE_AFTER:
        return True
    here = StopReview.objects.filter(event__group__organisation=organisation_id, decided_at=None, late_told_at=None)
    return here.filter(due_at__lte=at - STEP_TAKEN_WITHIN).exists() or trial_is_late(organisation_id, at=at)


def trial_is_late(organisation_id: int | None, *, at: datetime) -> bool:
    """Whether the latest trial that should be through by now has not been seen; or none was raised when it was due."""
    trials = TrialAlert.objects.filter(organisation=organisation_id, raised_at__lte=at)
    last = trials.filter(raised_at__lte=at - TRIAL_SEEN_WITHIN).order_by("-raised_at").first()
    if last is not None and last.seen_at is None:
        return True
    due = at - TRIAL_EVERY - TRIAL_SEEN_WITHIN
    if trials.filter(raised_at__gt=due).exists():
        return False
    return Group.objects.filter(organisation=organisation_id, state=Group.State.RUNNING, created_at__lte=due).exists()
