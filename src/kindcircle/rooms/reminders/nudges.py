"""A kind nudge to practise at home: only for who asked for it, at their hour, a few times a week, never after practice.

Nothing is counted and nothing can be lost: a day without is only a day without.
"""

from datetime import date, datetime, time, timedelta

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery, MailWish
from kindcircle.base.outbox.wishes import Wish, wishes_of
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.practice.models import Play
from kindcircle.spec import dates

KIND = "quiet-moment"
DAY = timedelta(days=1)
WEEK_DAYS = 7
# An hour that somebody chose stays that hour: after a fault nobody is nudged in the middle of the night.
HOUR_LASTS = timedelta(hours=2)


def nudge_due(*, at: datetime) -> int:
    """Nudge everybody whose hour it is and who would like one today. Returns how many.

    Safe to run twice and in two processes: one key for each person and day.
    """
    asked = MailWish.objects.filter(nudges=True, user__is_active=True, user__wants_mail=True)
    people = {row.user_id: row.user for row in asked.select_related("user")}
    running = Membership.objects.filter(
        user__in=people, role=Membership.Role.MEMBER, left_at=None, group__state=Group.State.RUNNING
    )
    members = [people[pk] for pk in set(running.values_list("user_id", flat=True))]
    wishes = wishes_of(members)
    return sum(_nudge(user, wishes[user.pk], at) for user in members)


def _nudge(user: User, wish: Wish, at: datetime) -> bool:
    today = dates.wall_clock(at, user.zone).date()
    begins = dates.instant(datetime.combine(today, time(wish.hour)), user.zone)
    if not (wish.nudges and begins <= at < begins + HOUR_LASTS):
        return False
    if not _has_room(user, wish, today) or _has_enough_today(user, today):
        return False
    about, once = Ref("person", user.code), today.isoformat()
    queue.enqueue(KIND, to=user, about=about, once=once, at=at, useful_until=begins + HOUR_LASTS)
    return True


def _has_room(user: User, wish: Wish, today: date) -> bool:
    """Spread over the week: three come every other day, one on the same day of each week."""
    week = Delivery.objects.filter(
        user=user, kind=KIND, gave_up_at=None, planned_at__gte=_midnight(today - (WEEK_DAYS - 1) * DAY, user)
    )
    apart = _midnight(today - (WEEK_DAYS // wish.most_nudges - 1) * DAY, user)
    return week.count() < wish.most_nudges and not week.filter(planned_at__gte=apart).exists()


def _has_enough_today(user: User, today: date) -> bool:
    """They practised already, or their group meets today."""
    day = (_midnight(today, user), _midnight(today + DAY, user))
    meets = Gathering.objects.filter(
        group__memberships__user=user,
        group__memberships__role=Membership.Role.MEMBER,
        group__memberships__left_at=None,
        starts_at__gte=day[0],
        starts_at__lt=day[1],
    )
    played = Play.objects.filter(member=user, started_at__gte=day[0], started_at__lt=day[1])
    return played.exists() or meets.exists()


def _midnight(day: date, user: User) -> datetime:
    return dates.instant(datetime.combine(day, time()), user.zone)
