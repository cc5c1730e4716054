"""Who is asked what, and when: a sheet for one person, around a meeting, or at the programme's own times."""

from datetime import datetime, timedelta

from django.db.models import Max, Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import gatherings_of, last_closed, present_places, programme_of
from kindcircle.rooms.measures.errors import (
    NotInProgramme,
)
from kindcircle.rooms.measures.harm_check import middle_of, with_harm_check
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import definition, not_asked
from kindcircle.spec.programmes import Programme

Occasion = Assignment.Occasion

# The sheet from after a gathering is offered once more at home, until the next day.
AFTER_LEAVING = timedelta(hours=24)
WEEK = timedelta(days=7)
# No programme asks later than this (spec.programmes.MeasureTime: after_days and within_days).
LONGEST_AFTER = timedelta(days=461)
FOLLOW_UP_LASTS = 14  # days, where the programme does not say


def assign(
    *,
    member: User,
    group: Group,
    instrument: str,
    occasion: str,
    opens_at: datetime,
    closes_at: datetime,
    by: Actor,
    gathering: Gathering | None = None,
    version: str | None = None,
) -> Assignment:
    """Ask one person to fill in one sheet once. Asking again for the same occasion gives the first one back.

    version  None: the one this group has used before, or else the newest.
    """
    require(by, Permission.MEASURE_ASSIGN, group)
    there = Assignment.objects.filter(member=member, group=group, occasion=occasion, gathering=gathering)
    instead = there.filter(in_place_of__startswith=f"{instrument}@").first()
    if instead is not None:
        return instead
    chosen = version or _versions_of(group).get(instrument) or definition(instrument).version
    row = Assignment(
        member=member,
        group=group,
        gathering=gathering,
        instrument=instrument,
        version=chosen,
        occasion=occasion,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    Assignment.objects.bulk_create([row], ignore_conflicts=True)
    return Assignment.objects.get(
        member=member, group=group, instrument=instrument, occasion=occasion, gathering=gathering
    )


def assign_for_gathering(*, gathering: Gathering, at: datetime) -> int:
    """Give every present member the sheets of this gathering: one for arriving, one for leaving.

    Returns how many were new. Doing it again adds only what is missing, such as for somebody who joined meanwhile.
    """
    plan = programme_of(gathering.group)
    ends = max(gathering.ends_at, at + timedelta(minutes=gathering.minutes))
    return _assign_all(
        gathering.group, Occasion.ARRIVAL, plan.around("before", gathering.number), gathering, at, ends
    ) + _assign_all(
        gathering.group,
        Occasion.LEAVING,
        plan.around("after", gathering.number),
        gathering,
        at,
        ends + AFTER_LEAVING,
    )


def assign_for_group(*, group: Group, occasion: str, at: datetime) -> int:
    """Give every present member the sheets for the beginning, this week, the end or the months after it.

    Returns how many were new.

    Nothing is given before its time or after it has passed, so this can be asked at any moment.
    """
    plan = programme_of(group)
    # The meeting months after the end is none of the programme's own: it moves no date of these.
    gatherings = list(gatherings_of(group).filter(number__lte=len(plan.sessions)))
    if not gatherings:
        return 0
    if occasion == Occasion.BASELINE:
        first = gatherings[0]
        opens_at = first.starts_at - timedelta(days=_days(plan, "baseline"))
        return _assign_all(group, occasion, plan.instruments("baseline"), None, opens_at, first.ends_at, asked_at=at)
    last = next((one for one in reversed(gatherings) if one.closed_at is not None), None)
    if last is None or last.closed_at is None:
        return 0
    over = last.number == gatherings[-1].number
    if occasion == Occasion.AFTER and over:
        closes_at = last.closed_at + timedelta(days=_days(plan, "post"))
        asked = with_harm_check(plan.instruments("post"))
        return _assign_all(group, occasion, asked, None, last.closed_at, closes_at, asked_at=at)
    if occasion == Occasion.FOLLOW_UP and over:
        time = next((one for one in plan.measures if one.occasion == "follow-up"), None)
        if time is None or time.after_days is None:
            return 0
        opens_at = last.closed_at + timedelta(days=time.after_days)
        closes_at = opens_at + timedelta(days=time.within_days or FOLLOW_UP_LASTS)
        return _assign_all(group, occasion, time.instruments, None, opens_at, closes_at, asked_at=at)
    if occasion == Occasion.WEEKLY and not over:
        # After the last gathering the closing set holds the same questions.
        coming = next((one for one in gatherings if one.number > last.number), None)
        closes_at = max(coming.starts_at, last.closed_at + timedelta(hours=1)) if coming else last.closed_at + WEEK
        between = plan.around("between", last.number)
        return _assign_all(
            group,
            occasion,
            with_harm_check(between) if last.number == middle_of(plan) else between,
            last,
            last.closed_at,
            closes_at,
            asked_at=at,
        )
    return 0


def last_sheets_close(group: Group) -> datetime | None:
    """Until when a group that is over answers what its programme asks after the last meeting, given out yet or not.

    None where nothing is asked then, or the last meeting was never held. Raises ProgrammeGone.
    """
    plan = programme_of(group)
    last = gatherings_of(group).filter(number__lte=len(plan.sessions)).last()
    if last is None or last.closed_at is None or not plan.instruments("post"):
        return None
    return last.closed_at + timedelta(days=_days(plan, "post"))


def ask_now(*, group: Group, instrument: str, by: Actor, at: datetime) -> int:
    """Ask every present member for one of the programme's questionnaires now, besides its own times; open for a week.

    Once between two meetings: asking again only reaches who has joined since. Returns how many were asked. These
    answers count for safety and for a person's own course, never as before or after. Raises NotInProgramme.
    """
    require(by, Permission.MEASURE_ASSIGN, group)
    plan = programme_of(group)
    if instrument not in {*plan.instruments("baseline"), *plan.instruments("post")} - not_asked(group):
        raise NotInProgramme
    return _assign_all(group, Occasion.ASKED, (instrument,), last_closed(group), at, at + WEEK)


def assign_due(*, at: datetime) -> int:
    """Give out everything whose time has come in every group, for whoever does not have it yet.

    Returns how many were new. One group that cannot be served never holds up the others; its error comes after them.
    """
    given = 0
    broken: Exception | None = None
    going_on = ~Q(state=Group.State.FINISHED) | Q(last_closed_at__gt=at - LONGEST_AFTER)
    groups = Group.objects.annotate(last_closed_at=Max("gatherings__closed_at")).filter(going_on)
    for group in groups.select_related("organisation"):
        try:
            for occasion in (Occasion.BASELINE, Occasion.WEEKLY, Occasion.AFTER, Occasion.FOLLOW_UP):
                given += assign_for_group(group=group, occasion=occasion, at=at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return given


def _assign_all(
    group: Group,
    occasion: str,
    instruments: tuple[str, ...],
    gathering: Gathering | None,
    opens_at: datetime,
    closes_at: datetime,
    *,
    asked_at: datetime | None = None,
) -> int:
    if asked_at is not None and not opens_at <= asked_at < closes_at:
        return 0
    members = [place.user_id for place in present_places(group)]
    asked_before = Assignment.objects.filter(group=group, occasion=occasion, gathering=gathering)
    there = {(row.member_id, row.given_out[0]) for row in asked_before}
    stopped = not_asked(group)
    asked = [name for name in instruments if name not in stopped]
    wanted = [(member, name) for member in members for name in asked if (member, name) not in there]
    if not wanted:
        return 0
    used = _versions_of(group)
    Assignment.objects.bulk_create(
        [
            Assignment(
                member_id=member,
                group=group,
                gathering=gathering,
                instrument=name,
                version=used.get(name) or definition(name).version,
                occasion=occasion,
                opens_at=opens_at,
                closes_at=closes_at,
            )
            for member, name in wanted
        ],
        ignore_conflicts=True,
    )
    return len(wanted)


def _versions_of(group: Group) -> dict[str, str]:
    """The version of each questionnaire this group answered first: before and after must be the same sheet."""
    rows = Assignment.objects.filter(group=group).order_by("-opens_at", "-pk").values_list("instrument", "version")
    return dict(rows)


def _days(plan: Programme, occasion: str) -> int:
    return next((time.within_days or 0 for time in plan.measures if time.occasion == occasion), 0)
