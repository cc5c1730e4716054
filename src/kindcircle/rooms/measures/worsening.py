"""When somebody's answers say that it became clearly harder, somebody who leads hears how it is. No alert, no grade.

Looked at with each sheet of a studied form, and again where a corrected rule gave it another number: beside the first
of this course and beside the one before. Of one person and one occasion it waits once, however many forms say so. A
single step can also be chance: the task asks, and says so.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from kindcircle.base.audit.log import Ref
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import first_of, present_places
from kindcircle.rooms.measures.counting import newest_rule
from kindcircle.rooms.measures.course import asked_of, score_in
from kindcircle.rooms.measures.errors import VersionUnknown
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.measures.norms import known_of
from kindcircle.rooms.measures.queries import definition_of
from kindcircle.rooms.tasks.actions import raise_task, was_raised
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec import parts
from kindcircle.spec.norms import is_validated
from kindcircle.spec.watch import load_watch
from kindcircle.stats.own_course import Usual, Word, beside

SAME = (Kind.WORTH_A_TALK, Kind.WORTH_A_TALK_ANEW)
"""One talk, whichever of the two asks for it."""


def look_at(assignment: Assignment, *, at: datetime) -> None:
    """A sheet came in. A late one, such as from a card, may show that a newer one is worse than what was before it.

    Inside the transaction that keeps the answers. Twice changes nothing.
    """
    group = assignment.group
    if group is None:
        return
    one = definition_of(assignment)
    if not is_validated(one):
        return
    # Who has left is talked with for that reason, by whoever leads (Kind.LEAVING).
    place = present_places(group).filter(user=assignment.member_id).first()
    if place is None:
        return
    # What was answered before the talk counts as an occasion, too.
    forms = {one.id, assignment.given_out[0]}
    rows = [row for row in asked_of(assignment.member).filter(instrument__in=forms) if _belongs(row, group)]
    newer = [row for row in rows if (row.opens_at, row.pk) >= (assignment.opens_at, assignment.pk)]
    for row in newer:
        if row.group_id and row.instrument == one.id and _is_harder_than_any(group, rows, row):
            _raise(place, row, at=at)


def look_again(sheets: Iterable[Assignment], *, at: datetime) -> None:
    """A corrected rule gave these sheets another number: whoever is clearly harder by it is asked about once.

    Of each person the newest occasion counts that it makes clearly harder; what was asked about by the old number is
    not asked again. Inside the transaction that keeps the new numbers.
    """
    moved: dict[int, list[Assignment]] = defaultdict(list)
    for sheet in sheets:
        moved[sheet.member_id].append(sheet)
    for own in moved.values():
        circles = Q(pk__in=[one.group_id for one in own]) | Q(
            intake__in=[one.intake_id for one in own if one.intake_id]
        )
        for group in Group.objects.filter(circles).select_related("organisation"):
            _look_again(group, own, at=at)


def _look_again(group: Group, moved: list[Assignment], *, at: datetime) -> None:
    place = present_places(group).filter(user=moved[0].member_id).first()
    own = [one for one in moved if _belongs(one, group)]
    if place is None or not own:
        return
    begin, forms = min((one.opens_at, one.pk) for one in own), {one.instrument for one in own}
    rows = [row for row in asked_of(place.user) if _belongs(row, group)]
    for row in reversed(rows):
        if (row.opens_at, row.pk) < begin:
            return
        if row.group_id and forms & {row.instrument, row.given_out[0]} and _is_harder_than_any(group, rows, row):
            _raise(place, row, at=at, kind=Kind.WORTH_A_TALK_ANEW)
            return


def _is_harder_than_any(group: Group, rows: list[Assignment], row: Assignment) -> bool:
    """Whether this sheet of a studied form is clearly harder than the first or the last one before it."""
    try:
        one = definition_of(row)
    except VersionUnknown:
        return False
    if not is_validated(one):
        return False
    before = [other for other in rows[: rows.index(row)] if other.instrument in {one.id, row.given_out[0]}]
    for score in one.headlines:
        known = known_of(group.organisation, one, score.id)
        if _is_harder(score, before, row, known.usual if known else None):
            return True
    return False


def _belongs(row: Assignment, group: Group) -> bool:
    return row.group_id == group.pk or (row.intake_id is not None and row.intake_id == group.intake_id)


def _is_harder(score: parts.Score, before: list[Assignment], row: Assignment, usual: Usual | None) -> bool:
    """Whether this sheet is clearly harder than the first or the last one before it that can be compared."""
    now = score_in(row, score.id)
    if now is None or now.value is None:
        return False
    # What a shorter form leaves out can only add: where it alone is so much more than the longer was, that is enough.
    rules = {now.rule, _longer(row)}
    earlier = [found for one_before in before if (found := _comparable(one_before, now.scale, rules)) is not None]
    found_by = row.given_out[0]
    return any(_harder(found_by, score, found.value, now.value, usual) for found in (*earlier[:1], *earlier[-1:]))


def _longer(row: Assignment) -> str:
    """The rule of the form that was given out, where its shorter form was answered."""
    return newest_rule(*row.given_out) if row.in_place_of else ""


def _comparable(row: Assignment, scale: str, rules: set[str]) -> Score | None:
    found = score_in(row, scale)
    return found if found is not None and found.value is not None and found.rule in rules else None


def _harder(form: str, score: parts.Score, before: float | None, after: float, usual: Usual | None) -> bool:
    if before is None:
        return False
    rise = load_watch().rise(form, score.id)
    if rise is not None and after - before >= rise.points:
        return True
    return beside(before, after, better=score.better, usual=usual) is Word.HARDER


def _raise(place: Membership, row: Assignment, *, at: datetime, kind: Kind = Kind.WORTH_A_TALK) -> None:
    """Once for an occasion, whether the sheet said so on its day or a corrected rule does."""
    group = place.group
    once = f"{place.code}:{row.occasion}:{row.gathering.number if row.gathering else 0}"
    if any(was_raised(one, organisation=group.organisation, once=once) for one in SAME):
        return
    raise_task(
        kind,
        organisation=group.organisation,
        about=Ref("place", place.code),
        once=once,
        due_at=at + timedelta(days=load_watch().within_days),
        at=at,
        group_id=group.pk,
        owner=first_of(group),
        concerns=place.user,
    )
