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
    """Words as somebody reads them. name: of whoever wrote it, empty where it has none. sign: what this reader sent."""

    code: str
    words: str
    name: str = ""
    mine: bool = False
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Circle:
    """What a group may read now: words with names, newest first, and handfuls of words without."""

    named: list[Item]
    handfuls: list[list[Item]]


@dataclass(frozen=True, slots=True)
class Mine:
    """One copy as its writer sees it. now: the step that counts; signs: which came, never how many or from whom."""

    share: Share
    words: str
    now: str
    stage: str
    signs: list[str]
    line: str = ""
    comes_along: bool = False  # somebody has read it with a name, so it covers nobody's words


def own_shares(by: Actor, *, at: datetime) -> list[Mine]:
    """Everything this person shares, newest first."""
    rows = Share.objects.filter(author=by.user_id).select_related("author", "group__organisation", "handful")
    found = list(rows.prefetch_related("warmth").order_by("-since", "-pk"))
    together = {row.group for row in found if row.handful_id}
    there = {handful.pk for group in together for handful in handfuls.standing_in(group, at=at)}
    told = handfuls.known(found, at=at)
    return [_mine(row, at, there, told) for row in found]


def own_share(share: Share, *, by: Actor, at: datetime) -> Mine:
    """One of them."""
    require(by, Permission.SHARE_OWN, share)
    there = {handful.pk for handful in handfuls.standing_in(share.group, at=at)}
    return _mine(share, at, there, handfuls.known([share], at=at))


def comes_along(person: User, kind: str, code: str, *, by: Actor, at: datetime) -> bool:
    """Whether words of this page have been read with a name: without one they come along, and cover nobody."""
    require(by, Permission.IN_OWN_NAME, person)
    return handfuls.was_read_by_name(person, kind, code, at=at)


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
    """What waits for those who lead before the group reads it, with a name only where the group will see one."""
    require(by, Permission.SHARING_KEEP, group)
    rows = review.waiting(group, at=at)
    named = [row.author for row in rows if row.step == Step.NAMED]
    names = seals.names_of(named)
    return [
        Item(row.code, words_of(row, row.author), names.get(row.author_id, "") if row.step == Step.NAMED else "")
        for row in rows
    ]


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


def _mine(row: Share, at: datetime, there: set[int], told: set[int]) -> Mine:
    line = seals.SHARED_LINE.open(row.sealed_line, code=row.code, holder=row.author) if row.sealed_line else ""
    sent = {one.sign for one in row.warmth.all()}
    signs = [sign for sign in Warmth.Sign.values if sign in sent]
    now = standing(row, at)
    stage = _stage(row, now, at, there)
    return Mine(row, words_of(row, row.author), now, stage, signs, line, row.pk in told)


def _stage(row: Share, now: str, at: datetime, there: set[int]) -> str:
    """Where it stands on its way: "leaving", "read-first", "given-back", "gathering", "over" or "there"."""
    if at < row.seen_from:
        return "leaving"
    if row.review == Share.Review.WAITS:
        return "read-first"
    if row.review == Share.Review.GIVEN_BACK:
        return "given-back"
    if now != Step.UNNAMED:
        return "there"
    if row.handful_id is None:
        return "gathering"
    return "there" if row.handful_id in there else "over"


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
