"""Words that stand in the box again: a goal that is rated anew stays the goal it was."""

from datetime import datetime

from kindcircle.base.access import Actor
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.queries import answers_of, definition_of


def carried_words(assignment: Assignment, *, by: Actor, at: datetime) -> dict[str, str]:
    """What somebody wrote themselves on this sheet's carried lines the last time, by item id.

    Only for the person, logged in as themselves: never on a visit by letters nor on a tablet that goes round.
    """
    carried = {item.id for item in definition_of(assignment).items if item.carried}
    visiting = by.only_gathering is not None or by.tablet_of is not None
    if not carried or visiting or by.user_id != assignment.member_id:
        return {}
    before = (
        Response.objects.filter(
            assignment__member=assignment.member, assignment__instrument=assignment.instrument, submitted_at__lte=at
        )
        .select_related("assignment__member", "assignment__group", "assignment__intake")
        .order_by("submitted_at", "pk")
        .last()
    )
    if before is None:
        return {}
    answers = answers_of(before, by=by, at=at)
    return {item: words for item, words in answers.items() if item in carried and isinstance(words, str)}
