"""Letting others read a copy of one's words, changing the step, and taking it back.

Every step that shows more to anybody needs two acts, looking and then saying so (see `looking`), and for ten minutes
nobody sees it. Every step that shows less holds at once. Nobody is asked why, and nobody is told.

What is shared without a name leaves no entry in the record that is never erased: the entry would be the name.
"""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.lib.codes import digest
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.sharing import handfuls, looking, nudges
from kindcircle.rooms.sharing.errors import CanBeRead, LookFirst, NotOpen, NoWords, TooLong, WasTakenBack
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.sharing.wording import seal_words, words_of
from kindcircle.spec.ladder import UNDO, Step, in_force, meanwhile, widens

LONGEST = 2000
BY_NAME = (Step.LEADERS, Step.NAMED)


def tidy(words: str) -> str:
    """The words as they will stand there. Raises NoWords, TooLong."""
    said = words.strip().replace("\r\n", "\n").replace("\0", "")
    if not said:
        raise NoWords
    if len(said) > LONGEST:
        raise TooLong(LONGEST)
    return said


def share(
    *,
    words: str,
    step: Step,
    source: log.Ref,
    group: Group,
    author: User,
    client_key: str,
    looked: str,
    by: Actor,
    at: datetime,
) -> Share:
    """Let others read these words, ten minutes from now. The same form sent twice is one.

    looked  the proof from the page that named the readers. Raises NoWords, TooLong, LookFirst, NotOpen.
    """
    require(by, Permission.SHARE_MAKE, group)
    require(by, Permission.IN_OWN_NAME, author)
    said, key = tidy(words), digest(f"{author.code} {client_key}")
    with transaction.atomic():
        group = hold(group)
        if kept := Share.objects.filter(client_key=key).first():
            return kept
        _open(group)
        if not looking.was_looked_at(looked, words=said, step=step, group=group, author=author, key=client_key, at=at):
            raise LookFirst
        row = Share(
            author=author,
            group=group,
            source_kind=source.kind,
            source_code=source.code,
            client_key=key,
            step=step,
            since=at,
            seen_from=at + UNDO,
            review=_review(group, step),
        )
        seal_words(row, said)
        row.save(force_insert=True)
        if step in BY_NAME:
            record(Event.WORDS_SHARED, row, by=by, at=at, reason=step)
    return row


def move(*, share: Share, step: Step, looked: str, by: Actor, at: datetime) -> Share:
    """Another step for words that are shared. What shows less holds at once; what shows more needs a look before.

    Raises LookFirst, NotOpen, WasTakenBack.
    """
    require(by, Permission.SHARE_OWN, share)
    with transaction.atomic():
        group = hold(share.group)
        row = _again(share)
        now = standing(row, at)
        came_back = row.review == Share.Review.GIVEN_BACK  # and can be shared again as it is
        if step == row.step and (now == step or row.before == now) and not came_back:
            return row
        more, said = widens(now, step), words_of(row, row.author)
        if more:
            _open(group)
            if not looking.was_looked_at(
                looked, words=said, step=step, group=group, author=row.author, key=row.code, at=at
            ):
                raise LookFirst
        # Whatever it showed, or was about to show, and from now on does not.
        less = widens(step, now) or widens(step, row.step)
        told = handfuls.had_its_name(row, at)
        row.before, row.step = meanwhile(now, step) if more else step, step
        row.seen_from = at + UNDO if more else at
        row.review, row.reviewed_at, row.sealed_line = _review(group, step) if more else "", None, b""
        if more:
            row.since = at
        seal_words(row, said)
        _keep_step(row, told=told)
        if standing(row, at) != Step.UNNAMED:
            handfuls.take_out(row, at=at)
        if now == Step.NAMED or (now == Step.LEADERS and step == Step.UNNAMED):
            record(Event.WORDS_UNSHARED, row, by=by, at=at, reason=now)
        if step in BY_NAME:
            record(Event.WORDS_SHARED, row, by=by, at=at, reason=step)
        else:
            nudges.settle(row, at=at)
        if less:
            _note_narrowed(row, at=at)
    return row


class Undone(StrEnum):
    """Who may have read the words that did not go."""

    BY_NOBODY = "by-nobody"
    AS_BEFORE = "as-before"  # whoever could read them before the step still can
    BEFORE = "before"  # at an earlier step; they are their writer's alone from now on


def undo(*, share: Share, by: Actor, at: datetime) -> Undone:
    """It has not gone yet, and it does not go: nobody sees more of it than before. Later it is taken back instead.

    Raises CanBeRead once the ten minutes are over, also where somebody has to let it in first: they may have read it.
    """
    require(by, Permission.SHARE_OWN, share)
    with transaction.atomic():
        hold(share.group)
        row = _again(share)
        if at >= row.seen_from:
            raise CanBeRead
        if not row.before:
            was_read = row.known or bool(row.company) or row.handful_id is not None
            remove(row, by=by, at=at)
            return Undone.BEFORE if was_read else Undone.BY_NOBODY
        stand_at(row, row.before, at=at)
        if row.step not in BY_NAME:
            record(Event.WORDS_UNSHARED, row, by=by, at=at, reason=Step.NAMED)
        _note_narrowed(row, at=at)
    return Undone.AS_BEFORE


def take_back(*, share: Share, by: Actor, at: datetime) -> None:
    """Mine alone again, from this moment, on every screen. What was read cannot be unread. Twice is once."""
    require(by, Permission.SHARE_OWN, share)
    with transaction.atomic():
        hold(share.group)
        row = Share.objects.select_related("author", "group__organisation").filter(pk=share.pk).first()
        if row is not None:
            remove(row, by=by, at=at)


def stand_at(row: Share, step: str, *, at: datetime) -> None:
    """No more than this step from now on, at once and whoever looked at it before. Inside a transaction."""
    said = words_of(row, row.author)
    told = handfuls.had_its_name(row, at)
    row.step, row.before, row.seen_from, row.review, row.reviewed_at, row.sealed_line = step, step, at, "", None, b""
    seal_words(row, said)
    _keep_step(row, told=told)


STEP_FIELDS = ["step", "before", "since", "seen_from", "review", "reviewed_at", "sealed_line", "sealed_words"]


def _keep_step(row: Share, *, told: bool) -> None:
    # What becomes known of this page in another group at this moment stays known: it is only ever written as so.
    row.known = row.known or told
    row.save(update_fields=[*STEP_FIELDS, "known"] if told else STEP_FIELDS)


def standing(row: Share, at: datetime) -> str:
    """The step that counts at this moment; empty while nobody but its writer sees it."""
    let_in = row.review in (Share.Review.NONE, Share.Review.LET_IN)
    return in_force(row.step, row.before, seen_from=row.seen_from, let_in=let_in, at=at)


def hold(group: Group) -> Group:
    """Who shares, takes back, lets in and gathers in one group waits for the others. Inside a transaction."""
    rows = Group.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("organisation").get(pk=group.pk)


def _again(share: Share) -> Share:
    row = Share.objects.select_related("author", "group__organisation").filter(pk=share.pk).first()
    if row is None:
        raise WasTakenBack
    return row


def _open(group: Group) -> None:
    if group.state == Group.State.FINISHED:
        raise NotOpen


def _review(group: Group, step: str) -> str:
    return Share.Review.WAITS if step != Step.LEADERS and looking.reviews(group) else Share.Review.NONE


def remove(row: Share, *, by: Actor, at: datetime) -> None:
    """The copy goes, from its handful too. For the room's own code, which holds the group."""
    handfuls.remember(row, at=at)
    handfuls.take_out(row, at=at)
    nudges.settle(row, at=at)
    if {row.step, row.before} & set(BY_NAME):
        record(Event.WORDS_UNSHARED, row, by=by, at=at, reason=row.step)
    erased.note(erased.ROW, label="sharing.Share", code=row.code, at=at)
    row.delete()


def _note_narrowed(row: Share, *, at: datetime) -> None:
    """So that an old copy of the database does not put it before anybody again."""
    erased.note(erased.NARROWED, label="sharing.Share", code=row.code, step=row.step, at=at)


def record(event: Event, row: Share, *, by: Actor, at: datetime, reason: str) -> None:
    """Leave a trace for the writer to see. Never of what had no name."""
    about, chain = log.Ref("shared", row.code), row.group.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=row.author.code, reason=reason)
