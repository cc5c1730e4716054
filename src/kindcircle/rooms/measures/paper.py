"""What a group may have answered on paper, person by person: who sent it, who typed it in, and what is missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Attendance, Gathering
from kindcircle.rooms.groups.queries import places
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.models_paper import PaperSheet
from kindcircle.rooms.measures.queries import definition_of, sheets, words_for

Occasion = Assignment.Occasion
ON_PAPER = (Occasion.ARRIVAL, Occasion.LEAVING)
"""What is asked at the beginning and the end of a meeting, and so may have been answered on a card."""
STILL_COMES = timedelta(days=14)
"""So long after a sheet has closed its paper may still come in."""


@dataclass(frozen=True, slots=True)
class Card:
    """One sheet of one person. response is None while there is none; paper: what was typed in from a card, or None."""

    assignment: Assignment
    response: Response | None
    paper: PaperSheet | None


@dataclass(frozen=True, slots=True)
class Person:
    """One member with their sheets of this meeting, arriving before leaving."""

    member: User
    came: bool
    cards: tuple[Card, ...]

    def answered(self, occasion: str) -> bool:
        return any(card.response or card.paper for card in self.cards if card.assignment.occasion == occasion)


def people_of(gathering: Gathering, *, by: Actor, at: datetime | None = None) -> list[Person]:
    """Everybody who was asked at this meeting, in seat order. No answer is opened.

    at  a moment: with the longer sheets, too, whose paper may still come in by then; None: the two checks alone
    """
    require(by, Permission.PAPER_ENTER, gathering)
    came = set(Attendance.objects.filter(gathering=gathering).values_list("user_id", flat=True))
    of_meeting = Q(gathering=gathering, occasion__in=ON_PAPER)
    longer = (Q(gathering=None) | Q(gathering=gathering)) & ~Q(occasion__in=ON_PAPER)
    waiting = Q(response=None) | Q(paper__isnull=False)
    asked = of_meeting
    if at is not None:
        asked |= longer & waiting & Q(opens_at__lte=at, closes_at__gt=at - STILL_COMES)
    rows = sheets().filter(asked, group=gathering.group_id)
    rows = rows.select_related("response__by_staff", "paper__first_by", "paper__second_by").order_by("opens_at", "pk")
    cards: dict[int, list[Card]] = {}
    spoken: dict[tuple[str, str, str], bool] = {}
    for row in sorted(rows, key=_turn):
        of = (row.instrument, row.version, row.member.language)
        if of not in spoken:
            spoken[of] = words_for(row.house, definition_of(row), row.member.language) is not None
        if spoken[of]:
            card = Card(row, getattr(row, "response", None), getattr(row, "paper", None))
            cards.setdefault(row.member_id, []).append(card)
    seated = [place.user for place in places(gathering.group)]
    return [Person(one, one.pk in came, tuple(cards[one.pk])) for one in seated if one.pk in cards]


def _turn(row: Assignment) -> int:
    return ON_PAPER.index(Occasion(row.occasion)) if row.occasion in ON_PAPER else len(ON_PAPER)
