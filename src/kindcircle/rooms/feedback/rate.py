"""How often what people told was talked about: by those who lead, and by members. ADR 0047 says what counts.

A result is what came in after one meeting. It is due once the group has met again, because then there was a time to
talk. What members say is told meeting by meeting as a whole, from five answers on and when nobody is asked any more, so
that no two figures tell one person's answer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.feedback.models import MemberSaid, TalkedAbout
from kindcircle.rooms.feedback.queries import QUESTION_STANDS
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.measures.attending import LEAVING_SHEET
from kindcircle.rooms.measures.models import Response
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Share, Suppressed, share_so_far

YES = MemberSaid.Answer.YES


@dataclass(frozen=True, slots=True)
class Members:
    """What members say. `answers` stand behind `share`; the others are counted apart.

    asked       to whom the question was shown
    answered    who said anything, so far
    not_asked   who told how it was and was never asked, now that nobody is: not there next time, or not on their page
    """

    asked: int = 0
    answered: int = 0
    not_asked: int = 0
    answers: int = 0
    share: Share | Suppressed = field(default_factory=Suppressed)


@dataclass(frozen=True, slots=True)
class Rate:
    """Of the results that were due, how many were talked about with the group; those not yet due stand apart."""

    groups: int
    due: int
    talked: int
    waiting: int
    members: Members


def rate_of(group: Group, *, by: Actor, at: datetime) -> Rate:
    """For whoever leads the group."""
    require(by, Permission.GROUP_SEE, group)
    return _rate([group], at=at)


def house_rate(organisation: Organisation, *, by: Actor, at: datetime) -> Rate:
    """For whoever leads the house: all groups together, and none by itself."""
    require(by, Permission.HOUSE_FIGURES_SEE, organisation)
    return _rate(Group.objects.filter(organisation=organisation), at=at)


def _rate(groups: Iterable[Group], *, at: datetime) -> Rate:
    held: dict[int, list[Gathering]] = defaultdict(list)
    for one in Gathering.objects.filter(group__in=list(groups), state=Gathering.State.CLOSED).order_by("number"):
        held[one.group_id].append(one)
    meetings = [one for some in held.values() for one in some]
    told = _told(meetings)
    talked = set(TalkedAbout.objects.filter(gathering__in=meetings, member=None).values_list("gathering_id", flat=True))
    said: dict[int, list[str]] = defaultdict(list)
    for pk, answer in MemberSaid.objects.filter(gathering__in=meetings).values_list("gathering_id", "answer"):
        said[pk].append(answer)
    due = done = waiting = asked = answered = not_asked = 0
    parts: list[tuple[datetime, int, int]] = []
    with_answers = set()
    for group, some in held.items():
        for place, one in enumerate(some):
            if not told[one.pk]:
                continue
            with_answers.add(group)
            later = some[place + 1 :]
            due, done = due + bool(later), done + bool(later and one.pk in talked)
            waiting += not later
            given = [answer for answer in said[one.pk] if answer]
            asked, answered = asked + len(said[one.pk]), answered + len(given)
            over_at = _over_at(later)
            if over_at is None or at < over_at:
                continue
            not_asked += max(0, told[one.pk] - len(said[one.pk]))
            if len(given) >= SMALLEST_SHOWN:
                parts.append((over_at, given.count(YES), len(given)))
    share, answers = share_so_far((yes, some) for _, yes, some in sorted(parts))
    members = Members(asked, answered, not_asked, answers, share)
    return Rate(len(with_answers), due, done, waiting, members)


def _over_at(later: list[Gathering]) -> datetime | None:
    """Since when nobody is asked about a meeting any more, by those that came after it; None: not yet."""
    if not later or later[0].closed_at is None:
        return None
    ends = later[0].closed_at + QUESTION_STANDS
    return min(ends, later[1].closed_at) if len(later) > 1 and later[1].closed_at is not None else ends


def _told(meetings: list[Gathering]) -> Counter[int | None]:
    rows = Response.objects.filter(assignment__gathering__in=meetings, assignment__instrument=LEAVING_SHEET)
    return Counter(rows.values_list("assignment__gathering_id", flat=True))
