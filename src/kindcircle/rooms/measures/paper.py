"""The two checks of one meeting, person by person: who sent them, whose card was typed in, and what is missing."""

from dataclasses import dataclass

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Attendance, Gathering
from kindcircle.rooms.groups.queries import places
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.queries import sheets

Occasion = Assignment.Occasion
ON_PAPER = (Occasion.ARRIVAL, Occasion.LEAVING)
"""What is asked in the room, and so may have been answered on a card."""


@dataclass(frozen=True, slots=True)
class Card:
    """One sheet of one person. response is None while nobody has answered; its by_staff is who typed it in."""

    assignment: Assignment
    response: Response | None


@dataclass(frozen=True, slots=True)
class Person:
    """One member with their sheets of this meeting, arriving before leaving."""

    member: User
    came: bool
    cards: tuple[Card, ...]

    def answered(self, occasion: str) -> bool:
        return any(card.response for card in self.cards if card.assignment.occasion == occasion)


def people_of(gathering: Gathering, *, by: Actor) -> list[Person]:
    """Everybody who was asked at this meeting, in seat order. No answer is opened."""
    require(by, Permission.PAPER_ENTER, gathering)
    came = set(Attendance.objects.filter(gathering=gathering).values_list("user_id", flat=True))
    rows = sheets().filter(gathering=gathering, occasion__in=ON_PAPER).order_by("pk")
    answers = {
        row.assignment_id: row
        for row in Response.objects.filter(assignment__gathering=gathering).select_related("by_staff")
    }
    cards: dict[int, list[Card]] = {}
    for row in sorted(rows, key=lambda one: ON_PAPER.index(Occasion(one.occasion))):
        cards.setdefault(row.member_id, []).append(Card(row, answers.get(row.pk)))
    seated = [place.user for place in places(gathering.group)]
    return [Person(one, one.pk in came, tuple(cards[one.pk])) for one in seated if one.pk in cards]
