"""A card typed in by one person and again, unseen, by another: what differs is settled by looking at the card.

Whatever either of them typed is looked at for safety at once. No alert waits for the second person, and none goes away
because the second person read the card in another way.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import Conflict, Invalid, NotFound
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.standing_in import leading
from kindcircle.rooms.measures.actions import LONGEST_KEY, SHORTEST_KEY, check, screen_sheet, submit_response
from kindcircle.rooms.measures.errors import AlreadyAnswered, KeyTaken, NotOpenYet
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.models_paper import PaperSheet
from kindcircle.rooms.measures.queries import definition_of, given_definition
from kindcircle.rooms.measures.waiting_cards import hold_waiting, open_cards
from kindcircle.rooms.tasks.actions import raise_task, unsettle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Text
from kindcircle.spec.scoring import Answer

WITHIN = timedelta(days=3)
FIRST, SECOND = ":1", ":2"


class TypedByYou(Conflict):
    def __init__(self) -> None:
        super().__init__(_("You typed this card in. A second person does it again, without seeing what you typed."))


class TypedTwice(Conflict):
    """Two people have typed it already."""

    def __init__(self) -> None:
        super().__init__(_("Two people have typed this card in already. What you typed was not kept."))


class NotSettled(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please look at the card once more and say for each line what stands there."))


class SomebodyElseCan(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This card was typed in a second time meanwhile. Here is how it stands now."))


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that two people read in different ways."""

    item: str
    first: Answer
    second: Answer


def meeting_of(assignment: Assignment) -> Gathering:
    """The meeting on whose page a card is found: its own, or the group's first for a sheet that belongs to none."""
    found = assignment.gathering or Gathering.objects.filter(group=assignment.group_id).order_by("number").first()
    if found is None:
        raise NotFound
    return found


def card_of(assignment: Assignment) -> PaperSheet | None:
    """The card that somebody typed in, while it is not settled and the member sent nothing themselves."""
    return open_cards().filter(assignment=assignment).first()


def type_in(
    *, assignment: Assignment, answers: Mapping[str, Answer], client_key: str, by: Actor, at: datetime
) -> Response | None:
    """What one person reads on the card: the first entry, or the second where somebody typed it in before.

    Returns the response once there is one: when both agree, or when nobody else leads this group and one entry has to
    do. What is turned away is heard, too.
    Raises AlreadyAnswered, AnswersNotClear, NotOpenYet, KeyTaken, TypedByYou, TypedTwice.
    """
    require(by, Permission.PAPER_ENTER, assignment)
    if assignment.group is None:
        raise NotFound
    if not SHORTEST_KEY <= len(client_key) <= LONGEST_KEY:
        raise KeyTaken
    one = given_definition(assignment)
    check(one, answers)
    try:
        with transaction.atomic():
            return _typed(assignment, one, answers, client_key, by, at)
    except (AlreadyAnswered, NotOpenYet, TypedByYou, TypedTwice):
        # It counts for nothing, and it stands on the card all the same.
        _hear(assignment, answers, at=at)
        raise


def differences(card: PaperSheet, *, by: Actor) -> list[Difference]:
    """What the two read in different ways, side by side. Only for those two: nobody else has seen the card."""
    require(by, Permission.PAPER_ENTER, card)
    if card.second_by_id is None or by.user_id not in (card.first_by_id, card.second_by_id):
        raise NotFound
    return _between(definition_of(card.assignment), _entry(card, FIRST), _entry(card, SECOND))


def agree(*, card: PaperSheet, settled: Mapping[str, Answer], by: Actor, at: datetime) -> Response:
    """Somebody looked at the card again and says what stands there, for each line that differed.

    Said twice is said once. Raises NotSettled, AnswersNotClear, AlreadyAnswered.
    """
    open_lines = differences(card, by=by)
    if not {line.item for line in open_lines} <= set(settled):
        raise NotSettled
    answers = _entry(card, FIRST) | {line.item: settled[line.item] for line in open_lines}
    try:
        with transaction.atomic():
            _hold(card.assignment)
            row = PaperSheet.objects.select_related("first_by").get(pk=card.pk)
            if row.settled_at is not None:
                return Response.objects.get(assignment=card.assignment)
            return _settle(row, card.assignment, answers, by, at)
    except AlreadyAnswered:
        _hear(card.assignment, answers, at=at)
        raise


def settle_alone(*, card: PaperSheet, by: Actor, at: datetime) -> Response:
    """Nobody else can type it in: one entry counts, and it says so wherever it is shown. For whoever typed it.

    Raises SomebodyElseCan where a second person has typed it meanwhile.
    """
    require(by, Permission.PAPER_ENTER, card)
    if card.first_by_id != by.user_id:
        raise NotFound
    with transaction.atomic():
        _hold(card.assignment)
        row = PaperSheet.objects.select_related("first_by").get(pk=card.pk)
        if row.settled_at is not None and row.second_by_id is None:
            return Response.objects.get(assignment=card.assignment)
        if row.second_by_id is not None:
            raise SomebodyElseCan
        return _settle(row, card.assignment, _entry(card, FIRST), by, at)


def typed_by(response: Response) -> tuple[User | None, User | None]:
    """Who typed this card in, and who did so again; None for nobody."""
    card = PaperSheet.objects.filter(assignment=response.assignment_id).select_related("first_by", "second_by").first()
    if card is None or card.settled_at is None:
        return response.by_staff, None
    return card.first_by, card.second_by


@dataclass(frozen=True, slots=True)
class Rate:
    """How many cards were typed in twice and settled, the answers compared on them, and how many differed."""

    cards: int
    compared: int
    differed: int


def rate(organisation: Organisation, *, since: datetime) -> Rate:
    """How often two people read a card in different ways. Words in somebody's own hand are not counted."""
    rows = PaperSheet.objects.filter(
        assignment__group__organisation=organisation, settled_at__gte=since, second_by__isnull=False
    )
    sums = rows.aggregate(compared=Sum("compared"), differed=Sum("differed"))
    return Rate(rows.count(), sums["compared"] or 0, sums["differed"] or 0)


def _typed(
    assignment: Assignment, one: Definition, answers: Mapping[str, Answer], client_key: str, by: Actor, at: datetime
) -> Response | None:
    _hold(assignment)
    card = PaperSheet.objects.filter(assignment=assignment).first()
    response = Response.objects.filter(assignment=assignment).first()
    if card is not None and card.first_key == client_key:
        _hear(assignment, answers, at=at)
        return response
    if response is not None:
        raise AlreadyAnswered
    if at < assignment.opens_at:
        raise NotOpenYet
    if card is None:
        if PaperSheet.objects.filter(first_key=client_key).exists():
            raise KeyTaken
        return _first(assignment, one, answers, client_key, by, at)
    if card.first_by_id == by.user_id:
        raise TypedByYou
    if card.second_by_id is not None:
        if card.second_by_id == by.user_id and not _between(one, _entry(card, SECOND), dict(answers)):
            return None
        raise TypedTwice
    return _second(card, assignment, one, answers, by, at)


def _first(
    assignment: Assignment, one: Definition, answers: Mapping[str, Answer], key: str, by: Actor, at: datetime
) -> Response | None:
    card = PaperSheet(assignment=assignment, first_by_id=by.user_id, first_at=at, first_key=key)  # type: ignore[misc]
    card.sealed_first = _sealed(card, FIRST, one, answers)
    card.save(force_insert=True)
    group, gathering = assignment.group, meeting_of(assignment)
    assert group is not None  # a sheet from before a group is never typed in (paper_entry)
    if not any(person.pk != by.user_id for person in leading(group, at=at)):
        return _settle(card, assignment, _entry(card, FIRST), by, at, typed=True)
    _hear(assignment, answers, at=at)
    about = log.Ref("gathering", gathering.code)
    due_at = at + WITHIN
    hold_waiting(assignment)
    raise_task(
        Kind.PAPER_AGAIN, organisation=group.organisation, about=about, once=gathering.code, due_at=due_at, at=at,
        group_id=group.pk,
    )  # fmt: skip
    unsettle(Kind.PAPER_AGAIN, about=about)
    _record(Event.PAPER_TYPED, card, by, at)
    return None


def _second(
    card: PaperSheet,
    assignment: Assignment,
    one: Definition,
    answers: Mapping[str, Answer],
    by: Actor,
    at: datetime,
) -> Response | None:
    first = _entry(card, FIRST)
    card.second_by_id, card.second_at = by.user_id, at
    card.sealed_second = _sealed(card, SECOND, one, answers)
    found = _between(one, first, _entry(card, SECOND))
    numbers = {item.id for item in one.items if not isinstance(one.response(item), Text)}
    card.compared = len(numbers)
    card.differed = sum(line.item in numbers for line in found)
    card.save(update_fields=["second_by", "second_at", "sealed_second", "compared", "differed"])
    if not found:
        return _settle(card, assignment, first, by, at, typed=True)
    _hear(assignment, answers, at=at)
    _record(Event.PAPER_TYPED, card, by, at)
    return None


def _settle(
    card: PaperSheet,
    assignment: Assignment,
    answers: dict[str, Answer],
    by: Actor,
    at: datetime,
    *,
    typed: bool = False,
) -> Response:
    card.settled_at, card.settled_by_id = at, by.user_id
    card.save(update_fields=["settled_at", "settled_by"])
    response = submit_response(
        assignment=assignment,
        answers=answers,
        client_key=card.first_key,
        by=by,
        at=at,
        by_staff=User.objects.get(pk=card.first_by_id),
        filled_in_at=card.first_at,
    )
    # The record comes after the alert, as everywhere.
    if typed:
        _record(Event.PAPER_TYPED, card, by, at)
    _record(Event.PAPER_SETTLED, card, by, at)
    return response


def _hear(assignment: Assignment, answers: Mapping[str, Answer], *, at: datetime) -> None:
    """Whatever was read on a card is looked at for safety, whether it counts or not.

    It belongs to the day on which the card was typed in first: one alert about one person and one card.
    """
    card = PaperSheet.objects.filter(assignment=assignment).only("first_at").first()
    screen_sheet(assignment=assignment, answers=answers, at=at, filled_in_at=card.first_at if card else None)


def _between(one: Definition, first: Mapping[str, Answer], second: Mapping[str, Answer]) -> list[Difference]:
    """Lines with different answers. Words count as the same when only spaces or capitals differ."""

    def plain(answer: Answer) -> Answer:
        return " ".join(answer.split()).casefold() if isinstance(answer, str) else answer

    return [
        Difference(item.id, first.get(item.id), second.get(item.id))
        for item in one.items
        if plain(first.get(item.id)) != plain(second.get(item.id))
    ]


def _sealed(card: PaperSheet, which: str, one: Definition, answers: Mapping[str, Answer]) -> bytes:
    given = {item.id: answers[item.id] for item in one.items if item.id in answers}
    text = json.dumps(given, ensure_ascii=False)
    return seals.PAPER_ENTRY.seal(text, code=card.code + which, holder=card.assignment.member)


def _entry(card: PaperSheet, which: str) -> dict[str, Answer]:
    sealed = card.sealed_first if which == FIRST else card.sealed_second
    text = seals.PAPER_ENTRY.open(sealed, code=card.code + which, holder=card.assignment.member)
    found: dict[str, Answer] = json.loads(text)
    return found


def _hold(assignment: Assignment) -> None:
    """Two who type the same card wait for each other, and for the member who sends it by themselves."""
    Assignment.objects.select_for_update(no_key=True).only("pk").get(pk=assignment.pk)


def _record(event: Event, card: PaperSheet, by: Actor, at: datetime) -> None:
    assignment = card.assignment
    about = log.Ref("paper", card.code)
    log.record(event, by=by, about=about, at=at, chain=assignment.house.code, concerns=assignment.member.code)
