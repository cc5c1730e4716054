"""Reading groups: who somebody is here, what comes next, who is in the room."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _

from kindcircle.base.access import NOBODY, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import MEETING, Attendance, Gathering, Group, MemberNote, Membership, StepRecord
from kindcircle.rooms.groups.queries_actors import Known
from kindcircle.rooms.groups.standing_in import groups_open_to
from kindcircle.spec.programmes import Programme, Session, load_programme
from kindcircle.spec.texts import ContentError

# The one meeting that a finished group may still have, whatever its programme was.
MONTHS_ON = ("three-months-on", "1")


def actor_for(
    user: User | None,
    *,
    strong: bool = False,
    only_gathering: int | None = None,
    tablet_of: int | None = None,
    at: datetime | None = None,
) -> Actor:
    """Who this person is right now, from the rows. One query; never cached, so leaving takes effect at once.

    at  the moment that is asked about. Without it nobody stands in for anybody; with it one more query, for those only
        who may lead groups here.
    """
    if user is None or not user.is_active:
        return NOBODY
    # Places and roles have nothing in common but whose they are; no group has the number 0.
    held = Membership.objects.filter(user=user, left_at=None).values_list("group_id", "role")
    serves = StaffRole.objects.filter(user=user).values_list(Value(0), "role")
    rows = list(held.union(serves, all=True))
    places = frozenset((group, role) for group, role in rows if group)
    roles = frozenset(role for group, role in rows if not group)
    stands_in: set[int] = set()
    if at is not None and StaffRole.Role.FACILITATOR in roles:
        stands_in = groups_open_to(user, at=at)
    person = Known(user, places, roles)
    return person.actor(strong=strong, only_gathering=only_gathering, tablet_of=tablet_of, stands_in=stands_in)


def groups_of(facilitator: Actor) -> QuerySet[Group]:
    """The groups somebody facilitates, running ones first, newest first."""
    return Group.objects.filter(pk__in=facilitator.facilitates).order_by("-state", "-created_at")


def programme_of(group: Group) -> Programme:
    """The programme in the version this group is pinned to. Raises ProgrammeGone."""
    try:
        return load_programme(group.programme, group.programme_version)
    except ContentError:
        raise ProgrammeGone from None


def session_for(plan: Programme, number: int) -> Session:
    """The session of this number; after the last one comes the hour that a group has months after its end."""
    if number <= len(plan.sessions):
        return plan.session(number)
    hour = load_programme(*MONTHS_ON).session(1)
    return hour.model_copy(update={"number": number, "label": _("Three months on"), "counts": False})


def session_name(plan: Programme, number: int) -> str:
    """What people call this meeting: the programme's own name for it, such as "Retreat", or else its number."""
    return session_for(plan, number).label or _("Meeting %(n)s") % {"n": number}


def meeting_name(gathering: Gathering) -> str:
    """The same, of a meeting of a group."""
    return session_name(programme_of(gathering.group), gathering.number)


def places(group: Group, role: str = Membership.Role.MEMBER) -> QuerySet[Membership]:
    """Everyone who ever had this role in the group, in seat order, with their account. Leavers are included."""
    return Membership.objects.filter(group=group, role=role).select_related("user").order_by("seat")


def present_places(group: Group, role: str = Membership.Role.MEMBER) -> QuerySet[Membership]:
    """Those who hold this role in the group now."""
    return places(group, role).filter(left_at=None)


def first_of(group: Group, *wanted: User | None) -> User | None:
    """Who is asked to do something for this group: the first of these who leads it, else who answers for it.

    None where none of them leads it any more: then it waits for all who do.
    """
    leading = set(present_places(group, Membership.Role.FACILITATOR).values_list("user_id", flat=True))
    return next((one for one in (*wanted, group.alerts_owner) if one and one.pk in leading), None)


def gatherings_of(group: Group) -> QuerySet[Gathering]:
    """The group's gatherings in order."""
    return Gathering.objects.filter(group=group).select_related("group__organisation").order_by("number")


def last_closed(group: Group) -> Gathering | None:
    """The most recent one that was closed."""
    return gatherings_of(group).filter(state=Gathering.State.CLOSED).last()


def open_by_short_code(short_code: str) -> Gathering | None:
    """The gathering whose code is on the wall right now."""
    return Gathering.objects.filter(short_code=short_code, state__in=MEETING).select_related("group").first()


@dataclass(frozen=True, slots=True)
class AfterNotes:
    """What the facilitators wrote down after a gathering, opened. lines and steps are by user id and step id."""

    note: str
    lines: dict[int, str]
    outcomes: dict[str, str]
    reasons: dict[str, str]


def notes_of(gathering: Gathering, *, by: Actor) -> AfterNotes:
    """The after-page as it was saved last. For the group's facilitators."""
    require(by, Permission.GATHERING_RECORD, gathering)
    house, code = gathering.group.organisation, gathering.code
    steps = list(StepRecord.objects.filter(gathering=gathering))
    lines = MemberNote.objects.filter(gathering=gathering).select_related("member")
    return AfterNotes(
        note=seals.GROUP_NOTE.open(gathering.sealed_note, code=code, holder=house) if gathering.sealed_note else "",
        lines={
            row.member_id: seals.MEMBER_NOTE.open(row.sealed_line, code=row.code, holder=row.member) for row in lines
        },
        outcomes={row.step: row.outcome for row in steps},
        reasons={
            row.step: seals.STEP_REASON.open(row.sealed_why, code=row.code, holder=house)
            for row in steps
            if row.sealed_why
        },
    )


def attendances(gathering: Gathering) -> dict[int, Attendance]:
    """Who came, by user id."""
    return {row.user_id: row for row in Attendance.objects.filter(gathering=gathering)}
