"""Talks that were booked with somebody who talks with people here no more: somebody else comes, or is looked for."""

from datetime import datetime, timedelta

from kindcircle.base.audit import log
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.rooms.intake.models import Intake, TalkTime
from kindcircle.rooms.intake.queries import screeners_of
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

WITHIN = timedelta(days=1)
LONGEST = timedelta(minutes=90)


def look_after_talks(intake: Intake, *, at: datetime) -> None:
    """Nobody waits for a talk to which nobody comes. What no other of them can take waits for whoever leads the house.

    Times that nobody took and that were offered by somebody who has gone are offered no more.
    """
    here = screeners_of(intake)
    gone = TalkTime.objects.filter(intake=intake, starts_at__gt=at).exclude(screener__in=here)
    gone.filter(application=None).delete()
    booked = gone.filter(application__isnull=False).order_by("starts_at", "pk")
    left = [talk for talk in booked if not _taken_over(talk, here, at=at)]
    about = log.Ref("intake", intake.code)
    if not left and (here or intake.state == Intake.State.CLOSED):
        settle(Kind.NOBODY_TALKS, about=about, at=at)
    elif not Task.objects.filter(kind=Kind.NOBODY_TALKS, about_code=intake.code, done_at=None).exists():
        due_at = min([at + WITHIN, *(talk.starts_at for talk in left)])
        raise_task(
            Kind.NOBODY_TALKS, organisation=intake.organisation, about=about, once=f"{intake.code}:{at.isoformat()}",
            due_at=due_at, at=at,
        )  # fmt: skip


def _taken_over(talk: TalkTime, here: list[User], *, at: datetime) -> bool:
    for person in here:
        around = (talk.starts_at - LONGEST, talk.ends_at)
        near = TalkTime.objects.filter(screener=person, starts_at__range=around)
        beside = [one for one in near if one.starts_at < talk.ends_at and one.ends_at > talk.starts_at]
        if any(one.application_id for one in beside):
            continue
        TalkTime.objects.filter(pk__in=[one.pk for one in beside]).delete()
        talk.screener, talk.revision = person, talk.revision + 1
        talk.save(update_fields=["screener", "revision"])
        once = f"talk:{talk.code}:{talk.revision}"
        queue.enqueue("something-waiting", to=person, about=log.Ref("talk-time", talk.code), once=once, at=at)
        return True
    return False
