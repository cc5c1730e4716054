"""Writing to those who lead a group, and their answers. Sealed under the member's own key; nothing scans it."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.base.vault.instead import Instead, or_instead
from kindcircle.rooms.conversations.errors import (
    NewWords,
    NobodyLeads,
    NothingWritten,
    ReasonMissing,
    SentBefore,
    StepTaken,
    TooLong,
)
from kindcircle.rooms.conversations.models import Conversation, Message, Phrase
from kindcircle.rooms.conversations.queries import MESSAGE, conversation_of, conversations, late_ones, own_key
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.safety.actions import raise_alert
from kindcircle.rooms.safety.models import Alert

LONGEST = 5_000
RING_RULE = "message-please-ring"


@dataclass(frozen=True, slots=True)
class Said:
    """One message, opened."""

    code: str
    at: datetime
    who: str
    from_member: bool
    text: str
    phrase: str
    please_ring: bool
    opened: bool


def write(
    *, place: Membership, text: str = "", phrase: str = "", please_ring: bool = False, client_key: str, by: Actor,
    at: datetime, heading: str = "",
) -> Message:  # fmt: skip
    """Send words to those who lead, from a member's own place. The same key again is the same message.

    please_ring asks to be rung: one alert, in the same transaction; none while an earlier such call is still unseen.
    heading  our own line above their words, which says what they are about; it takes no letters away from them
    Raises NothingWritten, TooLong, NobodyLeads, SentBefore.
    """
    require(by, Permission.MESSAGE_WRITE, place)
    text = text.strip()
    if phrase not in ("", *Phrase.values) or not (text or phrase or please_ring or heading):
        raise NothingWritten
    if len(text) > LONGEST:
        raise TooLong(LONGEST)
    text = "\n\n".join(words for words in (heading, text) if words)
    member, group = place.user, place.group
    with transaction.atomic():
        # One at a time for each person, so that two requests of theirs never decide at once.
        User.objects.select_for_update(no_key=True).get(pk=member.pk)
        kept = _kept(member, client_key)
        if kept is not None:
            if kept.conversation.group_id != group.pk or kept.please_ring != please_ring:
                raise SentBefore
            return _same(kept, text, phrase)
        leading = _leading(group)
        if not leading:
            raise NobodyLeads
        Conversation.objects.get_or_create(group=group, member=member)
        row = _locked(conversations().get(group=group, member=member))
        message = _say(row, member, text, phrase, please_ring=please_ring, client_key=client_key, at=at)
        if row.waiting_since is None:
            row.waiting_since = at
        row.settled_at, row.settled_by, row.settled_reason = None, None, ""
        row.save(update_fields=["waiting_since", "settled_at", "settled_by", "settled_reason"])
        _record(Event.MESSAGE_SENT, row, by=by, at=at)
        if please_ring and not _call_unseen(row):
            raise_alert(
                member=member, group=group, gathering=None, level=Alert.Level.CONTACT, rules=[RING_RULE],
                source=log.Ref(MESSAGE, message.code), at=at,
            )  # fmt: skip
        if phrase == Phrase.CANNOT_COME:
            groups.say_away(place=place, by=by, at=at)
        _tell(leading, row, from_member=True, at=at)
    return message


def write_first(*, place: Membership, text: str, client_key: str, by: Actor, at: datetime) -> Message:
    """Those who lead write to a member without being asked. What the member wrote before goes on waiting.

    The same key again is the same message. Raises NothingWritten, TooLong, SentBefore.
    """
    require(by, Permission.CONVERSATION_ANSWER, place)
    text = _worded(text)
    with transaction.atomic():
        author = User.objects.select_for_update(no_key=True).get(code=by.code)
        kept = _kept(author, client_key)
        if kept is not None:
            return _same(kept, text, "")
        Conversation.objects.get_or_create(group=place.group, member=place.user)
        row = _locked(conversations().get(group=place.group, member=place.user))
        message = _say(row, author, text, "", please_ring=False, client_key=client_key, at=at)
        _record(Event.MESSAGE_ANSWERED, row, by=by, at=at)
        _tell([row.member], row, from_member=False, at=at)
    return message


def answer(*, conversation: Conversation, text: str, seen: str, client_key: str, by: Actor, at: datetime) -> Message:
    """Write back. `seen` is the last message on the page: what came after it still waits.

    The same key again is the same answer. Raises NothingWritten, TooLong, SentBefore.
    """
    require(by, Permission.CONVERSATION_ANSWER, conversation)
    text = _worded(text)
    with transaction.atomic():
        author = User.objects.select_for_update(no_key=True).get(code=by.code)
        kept = _kept(author, client_key)
        if kept is not None:
            if kept.conversation_id != conversation.pk:
                raise SentBefore
            return _same(kept, text, "")
        row = _locked(conversation)
        message = _say(row, author, text, "", please_ring=False, client_key=client_key, at=at)
        row.settled_at, row.settled_by, row.settled_reason = None, None, ""
        row.save(update_fields=["settled_at", "settled_by", "settled_reason"])
        _answered(row, seen)
        _record(Event.MESSAGE_ANSWERED, row, by=by, at=at)
        _tell([row.member], row, from_member=False, at=at)
    return message


def settle(*, conversation: Conversation, reason: str, seen: str, by: Actor, at: datetime) -> None:
    """No written answer is needed, and this is why. Raises ReasonMissing, StepTaken, NewWords."""
    require(by, Permission.CONVERSATION_ANSWER, conversation)
    if reason not in Conversation.Reason.values:
        raise ReasonMissing
    with transaction.atomic():
        row = _locked(conversation)
        if row.waiting_since is None:
            raise StepTaken
        _answered(row, seen)
        if row.waiting_since is not None:
            raise NewWords
        row.settled_at, row.settled_by_id, row.settled_reason = at, by.user_id, reason
        row.save(update_fields=["settled_at", "settled_by", "settled_reason"])
        _record(Event.MESSAGE_SETTLED, row, by=by, at=at, reason=reason)


def open_for_those_who_lead(*, conversation: Conversation, by: Actor, at: datetime) -> list[Said]:
    """Everything that was said, oldest first. Opening it leaves a trace, and the member sees that it was read."""
    require(by, Permission.CONVERSATION_ANSWER, conversation)
    with transaction.atomic():
        _record(Event.MESSAGES_OPENED, conversation, by=by, at=at)
        return _open(conversation, from_member=True)


def open_own(*, place: Membership, by: Actor, at: datetime | None = None, instead: Instead | None = None) -> list[Said]:
    """One's own conversation from this place, oldest first; empty before the first word.

    at: it is read at this moment, and a mail that still waits to say so is not sent any more.
    instead: what is said where one does not open; without it, nothing is shown.
    """
    require(by, Permission.CONVERSATION_SEE, place)
    row = conversation_of(place)
    if row is None:
        return []
    with transaction.atomic():
        if at is not None:
            queue.take_back("something-waiting", to=row.member, about=_ref(row), at=at)
        return _open(row, from_member=False, instead=instead)


def tell_of_late(*, at: datetime) -> int:
    """Tell the backup of each conversation that waits longer than was promised, once. Returns how many were told of.

    Where the backup no longer leads the group, everyone who does is told. One that cannot be told of never holds up
    the others; its error comes after them.
    """
    told = 0
    broken: Exception | None = None
    for row in late_ones(conversations().filter(waiting_since__isnull=False, late_told_at=None), at=at):
        try:
            told += _tell_of_late(row, at=at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return told


def _tell_of_late(conversation: Conversation, *, at: datetime) -> int:
    leading = _leading(conversation.group)
    backup = [one for one in leading if one.pk == conversation.group.alerts_backup_id]
    with transaction.atomic():
        row = _locked(conversation)
        if row.waiting_since is None or row.late_told_at is not None or not leading:
            return 0
        row.late_told_at = at
        row.save(update_fields=["late_told_at"])
        once = f"late:{row.code}:{int(row.waiting_since.timestamp())}"
        for person in backup or leading:
            queue.enqueue("staff-please-look", to=person, about=_ref(row), once=once, at=at)
        _record(Event.MESSAGE_WAITED_LONG, row, by=SYSTEM, at=at)
    return 1


def _say(
    row: Conversation, author: User, text: str, phrase: str, *, please_ring: bool, client_key: str, at: datetime
) -> Message:
    message = Message(
        conversation=row,
        author=author,
        from_member=author.pk == row.member_id,
        please_ring=please_ring,
        client_key=own_key(author, client_key),
        at=at,
    )
    words = json.dumps({"text": text, "phrase": phrase}, ensure_ascii=False)
    message.sealed_words = seals.MESSAGE.seal(words, code=message.code, holder=row.member)
    message.save(force_insert=True)
    return message


def _words(message: Message, member: User) -> tuple[str, str | None]:
    words = json.loads(seals.MESSAGE.open(message.sealed_words, code=message.code, holder=member))
    return words["text"], words["phrase"]


def _closed(instead: Instead, problem: CannotOpen) -> tuple[str, None]:
    return instead(problem), None


def _open(row: Conversation, *, from_member: bool, instead: Instead | None = None) -> list[Said]:
    """The whole conversation, opened; what came from that side is open from now on."""
    messages = list(Message.objects.filter(conversation=row).select_related("author").order_by("pk"))
    names = seals.names_of(list({message.author for message in messages}), instead=instead)
    said, closed = [], set[int]()
    closes = None if instead is None else partial(_closed, instead)
    for message in messages:
        text, phrase = or_instead(partial(_words, message, row.member), closes)
        if phrase is None:
            closed.add(message.pk)
        said.append(
            Said(
                code=message.code,
                at=message.at,
                who=names[message.author_id],
                from_member=message.from_member,
                text=text,
                phrase=str(Phrase(phrase).label) if phrase else "",
                please_ring=message.please_ring,
                opened=message.opened,
            )
        )
    # Only what was shown: something may have come in between.
    shown = Message.objects.filter(pk__in={message.pk for message in messages} - closed)
    shown.filter(from_member=from_member, opened=False).update(opened=True)
    return said


def _answered(row: Conversation, seen: str) -> None:
    """What the page showed no longer waits. What the member wrote after it does; without a page, all of it does."""
    upto = Message.objects.filter(conversation=row, code=seen).first()
    if row.waiting_since is None or upto is None:
        return
    later = Message.objects.filter(conversation=row, from_member=True, pk__gt=upto.pk).order_by("pk").first()
    if later is not None and later.at < row.waiting_since:
        return  # an old page, that shows less than was already answered
    row.waiting_since = later.at if later is not None else None
    row.late_told_at = None
    row.save(update_fields=["waiting_since", "late_told_at"])


def _tell(people: list[User], row: Conversation, *, from_member: bool, at: datetime) -> None:
    """One neutral message to each, and no further one until the other side has opened what waits."""
    first = Message.objects.filter(conversation=row, from_member=from_member, opened=False).order_by("pk")[0]
    for person in people:
        queue.enqueue("something-waiting", to=person, about=_ref(row), once=first.code, at=at)


def _call_unseen(row: Conversation) -> bool:
    """Whether an earlier wish of this member to be rung still waits to be seen."""
    calls = Message.objects.filter(conversation=row, please_ring=True).values("code")
    return Alert.objects.filter(source_kind=MESSAGE, source_code__in=calls, seen_at=None, closed_at=None).exists()


def _kept(author: User, client_key: str) -> Message | None:
    rows = Message.objects.select_related("conversation__member")
    return rows.filter(client_key=own_key(author, client_key)).first()


def _same(kept: Message, text: str, phrase: str) -> Message:
    """The message this key sent before, if it said the same."""
    if _words(kept, kept.conversation.member) != (text, phrase):
        raise SentBefore
    return kept


def _leading(group: Group) -> list[User]:
    return [place.user for place in present_places(group, Membership.Role.FACILITATOR) if place.user.is_active]


def _locked(conversation: Conversation) -> Conversation:
    return conversations().select_for_update(of=("self",), no_key=True).get(pk=conversation.pk)


def _ref(row: Conversation) -> log.Ref:
    return log.Ref("conversation", row.code)


def _worded(text: str) -> str:
    """What those who lead wrote, without the blanks around it. Raises NothingWritten, TooLong."""
    text = text.strip()
    if not text:
        raise NothingWritten
    if len(text) > LONGEST:
        raise TooLong(LONGEST)
    return text


def _record(event: Event, row: Conversation, *, by: Actor, at: datetime, reason: str = "") -> None:
    log.record(
        event, by=by, about=_ref(row), at=at, chain=row.group.organisation.code, concerns=row.member.code, reason=reason
    )
