"""Words without a name appear as a handful, together, on a morning, and go together once too few are left.

Why in handfuls, and why all of one goes when somebody leaves: docs/adr, and the model of it in tests/rooms/sharing.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.sharing.models import Handful, Share
from kindcircle.spec.ladder import Step, had_name, in_force, last_morning, may_gather, may_stand


def gather_due(*, at: datetime) -> int:
    """Let handfuls appear that were complete this morning, and end those that may no longer be seen. How many came."""
    waiting = Share.objects.filter(step=Step.UNNAMED, handful=None).values_list("group_id", flat=True)
    open_ones = Handful.objects.filter(over_at=None).values_list("group_id", flat=True)
    came = 0
    for pk in sorted(set(waiting) | set(open_ones)):
        with transaction.atomic():
            group = Group.objects.select_for_update(no_key=True).get(pk=pk)
            for handful in Handful.objects.filter(group=group, over_at=None):
                _keep_true(handful, at=at)
            came += _gather(group, at=at)
    return came


def _gather(group: Group, *, at: datetime) -> int:
    morning = last_morning(at, group.zone)
    here = {place.user_id: place for place in present_places(group)}
    rows = [
        row
        for row in Share.objects.filter(group=group, step=Step.UNNAMED, handful=None)
        if row.author_id in here and _in_force(row, morning) == Step.UNNAMED and _let_in_by(row, morning)
    ]
    if not may_gather(_covering(rows, at=at)):
        return 0
    handful = Handful.objects.create(
        group=group,
        roster=sorted({here[row.author_id].code for row in rows}),
        first_at=min(row.since for row in rows),
        gathered_at=morning,
    )
    secrets.SystemRandom().shuffle(rows)
    for place, row in enumerate(rows):
        row.handful, row.place = handful, place
    Share.objects.bulk_update(rows, ["handful", "place"])
    return 1


def take_out(row: Share, *, at: datetime) -> None:
    """Somebody takes their words out of a handful. Inside the caller's transaction."""
    handful = row.handful
    if handful is None:
        return
    row.handful = None
    Share.objects.filter(pk=row.pk).update(handful=None)
    _keep_true(handful, at=at)


def standing_in(group: Group, *, at: datetime) -> dict[Handful, list[Share]]:
    """The handfuls that may be seen now, oldest first, each with what is in it in the order drawn by lot."""
    rows: dict[int, list[Share]] = defaultdict(list)
    for row in Share.objects.filter(group=group, handful__over_at=None, handful__isnull=False).order_by("place"):
        if row.handful_id is not None and _in_force(row, at) == Step.UNNAMED:
            rows[row.handful_id].append(row)
    here = set(present_places(group).values_list("code", flat=True))
    told = known([row for some in rows.values() for row in some], at=at)
    return {
        handful: rows[handful.pk]
        for handful in Handful.objects.filter(pk__in=rows, over_at=None).order_by("gathered_at", "pk")
        if _may_stand(handful, [row for row in rows[handful.pk] if row.pk not in told], here)
    }


def _keep_true(handful: Handful, *, at: datetime) -> None:
    """Write down that a handful is over, and take out what has a name by now. What is over stays over."""
    for row in Share.objects.filter(handful=handful, step=Step.NAMED):
        if _in_force(row, at) == Step.NAMED:
            Share.objects.filter(pk=row.pk).update(handful=None, known=True)
    rows = [row for row in Share.objects.filter(handful=handful) if _in_force(row, at) == Step.UNNAMED]
    here = set(present_places(handful.group).values_list("code", flat=True))
    told = known(rows, at=at)
    if not _may_stand(handful, [row for row in rows if row.pk not in told], here):
        Handful.objects.filter(pk=handful.pk, over_at=None).update(over_at=at)


def known(rows: Iterable[Share], *, at: datetime) -> set[int]:
    """Which of these somebody can tell whose they are, since they could read that page of its writer with a name.

    Those who lead count: among words of which they know all but one, they know that one too. What is shared from one
    page a second time is the same to whoever reads both, also in another group.
    """
    asked = list(rows)
    same = Share.objects.filter(author__in={row.author_id for row in asked})
    told = {
        page_of(one) for one in same.filter(source_code__in={row.source_code for row in asked}) if had_its_name(one, at)
    }
    return {row.pk for row in asked if page_of(row) in told}


def page_of(row: Share) -> tuple[int, str, str]:
    """The page of private writing that a copy came from."""
    return row.author_id, row.source_kind, row.source_code


def was_read_by_name(person: User, kind: str, code: str, *, at: datetime) -> bool:
    """Whether somebody could read words of this page with a name, and a copy of it is still shared."""
    return any(had_its_name(one, at) for one in _of_page(person.pk, kind, code))


def remember(row: Share, *, at: datetime) -> None:
    """Before a copy goes: if it was read with a name, others of the same page cover nobody from now on."""
    if had_its_name(row, at):
        _of_page(*page_of(row)).update(known=True)


def _of_page(author: int, kind: str, code: str) -> QuerySet[Share]:
    return Share.objects.filter(author=author, source_kind=kind, source_code=code)


def had_its_name(row: Share, at: datetime) -> bool:
    """Whether somebody has read these words with a name, or can at this moment."""
    return row.known or had_name(row.step, row.before, seen_from=row.seen_from, at=at)


def _covering(rows: list[Share], *, at: datetime) -> list[int]:
    told = known(rows, at=at)
    return [row.author_id for row in rows if row.pk not in told]


def _may_stand(handful: Handful, covering: list[Share], here: set[str]) -> bool:
    """covering: those of its words of which nobody can tell whose they are."""
    return may_stand((row.author_id for row in covering), somebody_left=not set(handful.roster) <= here)


def _in_force(row: Share, at: datetime) -> str:
    let_in = row.review in (Share.Review.NONE, Share.Review.LET_IN)
    return in_force(row.step, row.before, seen_from=row.seen_from, let_in=let_in, at=at)


def _let_in_by(row: Share, at: datetime) -> bool:
    return row.reviewed_at is None or row.reviewed_at <= at
