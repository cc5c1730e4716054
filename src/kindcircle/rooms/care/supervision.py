"""A facilitator's own log of supervision: theirs alone. The organisation lead sees how many minutes, and no more."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils import timezone

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.care.errors import NotALength, NotYetHeld, WithWhom
from kindcircle.rooms.care.models import LONGEST_SUPERVISION, Supervision
from kindcircle.rooms.care.notes import member_names
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.naming import Found, names_in

WINDOW = timedelta(weeks=12)
"""How far back the figures look."""
MEETINGS_PER_HOUR = 4
SAME_DAY_SHOWN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Held:
    """One entry, opened."""

    row: Supervision
    with_whom: str
    taken: str


@dataclass(frozen=True, slots=True)
class Figure:
    """The last twelve weeks. suggested: minutes, one hour for each four meetings.

    weeks, weeks_held  weeks in which a group met that only clinicians lead, and those of them with supervision: there
                       it is suggested each week
    """

    meetings: int
    minutes: int
    suggested: int
    weeks: int
    weeks_held: int


def note_supervision(
    *,
    held_on: date,
    minutes: int,
    with_whom: str,
    taken: str,
    same_day: bool,
    client_key: str,
    by: Actor,
    at: datetime,
) -> Supervision:
    """Write down that somebody talked their work through. The same form sent twice is one entry.

    Raises NotALength, NotYetHeld, WithWhom.
    """
    facilitator = User.objects.select_related("organisation").get(code=by.code)
    row = Supervision(code=codes.new_code(), facilitator=facilitator, client_key=client_key)
    require(by, Permission.SUPERVISION_KEEP, row)
    with transaction.atomic():
        # The person's own row is held: of two sends at once, the second finds the first.
        User.objects.select_for_update(no_key=True).get(pk=facilitator.pk)
        if kept := Supervision.objects.filter(facilitator=facilitator, client_key=client_key).first():
            return kept
        _write(row, held_on, minutes, with_whom, taken, same_day, at)
        _trace(row, by=by, at=at)
    return row


def mend_supervision(
    *,
    supervision: Supervision,
    held_on: date,
    minutes: int,
    with_whom: str,
    taken: str,
    same_day: bool,
    by: Actor,
    at: datetime,
) -> None:
    """Put an entry of one's own right. Raises NotALength, NotYetHeld, WithWhom."""
    require(by, Permission.SUPERVISION_KEEP, supervision)
    with transaction.atomic():
        row = (
            Supervision.objects.select_for_update(of=("self",), no_key=True)
            .select_related("facilitator")
            .get(pk=supervision.pk)
        )
        _write(row, held_on, minutes, with_whom, taken, same_day, at)
        _trace(row, by=by, at=at)


def supervision(row: Supervision, *, by: Actor) -> Held:
    """One's own entry, opened."""
    require(by, Permission.SUPERVISION_KEEP, row)
    return _opened(row)


def own_supervisions(*, by: Actor) -> list[Held]:
    """Everything one wrote down oneself, newest first."""
    require(by, Permission.OWN_CARE_SEE)
    rows = Supervision.objects.filter(facilitator_id=by.user_id).select_related("facilitator")
    return [_opened(row) for row in rows.order_by("-held_on", "-pk")]


def member_names_in(text: str, *, by: Actor) -> list[Found]:
    """Where an entry names somebody from a group that one leads or led."""
    groups = Group.objects.filter(
        memberships__user__code=by.code, memberships__role=Membership.Role.FACILITATOR
    ).distinct()
    names = {name for group in groups for name in member_names(group).values()}
    return names_in(text, sorted(names))


def figure_of(facilitator: User, *, by: Actor, at: datetime) -> Figure:
    """How much of it there was beside how many meetings. For the person, and for whoever leads their organisation."""
    if by.user_id != facilitator.pk:
        require(by, Permission.SUPERVISION_HOURS_SEE, facilitator.organisation)
    since = at - WINDOW
    entries = Supervision.objects.filter(facilitator=facilitator, held_on__gte=timezone.localdate(since))
    met = list(_led_by(facilitator).filter(closed_at__gte=since, closed_at__lte=at).select_related("group"))
    weekly = {group.pk for group in {one.group_id: one.group for one in met}.values() if _by_clinicians(group)}
    weeks = {_week(timezone.localdate(one.starts_at)) for one in met if one.group_id in weekly}
    others = sum(one.group_id not in weekly for one in met)
    return Figure(
        meetings=len(met),
        minutes=entries.aggregate(all=Sum("minutes"))["all"] or 0,
        suggested=60 * others // MEETINGS_PER_HOUR,
        weeks=len(weeks),
        weeks_held=len(weeks & {_week(day) for day in entries.values_list("held_on", flat=True)}),
    )


def figures_of_house(organisation: Organisation, *, by: Actor, at: datetime) -> list[tuple[User, Figure]]:
    """Everybody who leads groups, with minutes only: not with whom, and not what about."""
    require(by, Permission.SUPERVISION_HOURS_SEE, organisation)
    people = User.objects.filter(
        organisation=organisation, is_active=True, staff_roles__role=StaffRole.Role.FACILITATOR
    ).select_related("organisation")
    return [(person, figure_of(person, by=by, at=at)) for person in people.order_by("pk")]


def days_to_talk_through(*, by: Actor, at: datetime) -> list[date]:
    """Days of the last fortnight on which an answer in an own group gave cause for concern, not talked through yet."""
    require(by, Permission.OWN_CARE_SEE)
    alerts = Alert.objects.filter(
        group_id__in=by.facilitates, level=Alert.Level.CONCERN, raised_at__gte=at - SAME_DAY_SHOWN
    )
    days = {timezone.localdate(raised_at) for raised_at in alerts.values_list("raised_at", flat=True)}
    talked = Supervision.objects.filter(facilitator_id=by.user_id, same_day=True).values_list("held_on", flat=True)
    last = max(talked, default=None)
    return sorted(day for day in days if last is None or day > last)


def _write(
    row: Supervision, held_on: date, minutes: int, with_whom: str, taken: str, same_day: bool, at: datetime
) -> None:
    if not 1 <= minutes <= LONGEST_SUPERVISION:
        raise NotALength
    if held_on > timezone.localdate(at):
        raise NotYetHeld
    if not with_whom.strip():
        raise WithWhom
    row.held_on, row.minutes, row.same_day, row.written_at = held_on, minutes, same_day, at
    row.sealed_with = seals.SUPERVISION_WITH.seal(with_whom.strip(), code=row.code, holder=row.facilitator)
    row.sealed_taken = seals.SUPERVISION.seal(taken.strip(), code=row.code, holder=row.facilitator)
    row.save()


def _opened(row: Supervision) -> Held:
    return Held(
        row=row,
        with_whom=seals.SUPERVISION_WITH.open(row.sealed_with, code=row.code, holder=row.facilitator),
        taken=seals.SUPERVISION.open(row.sealed_taken, code=row.code, holder=row.facilitator),
    )


def _led_by(facilitator: User) -> QuerySet[Gathering]:
    """Meetings that were held in groups which this person led at that time."""
    place = "group__memberships"
    while_leading = Q(**{f"{place}__left_at": None}) | Q(**{f"{place}__left_at__gte": F("starts_at")})
    return Gathering.objects.filter(
        while_leading,
        state=Gathering.State.CLOSED,
        **{
            f"{place}__user": facilitator,
            f"{place}__role": Membership.Role.FACILITATOR,
            f"{place}__joined_at__lte": F("closed_at"),
        },
    )


def _by_clinicians(group: Group) -> bool:
    try:
        return programme_of(group).led_by == "clinician"
    except ProgrammeGone:
        return False


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _trace(row: Supervision, *, by: Actor, at: datetime) -> None:
    chain = row.facilitator.organisation.code
    log.record(Event.SUPERVISION_NOTED, by=by, about=log.Ref("supervision", row.code), at=at, chain=chain)
