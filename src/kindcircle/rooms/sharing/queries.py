"""Reading what is shared: one's own list, the circle of words of a group, and what is for those who lead.

Each question is answered from the rows and the clock at this very moment. Nothing is kept ready that could be stale.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.base.vault.keys import open_keys
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.sharing import handfuls, looking, review
from kindcircle.rooms.sharing.actions import standing
from kindcircle.rooms.sharing.models import Share, Warmth
from kindcircle.rooms.sharing.wording import words_of
from kindcircle.spec.ladder import Step

ONE_LOOK = timedelta(hours=1)
"""A page that draws itself anew within this time is still the same look."""


@dataclass(frozen=True, slots=True)
class Item:
    """Words as somebody reads them. name: of whoever wrote it, empty where it has none. sign: what this reader sent.

    let_in: those who lead read it first, and have answered it; others that came with it wait.
    """

    code: str
    words: str
    name: str = ""
    mine: bool = False
    sign: str = ""
    let_in: bool = False


@dataclass(frozen=True, slots=True)
class Circle:
    """What a group may read now: words with names, newest first, and handfuls of words without."""

    named: list[Item]
    handfuls: list[list[Item]]


@dataclass(frozen=True, slots=True)
class Mine:
    """One copy as its writer sees it. now: the step that counts; signs: which came, never how many or from whom.

    without: where it stands without its name, while it is on its way to a name or was given back from there.
    """

    share: Share
    words: str
    now: str
    stage: str
    signs: list[str]
    line: str = ""
    comes_along: bool = False  # somebody has read it with a name, so it covers nobody's words
    without: str = ""


def own_shares(by: Actor, *, at: datetime) -> list[Mine]:
    """Everything this person shares, newest first."""
    rows = Share.objects.filter(author=by.user_id).select_related("author", "group__organisation", "handful")
    found = list(rows.prefetch_related("warmth").order_by("-since", "-pk"))
    stands = _how_they_stand(found, at)
    told = handfuls.known(found, at=at)
    return [_mine(row, at, stands, told) for row in found]


def own_share(share: Share, *, by: Actor, at: datetime) -> Mine:
    """One of them."""
    require(by, Permission.SHARE_OWN, share)
    return _mine(share, at, _how_they_stand([share], at), handfuls.known([share], at=at))


def comes_along(person: User, kind: str, code: str, *, group: Group, by: Actor, at: datetime) -> bool:
    """Whether words of this page have been read before: without a name they come along then, and cover nobody."""
    require(by, Permission.IN_OWN_NAME, person)
    return handfuls.was_read(person, kind, code, group=group, at=at)


def shares_from(kind: str, code: str, *, by: Actor) -> bool:
    """Whether this person shares something of this page of theirs."""
    return Share.objects.filter(author=by.user_id, source_kind=kind, source_code=code).exists()


def circle(group: Group, *, by: Actor, at: datetime) -> Circle:
    """What this reader sees of what the group shares: for a member, what was shared since they came."""
    # Whoever leads reads it on a page of their own, where it is noted.
    leads = group.pk in by.facilitates
    require(by, Permission.SHARED_OPEN if leads else Permission.CIRCLE_WORDS_READ, group)
    since = _reads_since(group, by)
    here = present_places(group).values("user")
    rows = Share.objects.filter(group=group, author__in=here, step=Step.NAMED).select_related("author")
    # A step down from a name, or one that has not gone out yet, leaves what counts now to the row itself.
    named = [row for row in rows.order_by("-seen_from", "-pk") if standing(row, at) == Step.NAMED]
    named = [row for row in named if since is None or row.author_id == by.user_id or since <= row.since]
    found = handfuls.standing_in(group, at=at)
    together = [rows for handful, rows in found.items() if since is None or since <= handful.first_at]
    writers = _writers([*named, *(row for rows in together for row in rows)])
    signs = _signs_of(by, [*named, *(row for rows in together for row in rows)])
    names = seals.names_of(list({writers[row.author_id] for row in named}))
    return Circle(
        [_item(row, writers, by, signs, names[row.author_id]) for row in named],
        [[_item(row, writers, by, signs) for row in rows] for rows in together],
    )


def for_leaders(group: Group, *, by: Actor, at: datetime) -> list[tuple[Share, str]]:
    """What members share with those who lead, each with its writer's name, newest first. None of it is opened."""
    require(by, Permission.SHARED_OPEN, group)
    rows = _shared_with_leaders(group, at)
    names = seals.names_of([row.author for row in rows])
    return [(row, names[row.author_id]) for row in rows]


def for_one_leader(group: Group, code: str, *, by: Actor, at: datetime) -> Item:
    """One of these as it stands now. Whoever shows it to somebody notes it: see `note_opened`. Raises NotFound."""
    require(by, Permission.SHARED_OPEN, group)
    row = next((one for one in _shared_with_leaders(group, at) if one.code == code), None)
    if row is None:
        raise NotFound
    name = seals.name_of(row.author)
    return _item(row, {row.author_id: row.author}, by, _signs_of(by, [row]), name)


def to_review(group: Group, *, by: Actor, at: datetime) -> list[Item]:
    """What waits by name for those who lead before the group reads it."""
    require(by, Permission.SHARING_KEEP, group)
    rows = review.waiting(group, at=at)
    names = seals.names_of([row.author for row in rows])
    return [Item(row.code, words_of(row, row.author), names[row.author_id]) for row in rows]


def to_review_together(group: Group, *, by: Actor, at: datetime) -> list[list[Item]]:
    """What waits for them without names: handfuls, never one word alone, in an order drawn by lot."""
    require(by, Permission.SHARING_KEEP, group)
    found = review.together(group, at=at)
    writers = _writers([row for rows in found for row in rows])
    return [
        [Item(row.code, words_of(row, writers[row.author_id]), let_in=not handfuls.waits(row)) for row in rows]
        for rows in found
    ]


def appears_in_the_morning(group: Group, *, by: Actor, at: datetime) -> bool:
    """Whether those who lead have answered all of a handful, and the group sees what they let in when it is day."""
    require(by, Permission.SHARING_KEEP, group)
    return bool(handfuls.answered_in(group, at=at))


def reviews(group: Group) -> bool:
    """Whether those who lead read words first in this group."""
    return looking.reviews(group)


def may_see(group: Group, code: str, *, by: Actor, at: datetime) -> Share:
    """The row of something this reader sees at this moment. Raises NotFound."""
    seen = circle(group, by=by, at=at)
    codes = {item.code for item in (*seen.named, *(one for some in seen.handfuls for one in some))}
    if group.pk in by.facilitates:
        codes |= {row.code for row in _shared_with_leaders(group, at)}
    row = Share.objects.select_related("group__organisation").filter(code=code).first() if code in codes else None
    if row is None:
        raise NotFound
    return row


def note_opened(group: Group, codes: list[str], *, by: Actor, at: datetime) -> None:
    """Whoever leads and opens words with a name leaves a trace that their writer sees. A page that stays open is one.

    What has no name leaves none: the trace would be the name.
    """
    noted = AuditEntry.objects.filter(
        event=Event.SHARED_OPENED, actor=by.code, about_code__in=codes, at__gt=at - ONE_LOOK, at__lte=at
    )
    before = set(noted.values_list("about_code", flat=True))
    for row in Share.objects.filter(code__in=set(codes) - before).select_related("author").order_by("pk"):
        log.record(
            Event.SHARED_OPENED,
            by=by,
            about=log.Ref("shared", row.code),
            at=at,
            chain=group.organisation.code,
            concerns=row.author.code,
        )


def _reads_since(group: Group, by: Actor) -> datetime | None:
    """Since when this member reads along; None for those who lead, who read all of it."""
    if group.pk in by.facilitates:
        return None
    place = Membership.objects.filter(group=group, user=by.user_id, left_at=None).first()
    if place is None:
        raise NotFound
    return place.joined_at


def _shared_with_leaders(group: Group, at: datetime) -> list[Share]:
    here = present_places(group).values("user")
    rows = Share.objects.filter(group=group, author__in=here).select_related("author").order_by("-seen_from", "-pk")
    return [row for row in rows if standing(row, at) == Step.LEADERS]


@dataclass(frozen=True, slots=True)
class _Stands:
    """Of handfuls, by their number: those the group sees, those that those who lead read, those of which some wait."""

    there: set[int]
    read_first: set[int]
    again: set[int]
    reviews: set[int]  # groups in which those who lead read first
    lost: set[int]  # not handfuls but words: somebody has left with whom they were read before


def _how_they_stand(rows: list[Share], at: datetime) -> _Stands:
    stands = _Stands(set(), set(), set(), set(), handfuls.lost_company(rows))
    for group in {row.group for row in rows}:
        stands.there.update(one.pk for one in handfuls.standing_in(group, at=at))
        stands.read_first.update(one.pk for one in handfuls.reading_in(group, at=at))
        stands.read_first.update(one.pk for one in handfuls.answered_in(group, at=at))
        stands.again.update(handfuls.may_come_along(group, at=at))
        if looking.reviews(group):
            stands.reviews.add(group.pk)
    return stands


def _mine(row: Share, at: datetime, stands: _Stands, told: set[int]) -> Mine:
    line = seals.SHARED_LINE.open(row.sealed_line, code=row.code, holder=row.author) if row.sealed_line else ""
    sent = {one.sign for one in row.warmth.all()}
    signs = [sign for sign in Warmth.Sign.values if sign in sent]
    now = standing(row, at)
    known = row.pk in told
    without = _stage_without_name(row, stands, known=known) if row.step == Step.NAMED and now == Step.UNNAMED else ""
    stage = _stage(row, now, at, stands, known=known)
    return Mine(row, words_of(row, row.author), now, stage, signs, line, known, without)


def _stage(row: Share, now: str, at: datetime, stands: _Stands, *, known: bool) -> str:
    """Where it stands on its way: on the page of its writer each of these is a sentence."""
    if at < row.seen_from:
        return "leaving"
    if row.review == Share.Review.GIVEN_BACK:
        return "given-back" if row.sealed_line else _stage_not_answered(row, stands)
    if row.step == Step.UNNAMED:
        return _stage_without_name(row, stands, known=known)
    if row.review == Share.Review.WAITS:
        return "read-first"
    return "there"


def _stage_without_name(row: Share, stands: _Stands, *, known: bool) -> str:
    if row.handful_id is None:
        if row.pk in stands.lost:
            return "over-unseen"
        if row.review == Share.Review.WAITS:
            return "gathering-to-be-read"
        # What is shared now goes to those who lead first: it waits with the few that do not.
        return "gathering-apart" if row.group_id in stands.reviews and not known else "gathering"
    if row.handful_id in stands.read_first:
        return "read-together"
    if row.handful_id in stands.again and row.pk not in stands.lost:
        waits_on = row.review != Share.Review.WAITS or row.group_id in stands.reviews
        return "read-in-vain" if waits_on else "not-answered"
    if row.handful_id in stands.there:
        return "there"
    return "over" if row.handful and row.handful.shown_at else "over-unseen"


def _stage_not_answered(row: Share, stands: _Stands) -> str:
    may_come = row.pk not in stands.lost and (row.handful_id is None or row.handful_id in stands.again)
    return "not-answered" if may_come else "over-unseen"


def _item(row: Share, writers: dict[int, User], by: Actor, signs: dict[int, str], name: str = "") -> Item:
    words = words_of(row, writers[row.author_id])
    return Item(row.code, words, name, row.author_id == by.user_id, signs.get(row.pk, ""))


def _writers(rows: list[Share]) -> dict[int, User]:
    people = User.objects.in_bulk({row.author_id for row in rows})
    open_keys(list(people.values()))
    return people


def _signs_of(by: Actor, rows: list[Share]) -> dict[int, str]:
    sent = Warmth.objects.filter(giver=by.user_id, share__in=[row.pk for row in rows])
    return dict(sent.values_list("share_id", "sign"))
