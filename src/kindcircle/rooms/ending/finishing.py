"""The end of a group and the one meeting after it: finishing, the date three months on, and who comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.ending.errors import AlreadyDated, NotFinished, NotNow, StillMeeting
from kindcircle.rooms.ending.models import Coming, Ending
from kindcircle.rooms.groups import errors as groups_errors
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.public_days import public_day
from kindcircle.rooms.groups.queries import gatherings_of, present_places, programme_of, session_for, session_name
from kindcircle.rooms.groups.series import dated, hold_people, possible, refuse_double_booking, refuse_past
from kindcircle.rooms.live.models_pairs import PairWish
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec import dates
from kindcircle.spec.programmes import Programme
from kindcircle.spec.texts import pinned_handout

State = Gathering.State
INVITATION = "follow-up-invitation"
WEEKS_ON = 13
FINDS_A_DATE = timedelta(days=14)
"""How long those who lead have to find a date for the meeting months later."""

BY_ITSELF = timedelta(days=7)
"""A group whose last meeting is over this long is finished, also where nobody said so."""

NEAR = 3
"""From the third meeting before the end on, the coming one included, the end is spoken of."""

AGAIN_AFTER = timedelta(days=7)
"""When the questions months later are brought to mind once more; after that nobody is asked again."""


@dataclass(frozen=True, slots=True)
class MonthsOn:
    """The meeting months later as a page shows it: who comes, who does not. Who said nothing is in neither list."""

    gathering: Gathering
    comes: frozenset[int]
    stays_away: frozenset[int]


def meetings_left(group: Group) -> int | None:
    """How many meetings are left, the coming one included, once the end is near; None while it is not, or is past."""
    plan = programme_of(group)
    return left_of(group, plan, list(_own(group, plan)))


def left_of(group: Group, plan: Programme, gatherings: Sequence[Gathering]) -> int | None:
    """The same, for callers that have the group's meetings at hand."""
    if plan.form == "open" or len(plan.sessions) <= NEAR or group.state == Group.State.FINISHED:
        return None
    left = sum(one.state != State.CLOSED and one.number <= len(plan.sessions) for one in gatherings)
    return left if 0 < left <= NEAR else None


def may_finish(group: Group) -> bool:
    """Whether every meeting of the programme is over and nobody has said yet that the group is."""
    plan = programme_of(group)
    return group.state == Group.State.RUNNING and all_held(plan, list(_own(group, plan)))


def all_held(plan: Programme, gatherings: Sequence[Gathering]) -> bool:
    """Whether every meeting of the programme is over."""
    own = [one.state for one in gatherings if one.number <= len(plan.sessions)]
    return bool(own) and set(own) == {State.CLOSED}


def finish_group(*, group: Group, by: Actor, at: datetime) -> Ending:
    """The group is over: the meeting months later waits for a date, and the clocks of what is kept begin to run.

    Raises StillMeeting. Doing it twice is doing it once.
    """
    if by != SYSTEM:
        require(by, Permission.ENDING_KEEP, group)
    with transaction.atomic():
        group = _one_at_a_time(group)
        there = Ending.objects.filter(group=group).first()
        if there is not None:
            return there
        if not may_finish(group) and group.state != Group.State.FINISHED:
            raise StillMeeting
        ended_at = _own(group, programme_of(group)).aggregate(last=Max("closed_at"))["last"] or at
        Group.objects.filter(pk=group.pk).update(state=Group.State.FINISHED)
        PairWish.objects.filter(group=group).delete()  # there is no next pair
        ending = Ending.objects.create(group=group, finished_at=max(at, ended_at), finished_by_id=by.user_id)
        if programme_of(group).form == "closed":
            raise_task(
                Kind.FOLLOW_UP_MEETING,
                organisation=group.organisation,
                about=log.Ref("group", group.code),
                once=group.code,
                due_at=at + FINDS_A_DATE,
                at=at,
                group_id=group.pk,
            )
        _record(Event.GROUP_FINISHED, log.Ref("group", group.code), group, by, at)
    return ending


def finish_due(*, at: datetime) -> int:
    """Finish what is over and what nobody has finished. Returns how many groups."""
    done = 0
    running = Group.objects.filter(state=Group.State.RUNNING).annotate(last=Max("gatherings__closed_at"))
    for group in running.filter(last__lte=at - BY_ITSELF):
        if may_finish(group):
            finish_group(group=group, by=SYSTEM, at=at)
            done += 1
    for over in Group.objects.filter(state=Group.State.FINISHED, ending=None):
        finish_group(group=over, by=SYSTEM, at=at)
        done += 1
    return done


def proposed_date(group: Group) -> datetime:
    """Three months after the last meeting, on the same weekday and at the same time on the wall clock of the group.

    A public holiday puts it off by a week.
    """
    last = _own(group, programme_of(group)).last()
    assert last is not None  # a group is made with its meetings
    wall = dates.wall_clock(last.starts_at, group.zone) + WEEKS_ON * dates.WEEK
    while public_day(wall.date(), group.organisation.country)[0] or not dates.exists(wall, group.zone):
        wall += dates.WEEK
    return wall


def set_months_on(*, group: Group, wall: datetime, by: Actor, at: datetime) -> Gathering:
    """Give the meeting months later its date, on the wall clock of the group. Everybody who belongs is told once.

    Raises NotFinished, AlreadyDated, NotADate.
    """
    require(by, Permission.ENDING_KEEP, group)
    with transaction.atomic():
        group = _one_at_a_time(group)
        if group.state != Group.State.FINISHED:
            raise NotFinished
        plan = programme_of(group)
        number = len(plan.sessions) + 1
        if Gathering.objects.filter(group=group, number=number).exists():
            raise AlreadyDated
        if not possible(wall, at=at):
            raise groups_errors.too_far()
        name, minutes = session_name(plan, number), session_for(plan, number).minutes
        slot = dated(number, name, wall, minutes, zone=group.zone, country=group.organisation.country)
        refuse_past(slot, at=at)
        leading = [place.user for place in present_places(group, Membership.Role.FACILITATOR)]
        hold_people(leading)
        refuse_double_booking(slot, zone=group.zone, facilitators=leading, besides=group.pk)
        last = gatherings_of(group).last()
        gathering = Gathering.objects.create(
            group=group,
            number=number,
            starts_at=slot.starts_at,
            minutes=minutes,
            online=bool(group.video_link) and not group.place,
            guide=last.guide if last else None,
            holder=last.holder if last else None,
        )
        settle(Kind.FOLLOW_UP_MEETING, about=log.Ref("group", group.code), at=at)
        about = log.Ref("gathering", gathering.code)
        for place in present_places(group):
            queue.enqueue("something-waiting", to=place.user, about=about, once=f"months-on:{gathering.code}", at=at)
        _record(Event.FOLLOW_UP_DATED, about, group, by, at)
    return gathering


def months_on(group: Group) -> MonthsOn | None:
    """The meeting months later with its answers, if it has a date."""
    number = len(programme_of(group).sessions)
    gathering = gatherings_of(group).filter(number__gt=number).first()
    if gathering is None:
        return None
    said = dict(Coming.objects.filter(gathering=gathering).values_list("member_id", "comes"))
    return MonthsOn(
        gathering,
        frozenset(person for person, comes in said.items() if comes),
        frozenset(person for person, comes in said.items() if not comes),
    )


def say_coming(*, gathering: Gathering, comes: bool, member: User, by: Actor, at: datetime) -> None:
    """Somebody comes, or would rather not. It can be said again in the other way. Raises NotNow once it was opened."""
    require(by, Permission.ENDING_SEE, gathering)
    require(by, Permission.IN_OWN_NAME, member)
    if gathering.state != State.PLANNED or gathering.number <= len(programme_of(gathering.group).sessions):
        raise NotNow
    Coming.objects.update_or_create(gathering=gathering, member=member, defaults={"comes": comes, "said_at": at})


def invitation_words(gathering: Gathering, reader: User) -> str:
    """The invitation to the meeting months later, in our words with what is known filled in."""
    group = gathering.group
    wall = dates.wall_clock(gathering.starts_at, group.zone)
    return pinned_handout(INVITATION).fill(
        {
            "first_name": seals.name_of(reader),
            "group": group.name,
            "day": date_format(wall, "l j F"),
            "time": date_format(wall, "H:i"),
            "place": gathering.place or gathering.video_link,
            "answer_by": date_format(wall - dates.WEEK, "l j F"),
            "reach_us": _("Write to us from your page."),
        }
    )


def tell_of_questions(*, at: datetime) -> int:
    """The questions months later: whoever has them hears once that something waits, and once more; then silence."""
    told = 0
    open_ = Assignment.objects.filter(
        occasion=Assignment.Occasion.FOLLOW_UP, opens_at__lte=at, closes_at__gt=at, response=None
    ).select_related("member", "group")
    asked: dict[tuple[int, int], tuple[Group, Assignment]] = {}
    for one in open_.order_by("pk"):
        if one.group is not None:
            asked.setdefault((one.group.pk, one.member_id), (one.group, one))
    for group, one in asked.values():
        about = log.Ref("group", group.code)
        queue.enqueue("something-waiting", to=one.member, about=about, once=f"months-on-ask:{group.code}", at=at)
        told += 1
        if at >= one.opens_at + AGAIN_AFTER and not _answered_some(one):
            once = f"months-on-ask-again:{group.code}"
            queue.enqueue("something-waiting", to=one.member, about=about, once=once, at=at)
    return told


def _answered_some(one: Assignment) -> bool:
    """Whether they have begun: then they know, and are left in peace."""
    return Assignment.objects.filter(
        group=one.group_id, member=one.member_id, occasion=one.occasion, response__isnull=False
    ).exists()


def _own(group: Group, plan: Programme):  # type: ignore[no-untyped-def]
    """The meetings of the programme itself."""
    return gatherings_of(group).filter(number__lte=len(plan.sessions))


def _one_at_a_time(group: Group) -> Group:
    return Group.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=group.pk)


def _record(event: Event, about: log.Ref, group: Group, by: Actor, at: datetime) -> None:
    log.record(event, by=by, about=about, at=at, chain=group.organisation.code)
