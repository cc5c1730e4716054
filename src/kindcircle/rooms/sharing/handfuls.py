"""Words without a name appear as a handful, together, on a morning, and go together once too few are left.

Where those who lead read first, a handful comes to them as one, too, and what they let in goes on as one. Why in
handfuls, and why all of one goes when somebody leaves: docs/adr, and the models of it in tests/spec.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.sharing import looking
from kindcircle.rooms.sharing.models import Handful, Share
from kindcircle.spec.ladder import Step, had_name, in_force, last_morning, may_gather, may_stand

READ_IN_VAIN = Q(handful__over_at__isnull=False, handful__shown_at=None)
"""Those who lead read it first, and too few were left for the group. It may come along with others."""


def gather_due(*, at: datetime) -> int:
    """Let handfuls appear that were complete this morning, and end those that may no longer be seen.

    Returns how many came, to the group or first to those who lead.
    """
    waiting = Share.objects.filter(Q(handful=None) | READ_IN_VAIN, step=Step.UNNAMED).values_list("group_id", flat=True)
    open_ones = Handful.objects.filter(over_at=None).values_list("group_id", flat=True)
    came = 0
    for pk in sorted(set(waiting) | set(open_ones)):
        with transaction.atomic():
            group = Group.objects.select_for_update(no_key=True).get(pk=pk)
            for handful in Handful.objects.filter(group=group, over_at=None):
                keep_true(handful, at=at)
            came += _show(group, at=at) + _gather(group, at=at)
    return came


def _show(group: Group, *, at: datetime) -> int:
    """What those who lead have let in: in the morning, so that nobody sees who was there when the last was answered."""
    morning = last_morning(at, group.zone)
    read = Handful.objects.filter(group=group, over_at=None, shown_at=None, answered_at__lte=morning)
    return read.update(shown_at=morning)


def _gather(group: Group, *, at: datetime) -> int:
    morning = last_morning(at, group.zone)
    here = {place.user_id: place.code for place in present_places(group)}
    codes = set(here.values())
    found = Share.objects.filter(Q(handful=None) | READ_IN_VAIN, group=group, step=Step.UNNAMED)
    rows = [
        row
        for row in found.exclude(review=Share.Review.GIVEN_BACK).select_related("handful")
        if row.author_id in here and row.seen_from <= morning and _let_in_by(row, morning)
    ]
    company = _company(rows, _copies_of(rows))
    rows = [row for row in rows if company[row.pk] <= codes]
    told = known(rows, at=at)
    # What those who lead are to read first, and what they are not, is told apart by them: so each has its own four.
    to_read = [row for row in rows if row.review == Share.Review.WAITS]
    ready = [row for row in rows if row.review != Share.Review.WAITS]
    came = 0
    if may_gather(_covering(ready, told)):
        _appear(group, ready, here, gathered_at=morning, shown_at=morning)
        came, ready = 1, []
    if may_gather(_covering(to_read, told)):
        to_read += [row for row in ready if row.pk in told]
        _appear(group, to_read, here, gathered_at=morning, shown_at=None)
        came += 1
    return came


def _appear(
    group: Group, rows: list[Share], here: dict[int, str], *, gathered_at: datetime, shown_at: datetime | None
) -> None:
    # Whoever was in a handful with these before counts as if they were in this one: if it stayed when they left, it
    # would tell that the older words in it are not theirs.
    company = _company(rows, _copies_of(rows))
    roster = {here[row.author_id] for row in rows}.union(*company.values())
    handful = Handful.objects.create(
        group=group,
        roster=sorted(roster),
        first_at=min(row.since for row in rows),
        gathered_at=gathered_at,
        shown_at=shown_at,
    )
    secrets.SystemRandom().shuffle(rows)
    for place, row in enumerate(rows):
        row.handful, row.place, row.company = handful, place, sorted(company[row.pk])
    Share.objects.bulk_update(rows, ["handful", "place", "company"])


def no_longer_read(group: Group, *, at: datetime) -> None:
    """Nobody reads first any more. What nobody has read goes with all that is shared now.

    What was read in vain and not answered does not go by itself: whoever read it may have had a worry.
    """
    for handful in Handful.objects.filter(group=group, over_at=None):
        keep_true(handful, at=at)
    asked = Share.objects.filter(group=group, step=Step.UNNAMED, review=Share.Review.WAITS)
    asked.filter(handful=None, company=[]).update(review=Share.Review.LET_IN, reviewed_at=at)
    _not_answered(asked.filter(Q(handful=None) | READ_IN_VAIN), at=at)


def _not_answered(rows: QuerySet[Share], *, at: datetime) -> None:
    """It comes back to its writer without a line, and they can share it again."""
    asked = rows.filter(step=Step.UNNAMED, review=Share.Review.WAITS)
    asked.update(review=Share.Review.GIVEN_BACK, reviewed_at=at)


def take_out(row: Share, *, at: datetime) -> None:
    """Somebody takes their words out of a handful. Inside the caller's transaction."""
    handful = row.handful
    if handful is None or _comes_again(row):
        # What was read in vain keeps to whom it was read with: see `_appear`.
        return
    row.handful, row.company = None, _and_those_of(row, handful)
    Share.objects.filter(pk=row.pk).update(handful=None, company=row.company)
    keep_true(handful, at=at)


def standing_in(group: Group, *, at: datetime) -> dict[Handful, list[Share]]:
    """The handfuls that the group may see now, oldest first, each with what is in it in the order drawn by lot."""
    return _standing(Handful.objects.filter(group=group, over_at=None, shown_at__isnull=False), group, at=at)


def reading_in(group: Group, *, at: datetime) -> dict[Handful, list[Share]]:
    """The same for those that those who lead read first, until each word was answered. What they gave back is in it."""
    found = Handful.objects.filter(group=group, over_at=None, shown_at=None, answered_at=None)
    return _standing(found, group, at=at)


def answered_in(group: Group, *, at: datetime) -> dict[Handful, list[Share]]:
    """Those of which all is answered, and which the group sees from the morning on."""
    found = Handful.objects.filter(group=group, over_at=None, shown_at=None, answered_at__isnull=False)
    return _standing(found, group, at=at)


def may_come_along(group: Group, *, at: datetime) -> set[int]:
    """The readings that came to nothing, and of which nobody has left: what is left of them may come with others."""
    here = set(present_places(group).values_list("code", flat=True))
    found = Handful.objects.filter(group=group, shown_at=None)
    live = {one.pk for one in (*reading_in(group, at=at), *answered_in(group, at=at))}
    return {one.pk for one in found if one.pk not in live and set(one.roster) <= here}


def _standing(found: QuerySet[Handful], group: Group, *, at: datetime) -> dict[Handful, list[Share]]:
    rows: dict[int, list[Share]] = defaultdict(list)
    for row in Share.objects.filter(group=group, handful__in=found).select_related("handful").order_by("place"):
        if row.handful_id is not None and _is_in(row, at):
            rows[row.handful_id].append(row)
    here = set(present_places(group).values_list("code", flat=True))
    told = known([row for some in rows.values() for row in some], at=at)
    return {
        handful: rows[handful.pk]
        for handful in found.filter(pk__in=rows).order_by("gathered_at", "pk")
        if _may_stand(handful, rows[handful.pk], told, here)
    }


def keep_true(handful: Handful, *, at: datetime) -> None:
    """Write down that a handful is over or answered, and take out what has a name by now. What is over stays over."""
    for row in Share.objects.filter(handful=handful, step=Step.NAMED):
        if _in_force(row, at) == Step.NAMED:
            Share.objects.filter(pk=row.pk).update(handful=None, known=True)
    rows = _in(handful, at)
    if handful.shown_at is None and handful.answered_at is None and not any(waits(row) for row in rows):
        _answered(handful, at=at)
        rows = _in(handful, at)
    here = set(present_places(handful.group).values_list("code", flat=True))
    if not _may_stand(handful, rows, known(rows, at=at), here):
        _end(handful, at=at)


def _answered(handful: Handful, *, at: datetime) -> None:
    """Everything in it was let in or given back. What was given back was read all the same."""
    given_back = Share.objects.filter(handful=handful, step=Step.UNNAMED, review=Share.Review.GIVEN_BACK)
    for row in given_back:
        company = _and_those_of(row, handful)
        Share.objects.filter(pk=row.pk).update(handful=None, known=True, company=company)
    handful.answered_at = at
    Handful.objects.filter(pk=handful.pk, answered_at=None).update(answered_at=at)


def _end(handful: Handful, *, at: datetime) -> None:
    Handful.objects.filter(pk=handful.pk, over_at=None).update(over_at=at)
    if handful.shown_at is None:
        # The group never saw it, those who lead did: it may come along with others later, and hides nobody there.
        rows = Share.objects.filter(handful=handful)
        rows.update(known=True)
        if not looking.reviews(handful.group):
            _not_answered(rows, at=at)


def _in(handful: Handful, at: datetime) -> list[Share]:
    return [row for row in Share.objects.filter(handful=handful).select_related("handful") if _is_in(row, at)]


def _is_in(row: Share, at: datetime) -> bool:
    """Whether it is in its handful still. While it is read first, also what waits for an answer or was given back."""
    read_first = row.handful is not None and row.handful.shown_at is None and row.step == Step.UNNAMED
    return read_first or _in_force(row, at) == Step.UNNAMED


def waits(row: Share) -> bool:
    """Whether it is still to be answered without a name. On its way to a name it waits for that, and is let in here."""
    return row.step == Step.UNNAMED and row.review == Share.Review.WAITS


def _comes_again(row: Share) -> bool:
    """Whether it waits for a handful: the first one, or another after one that was read in vain."""
    return row.handful is None or (row.handful.over_at is not None and row.handful.shown_at is None)


def _and_those_of(row: Share, handful: Handful) -> list[str]:
    return sorted({*row.company, *handful.roster})


def _copies_of(rows: list[Share]) -> list[Share]:
    """Every copy from the pages that these are from, in every group."""
    same = Share.objects.filter(author__in={row.author_id for row in rows})
    return list(same.filter(source_code__in={row.source_code for row in rows}).select_related("handful"))


def _company(rows: list[Share], copies: list[Share]) -> dict[int, set[str]]:
    """With whom each of these was read in a handful before, it or, while it waits, another copy of its page here.

    As codes of places. Once one of them has left it does not come: what stays then would tell that it is not theirs.
    """
    read: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for one in copies:
        read[one.group_id, *page_of(one)].update(one.company, one.handful.roster if one.handful else ())
    return {row.pk: set(read[row.group_id, *page_of(row)] if _comes_again(row) else row.company) for row in rows}


def lost_company(rows: Iterable[Share]) -> set[int]:
    """Of these, what cannot come to the group without a name any more: somebody has left with whom it was read."""
    asked = list(rows)
    company = _company(asked, _copies_of(asked))
    groups = {row.group for row in asked if company[row.pk]}
    here = {group.pk: set(present_places(group).values_list("code", flat=True)) for group in groups}
    return {row.pk for row in asked if not company[row.pk] <= here.get(row.group_id, set())}


def known(rows: Iterable[Share], *, at: datetime) -> set[int]:
    """Which of these somebody can tell whose they are, since they could read that page of its writer with a name.

    Those who lead count: among words of which they know all but one, they know that one too. What is shared from one
    page a second time is the same to whoever reads both, also in another group. And what was read in a handful before
    is known to be of one of those, and hides nobody among others.
    """
    asked = list(rows)
    copies = _copies_of(asked)
    told, company = {page_of(one) for one in copies if had_its_name(one, at)}, _company(asked, copies)
    return {row.pk for row in asked if page_of(row) in told or company[row.pk]}


def page_of(row: Share) -> tuple[int, str, str]:
    """The page of private writing that a copy came from."""
    return row.author_id, row.source_kind, row.source_code


def was_read(person: User, kind: str, code: str, *, group: Group, at: datetime) -> bool:
    """Whether a copy of this page is shared that somebody could read with a name, or in a handful of this group."""
    return any(
        had_its_name(one, at) or (one.group_id == group.pk and (one.company or one.handful_id is not None))
        for one in _of_page(person.pk, kind, code)
    )


def remember(row: Share, *, at: datetime) -> None:
    """Before a copy goes: if it was read, others of the same page that wait cover nobody from now on."""
    others = _of_page(*page_of(row))
    if had_its_name(row, at):
        others.update(known=True)
    read = {*row.company, *(row.handful.roster if row.handful else ())}
    if read:
        waiting = others.filter(Q(handful=None) | READ_IN_VAIN, group=row.group_id).exclude(pk=row.pk)
        for one in waiting:
            Share.objects.filter(pk=one.pk).update(company=sorted({*one.company, *read}))


def may_have_been_read_with(place: Membership, *, at: datetime) -> None:
    """After an old copy: what waits in it may have been read since, in a handful with words of this person.

    Those who read it may remember. If it came again without theirs, it would tell which those were.
    """
    group = Group.objects.select_for_update(no_key=True).get(pk=place.group_id)
    waiting = Share.objects.filter(Q(handful=None) | READ_IN_VAIN, group=group, step=Step.UNNAMED, since__lte=at)
    for row in waiting.exclude(author=place.user_id):
        Share.objects.filter(pk=row.pk).update(company=sorted({*row.company, place.code}))


def _of_page(author: int, kind: str, code: str) -> QuerySet[Share]:
    return Share.objects.filter(author=author, source_kind=kind, source_code=code)


def had_its_name(row: Share, at: datetime) -> bool:
    """Whether somebody has read these words with a name, or can at this moment."""
    return row.known or had_name(row.step, row.before, seen_from=row.seen_from, at=at)


def _covering(rows: Iterable[Share], told: set[int]) -> list[int]:
    """Of those of these words of which nobody can tell whose they are: who wrote them."""
    return [row.author_id for row in rows if row.pk not in told]


def _may_stand(handful: Handful, rows: list[Share], told: set[int], here: set[str]) -> bool:
    return may_stand(_covering(rows, told), somebody_left=not set(handful.roster) <= here)


def _in_force(row: Share, at: datetime) -> str:
    let_in = row.review in (Share.Review.NONE, Share.Review.LET_IN)
    return in_force(row.step, row.before, seen_from=row.seen_from, let_in=let_in, at=at)


def _let_in_by(row: Share, at: datetime) -> bool:
    return row.reviewed_at is None or row.reviewed_at <= at
