"""What a house goes through in the talk: its own list, in versions. A decision keeps the number of the one it used."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.intake.errors import ChecklistEmpty, ChecklistNewer
from kindcircle.rooms.intake.models import Checklist
from kindcircle.rooms.intake.questions import CHECKLIST, line_id

Lines = list[tuple[str, str]]
LONGEST, MOST = 300, 40


def checklist_of(organisation: Organisation, number: int | None = None) -> tuple[int, Lines]:
    """The list in use, or the one with this number: its number and its lines (id, words). Ours is number 0."""
    rows = Checklist.objects.filter(organisation=organisation)
    row = rows.order_by("number").last() if number is None else rows.filter(number=number).first()
    if row is None:
        return 0, [(name, str(words)) for name, words in CHECKLIST]
    return row.number, [(line["id"], line["words"]) for line in row.lines]


def keep_checklist(
    *, organisation: Organisation, lines: Sequence[str], seen: int, by: Actor, at: datetime
) -> tuple[int, Lines]:
    """Put a newer list in the place of this one. Lines that stay as they are keep their name; empty ones go.

    seen  the number of the list that was on the page; with a newer one meanwhile nothing is overwritten unseen
    Raises ChecklistEmpty, ChecklistNewer.
    """
    require(by, Permission.CHECKLIST_KEEP, organisation)
    wanted = list(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))
    if not wanted or len(wanted) > MOST or any(len(line) > LONGEST for line in wanted):
        raise ChecklistEmpty
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        number, before = checklist_of(organisation)
        names = {words: name for name, words in before}
        if wanted == [words for _, words in before]:
            return number, before
        if seen != number:
            raise ChecklistNewer
        taken = set(names.values())
        kept = []
        for words in wanted:
            name = names.get(words) or line_id(words, taken)
            taken.add(name)
            kept.append({"id": name, "words": words})
        row = Checklist.objects.create(
            organisation=organisation,
            number=number + 1,
            lines=kept,
            made_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned may keep it
            made_at=at,
        )
        about = log.Ref("checklist", str(row.number))
        log.record(Event.CHECKLIST_CHANGED, by=by, about=about, at=at, chain=organisation.code)
    return checklist_of(organisation)
