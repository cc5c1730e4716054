"""Times for talks beside everything else that a facilitator has: no talk is offered while they lead a meeting."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q

from kindcircle.base.access import Actor
from kindcircle.rooms.groups import calendars
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.models_calendar import CalendarLink
from kindcircle.rooms.intake.actions.talks import FURTHEST, Offered, too_far
from kindcircle.rooms.intake.actions.talks import offer_times as offer
from kindcircle.rooms.intake.models import Intake, TalkTime
from kindcircle.spec.dates import instant
from kindcircle.spec.documents.calendar import Entry

A_DAY = timedelta(days=1)


def offer_times(
    *,
    intake: Intake,
    day: date,
    starts: time,
    until: time,
    minutes: int,
    how: str,
    where: str,
    by: Actor,
    at: datetime,
) -> Offered:
    """Offer a row of times on one day, around this person's own meetings. Raises NoTimesFit."""
    # What is typed may be any year, also one that no clock reckons with.
    if abs(day - at.date()) > FURTHEST + A_DAY:
        raise too_far()
    midnight = instant(datetime.combine(day, time.min), intake.zone)
    return offer(
        intake=intake, day=day, starts=starts, until=until, minutes=minutes, how=how, where=where,
        busy=_meetings(by, midnight - A_DAY, midnight + 2 * A_DAY), by=by, at=at,
    )  # fmt: skip


def entry_for(talk_time: TalkTime, link: CalendarLink) -> Entry:
    """The talk as this person wants to see it in their calendar: under the word they chose, and nothing of what it is.

    For the two of them it is an entry each, so that nobody finds the other by it.
    """
    return Entry(
        uid=calendars.name_for(link, talk_time.code),
        title=str(link.get_title_display()),
        starts_at=talk_time.starts_at,
        ends_at=talk_time.ends_at,
        revision=talk_time.revision,
        changed_at=talk_time.booked_at or talk_time.starts_at,
        place=talk_time.where if link.says_where else "",
    )


def _meetings(by: Actor, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    leads = Membership.objects.filter(user=by.user_id, role=Membership.Role.FACILITATOR, left_at=None)
    mine = Q(guide=by.user_id) | Q(holder=by.user_id) | Q(group__in=leads.values("group_id"))
    rows = Gathering.objects.filter(mine, starts_at__range=(since, until)).exclude(state=Gathering.State.CLOSED)
    return [(row.starts_at, row.ends_at) for row in rows]
