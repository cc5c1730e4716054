"""What the middle and the end of groups have for those who lead: looked up for all their groups at once."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kindcircle.rooms.ending.models import CircleInvitation, KeptLine, Review
from kindcircle.rooms.ending.reviews import middle_of
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import programme_of

CLOSED = Gathering.State.CLOSED


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits in one group.

    review    "gather", "answer" or nothing
    finish    every meeting is over and nobody has said that the group is
    lines     parting words to hand on
    people    who would like to come to this circle
    """

    review: str = ""
    finish: bool = False
    lines: int = 0
    people: int = 0


def waiting_in(groups: Sequence[Group]) -> dict[int, Waits]:
    """By group id. Four questions to the database, however many groups there are."""
    states: dict[int, dict[int, str]] = defaultdict(dict)
    for group_id, number, state in Gathering.objects.filter(group__in=groups).values_list("group", "number", "state"):
        states[group_id][number] = state
    reviews = {row.group_id: row for row in Review.objects.filter(group__in=groups)}
    lines = KeptLine.objects.filter(to__group__in=groups, state=KeptLine.State.WAITING)
    people = CircleInvitation.objects.filter(circle__in=groups, answer=CircleInvitation.Answer.YES, decided_at=None)
    to_hand_on = Counter(lines.values_list("to__group", flat=True))
    to_let_in = Counter(people.values_list("circle", flat=True))
    return {
        group.pk: Waits(
            review=_review(group, reviews.get(group.pk), states[group.pk]),
            finish=_may_finish(group, states[group.pk]),
            lines=to_hand_on[group.pk],
            people=to_let_in[group.pk],
        )
        for group in groups
    }


def _review(group: Group, review: Review | None, states: dict[int, str]) -> str:
    if group.state == Group.State.FINISHED:
        return ""
    if review is not None and review.gathered_at is not None:
        return "" if review.answered_at else "answer"
    return "gather" if states.get(middle_of(programme_of(group)) or 0) == CLOSED else ""


def _may_finish(group: Group, states: dict[int, str]) -> bool:
    own = range(1, len(programme_of(group).sessions) + 1)
    held = [states[number] for number in own if number in states]
    return group.state == Group.State.RUNNING and bool(held) and set(held) == {CLOSED}
