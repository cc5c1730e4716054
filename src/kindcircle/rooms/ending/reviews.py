"""Keep, change, need: what a group says in the middle of its course, without names, and what comes of it.

Until the words are brought together nobody but their writer can read them, and nothing tells who has written. After
that they belong to nobody: each column is shuffled by itself, the rows that knew a writer are gone.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.base.vault import keys, seals
from kindcircle.rooms.ending.errors import ALittleLong, AlreadyGathered, NotGathered, NothingSaid, NotTheMiddle
from kindcircle.rooms.ending.models import Review, ReviewNote
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.spec.practices import Practice
from kindcircle.spec.programmes import Programme
from kindcircle.stats.disclosure import SMALLEST_SHOWN

BOXES = ("keep", "change", "need")
MORE, LESS = "more", "less"
LONGEST = 300
LONGEST_ANSWER = 600
LINES = 3
# Below this, two members who compare their own answers could work out those of the others.
PRACTICES_FROM = 7
SHORTEST_COURSE = 4


@dataclass(frozen=True, slots=True)
class Own:
    """What one member has written so far: words by box, and for each practice more, less, or nothing."""

    words: dict[str, str]
    practices: dict[str, str]

    @property
    def anything(self) -> bool:
        return any(self.words.values()) or bool(self.practices)


@dataclass(frozen=True, slots=True)
class Said:
    """What a group said. Of the practices only those for which more than half of those who answered want a change."""

    keep: tuple[str, ...]
    change: tuple[str, ...]
    need: tuple[str, ...]
    more: tuple[str, ...]
    less: tuple[str, ...]


def middle_of(plan: Programme) -> int | None:
    """The meeting with the review: of those in which the programme asks midway, the one nearest to the middle.

    Where two are as near, or none is named, the middle itself. None for open circles and very short courses.
    """
    count = len(plan.sessions)
    if plan.form == "open" or count < SHORTEST_COURSE:
        return None
    named = {number for time in plan.measures if time.occasion == "mid" for number in time.sessions or ()}
    middle = (count + 1) / 2
    near = sorted(named, key=lambda number: abs(number - middle))
    if not near or (len(near) > 1 and abs(near[0] - middle) == abs(near[1] - middle)):
        return (count + 1) // 2
    return near[0]


def is_open(group: Group) -> bool:
    """Whether members may write now: from the opening of the middle meeting until the words are brought together."""
    return group.state != Group.State.FINISHED and _begun(group) and not _gathered(group)


def may_gather(group: Group) -> bool:
    """Whether the words can be brought together now: the middle meeting has begun and nobody has done it."""
    return _begun(group) and not _gathered(group)


def practices_so_far(group: Group) -> list[Practice]:
    """The practices this group has met until its middle, each once, in the order in which they came."""
    plan = programme_of(group)
    middle = middle_of(plan) or 0
    held = set(
        Gathering.objects.filter(group=group, number__lte=middle)
        .exclude(state=Gathering.State.PLANNED)
        .values_list("number", flat=True)
    )
    uses = [
        use
        for session in plan.sessions
        if session.number in held
        for slot in session.agenda
        if slot.kind in ("practice", "exercise")
        for use in (slot.practice, slot.then)
        if use is not None
    ]
    return list({use.practice: use.load() for use in uses}.values())


def own_note(group: Group, *, member: User, by: Actor) -> Own:
    """What this person has written, to go on with."""
    require(by, Permission.REVIEW_WRITE, group)
    require(by, Permission.IN_OWN_NAME, member)
    note = ReviewNote.objects.filter(review__group=group, member=member).first()
    return _opened(note, member) if note else Own({}, {})


def write_note(
    *, group: Group, words: dict[str, str], practices: dict[str, str], member: User, by: Actor, at: datetime
) -> None:
    """A member says what to keep, to change, and what they need. Sent again, it takes the place of what was there.

    Leaves no trace in the record: a line there would name who wrote. Raises NotTheMiddle, AlreadyGathered, NothingSaid,
    ALittleLong.
    """
    require(by, Permission.REVIEW_WRITE, group)
    require(by, Permission.IN_OWN_NAME, member)
    known = {one.id for one in practices_so_far(group)}
    given = Own(
        {box: words.get(box, "").strip() for box in BOXES},
        {name: wish for name, wish in practices.items() if name in known and wish in (MORE, LESS)},
    )
    if not given.anything:
        raise NothingSaid
    if any(len(one) > LONGEST for one in given.words.values()):
        raise ALittleLong(LONGEST)
    with transaction.atomic():
        group = _one_at_a_time(group)
        if _gathered(group):
            raise AlreadyGathered
        if not is_open(group):
            raise NotTheMiddle
        review, _new = Review.objects.get_or_create(group=group)
        note = ReviewNote.objects.filter(review=review, member=member).first() or ReviewNote(
            review=review, member=member
        )
        sealed = json.dumps([given.words, given.practices], ensure_ascii=False)
        note.sealed_words = seals.REVIEW_NOTE.seal(sealed, code=note.code, holder=member)
        note.save()


def gather(*, group: Group, by: Actor, at: datetime) -> Review:
    """Bring the words together, once and for all. With fewer than five writers nobody ever reads them.

    Raises NotTheMiddle. Doing it again changes nothing.
    """
    require(by, Permission.REVIEW_KEEP, group)
    with transaction.atomic():
        group = _one_at_a_time(group)
        if not _begun(group):
            raise NotTheMiddle
        review, _new = Review.objects.get_or_create(group=group)
        if review.gathered_at is not None:
            return review
        notes = list(review.notes.select_related("member"))
        review.gathered_at, review.heard = at, Review.Heard.SOME
        if len(notes) >= SMALLEST_SHOWN:
            keys.open_keys([note.member for note in notes])
            said = json.dumps(_together([_opened(note, note.member) for note in notes]), ensure_ascii=False)
            review.heard = Review.Heard.WORDS
            review.sealed_words = seals.REVIEW_WORDS.seal(said, code=review.code, holder=group.organisation)
        review.save()
        review.notes.all().delete()
        _record(Event.REVIEW_GATHERED, review, group, by, at)
    return review


def answer(*, group: Group, lines: list[str], by: Actor, at: datetime) -> Review:
    """You said, we did: up to three lines that every member of the group reads. Written again, the new ones count.

    Raises NotGathered, NothingSaid, ALittleLong.
    """
    require(by, Permission.REVIEW_KEEP, group)
    kept = [" ".join(line.split()) for line in lines if line.strip()][:LINES]
    if not kept:
        raise NothingSaid
    if any(len(line) > LONGEST_ANSWER for line in kept):
        raise ALittleLong(LONGEST_ANSWER)
    with transaction.atomic():
        group = _one_at_a_time(group)
        review = gathered_in(group).first()
        if review is None:
            raise NotGathered
        words = json.dumps(kept, ensure_ascii=False)
        review.sealed_answer = seals.REVIEW_ANSWER.seal(words, code=review.code, holder=group.organisation)
        review.answered_at = at
        review.save(update_fields=["sealed_answer", "answered_at"])
        _record(Event.REVIEW_ANSWERED, review, group, by, at)
    return review


def gathered_in(group: Group) -> QuerySet[Review]:
    """The review of this group, once its words were brought together; none before."""
    return Review.objects.filter(group=group, gathered_at__isnull=False)


def answered_in(group: Group) -> QuerySet[Review]:
    """The same, once those who lead have said what changes because of it."""
    return gathered_in(group).filter(answered_at__isnull=False)


def said_by(group: Group, *, by: Actor) -> Said | None:
    """What the group said; None before it was brought together, and where too few wrote."""
    require(by, Permission.REVIEW_KEEP, group)
    review = Review.objects.filter(group=group).first()
    if review is None or not review.sealed_words:
        return None
    words = json.loads(seals.REVIEW_WORDS.open(review.sealed_words, code=review.code, holder=group.organisation))
    return Said(**{name: tuple(words[name]) for name in (*BOXES, MORE, LESS)})


def answer_to(group: Group, *, by: Actor) -> list[str]:
    """What those who lead answered, for the members of the group and themselves; empty until they did."""
    require(by, Permission.AGREEMENT_READ, group)
    review = Review.objects.filter(group=group).first()
    if review is None or not review.sealed_answer:
        return []
    words: list[str] = json.loads(
        seals.REVIEW_ANSWER.open(review.sealed_answer, code=review.code, holder=group.organisation)
    )
    return words


def more_than_half(wish: str, answers: list[str]) -> bool:
    """Whether more than half of those who answered want this. Two bands and no number: neither "nobody" nor
    "everybody" can be told from them, so that no one answer can be worked out."""
    return len(answers) >= PRACTICES_FROM and 2 * answers.count(wish) > len(answers)


def _together(notes: list[Own]) -> dict[str, list[str]]:
    """Each column by itself and in no order, so that no line stands beside another of the same person."""
    shuffle = secrets.SystemRandom().shuffle
    found: dict[str, list[str]] = {}
    for box in BOXES:
        column = [note.words[box] for note in notes if note.words.get(box)]
        shuffle(column)
        found[box] = column
    names = sorted({name for note in notes for name in note.practices})
    for wish in (MORE, LESS):
        # Who said nothing to a practice is content with it as it is.
        found[wish] = [name for name in names if more_than_half(wish, [note.practices.get(name, "") for note in notes])]
    return found


def _opened(note: ReviewNote, member: User) -> Own:
    words, practices = json.loads(seals.REVIEW_NOTE.open(note.sealed_words, code=note.code, holder=member))
    return Own(words, practices)


def _begun(group: Group) -> bool:
    middle = Gathering.objects.filter(group=group, number=middle_of(programme_of(group)) or 0)
    return middle.exclude(state=Gathering.State.PLANNED).exists()


def _gathered(group: Group) -> bool:
    return gathered_in(group).exists()


def _one_at_a_time(group: Group) -> Group:
    return Group.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=group.pk)


def _record(event: Event, review: Review, group: Group, by: Actor, at: datetime) -> None:
    log.record(event, by=by, about=log.Ref("review", review.code), at=at, chain=group.organisation.code)
