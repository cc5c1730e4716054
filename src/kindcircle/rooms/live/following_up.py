"""After it became too much for somebody: one task to hear from them, and one for whoever was gone in mid-practice.

Each is raised once for a person and a meeting, in the transaction of what caused it or by the worker's look at the
tables. So nothing is forgotten, whatever stops in between.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.db.models import F, Q

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import MEETING, Attendance, Gathering, Membership
from kindcircle.rooms.groups.queries import places, present_places
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.models import Presence, Signal
from kindcircle.rooms.live.models_steadying import DropOff
from kindcircle.rooms.live.queries import QUIET_AFTER
from kindcircle.rooms.tasks.actions import raise_task, settle_occasion
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec import playing, timeline

WITHIN = timedelta(hours=24)
"""By when somebody who leads has heard from the person."""

PATIENCE = timedelta(seconds=30)
"""So long a silent device is waited for once it was noticed: after a restart of the server all of them are silent."""

LOOKS_BACK = timedelta(days=3)
"""How long ago a meeting may have closed for the worker to still look at it: it may have been away."""


def hear_from(*, gathering: Gathering, member: User, at: datetime) -> None:
    """Somebody who leads hears from this person within a day. Once for a person and a meeting."""
    _raise(Kind.HEAR_FROM, gathering, member, once=_once(gathering, member), at=at)


def is_back(*, gathering: Gathering, member: User, at: datetime) -> None:
    """They are here again and said that they are fine: nobody needs to ring because they were gone for a while."""
    house = gathering.group.organisation
    settle_occasion(Kind.DROPPED_OFF, organisation=house, once=_once(gathering, member), at=at)


def look_for_silence(*, at: datetime) -> int:
    """Whose device fell silent in the middle of a practice, online, while the others are there. Tasks that were raised.

    One meeting that cannot be looked at never holds up the others; its error comes after them.
    """
    quiet = Presence.objects.filter(
        gathering__online=True,
        gathering__state__in=MEETING,
        last_at__lt=at - QUIET_AFTER,
        user__attendances__gathering=F("gathering"),
        user__attendances__left_at=None,
    )
    return _each(set(quiet.values_list("gathering_id", flat=True)), _silent_in, at)


def look_back(*, at: datetime) -> int:
    """Who left in the middle of a practice, and who stepped out and was not back when the meeting closed."""
    lately = Gathering.objects.filter(Q(state__in=MEETING) | Q(closed_at__gt=at - LOOKS_BACK))
    return _each(set(lately.values_list("pk", flat=True)), _gone_from, at)


def _each(gatherings: set[int], look: Callable[[Gathering, datetime], int], at: datetime) -> int:
    raised = 0
    broken: Exception | None = None
    rows = Gathering.objects.select_related("group__organisation").filter(pk__in=gatherings)
    for gathering in rows.order_by("pk"):
        try:
            with transaction.atomic():
                raised += look(gathering, at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return raised


def _silent_in(gathering: Gathering, at: datetime) -> int:
    heard = dict(Presence.objects.filter(gathering=gathering).values_list("user_id", "last_at"))
    if max(heard.values()) <= at - QUIET_AFTER:
        return 0  # nobody is heard: then it is the line of the house, and not a person
    raised = 0
    stirred = _Stirring(gathering)
    for place in present_places(gathering.group).filter(user_id__in=_here(gathering)):
        since = heard.get(place.user_id)
        if since is None or since > at - QUIET_AFTER or not (stirred.at(since) or stirred.at(since + QUIET_AFTER)):
            continue
        seen, _new = DropOff.objects.get_or_create(
            gathering=gathering, user=place.user, silent_from=since, defaults={"noticed_at": at}
        )
        if seen.noticed_at <= at - PATIENCE:
            raised += _gone(gathering, place.user, since=since, at=at)
    return raised


def _gone_from(gathering: Gathering, at: datetime) -> int:
    raised = 0
    stirred = _Stirring(gathering)
    left = Attendance.objects.filter(gathering=gathering, left_at__isnull=False).select_related("user")
    for row in left:
        assert row.left_at is not None
        early = gathering.closed_at is None or row.left_at < gathering.closed_at
        if early and stirred.at(row.left_at):
            raised += _gone(gathering, row.user, since=row.left_at, at=at)
    if gathering.state == Gathering.State.CLOSED:
        for member in _still_out(gathering):
            hear_from(gathering=gathering, member=member, at=at)
    return raised


def _still_out(gathering: Gathering) -> list[User]:
    """Who stepped out and did not say afterwards that they are fine."""
    last: dict[int, Signal] = {}
    kinds = (Signal.Kind.STEP_OUT, Signal.Kind.FINE)
    for row in Signal.objects.filter(gathering=gathering, kind__in=kinds).select_related("user").order_by("at", "pk"):
        last[row.user_id] = row
    return [row.user for row in last.values() if row.kind == Signal.Kind.STEP_OUT]


def _gone(gathering: Gathering, member: User, *, since: datetime, at: datetime) -> int:
    """Raise it, unless somebody hears from this person anyway. 1 when it is new."""
    house = gathering.group.organisation.code
    rung = Task.objects.filter(once_key=f"{Kind.HEAR_FROM}:{house}:{_once(gathering, member)}", done_at=None)
    # Whoever tapped "fine" after that was back; to go home then is nobody's worry.
    fine = Signal.objects.filter(gathering=gathering, user=member, kind=Signal.Kind.FINE, at__gt=since)
    if rung.exists() or fine.exists():
        return 0
    once = f"{_once(gathering, member)}:{milliseconds(since)}"
    new = not Task.objects.filter(once_key=f"{Kind.DROPPED_OFF}:{house}:{once}").exists()
    _raise(Kind.DROPPED_OFF, gathering, member, once=once, at=at)
    return int(new)


def _raise(kind: Kind, gathering: Gathering, member: User, *, once: str, at: datetime) -> None:
    place = places(gathering.group).filter(user=member).latest("joined_at")
    raise_task(
        kind,
        organisation=gathering.group.organisation,
        about=Ref("membership", place.code),
        once=once,
        due_at=at + WITHIN,
        at=at,
        group_id=gathering.group_id,
        owner=_owner(gathering),
        concerns=member,
    )


def _owner(gathering: Gathering) -> User:
    """The holder of this meeting, or its guide. Whoever stands in sees it with the group and no longer than that."""
    leading = set(present_places(gathering.group, Membership.Role.FACILITATOR).values_list("user_id", flat=True))
    both = (gathering.holder, gathering.guide)
    return next((one for one in both if one is not None and one.pk in leading), gathering.group.alerts_owner)


def _once(gathering: Gathering, member: User) -> str:
    return f"{gathering.code}:{member.code}"


def _here(gathering: Gathering) -> set[int]:
    rows = Attendance.objects.filter(gathering=gathering, left_at=None)
    return set(rows.values_list("user_id", flat=True))


class _Stirring:
    """Whether a practice that can stir people up was going on in this meeting, at any moment of it."""

    def __init__(self, gathering: Gathering) -> None:
        self._gathering = gathering

    def at(self, moment: datetime) -> bool:
        practice = timeline.position(self._events, milliseconds(moment), self._sheets).practice
        return practice is not None and not practice.finished and practice.practice in self._strong

    # Read only for meetings in which somebody was gone.
    @cached_property
    def _events(self) -> list[timeline.Event]:
        return queries.events_of(self._gathering.pk)

    @cached_property
    def _sheets(self) -> playing.Practices:
        return queries.cue_sheets(self._gathering)

    @cached_property
    def _strong(self) -> set[str]:
        found = queries.practices_of(self._gathering).items()
        return {name for (name, _seconds), practice in found if practice.backdraft != "low"}
