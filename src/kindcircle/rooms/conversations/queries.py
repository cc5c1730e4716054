"""Reading conversations: who waits, since when, and who reads. No words are opened here; see `actions`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.codes import digest
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.conversations.models import Conversation, Message
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.queries import staffed_hours
from kindcircle.rooms.safety.staffed import StaffedHours, end_of_next_shift

WORKING_DAYS = 2
"""Within so many of them an answer comes."""

MESSAGE = "message"
"""What an alert calls its source when somebody asked in a message to be rung."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What a member may know before writing: who reads it, when somebody is there, and by when an answer comes."""

    who: tuple[str, ...]
    hours: StaffedHours
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation in a list. `answered_by` is who of those who lead spoke last; empty while it waits."""

    conversation: Conversation
    name: str
    late: bool
    answered_by: str
    last_at: datetime


def member_places() -> QuerySet[Membership]:
    """Every place of a member, present or left, with all that writing from it needs."""
    return Membership.objects.filter(role=Membership.Role.MEMBER).select_related("user", "group__organisation")


def conversations() -> QuerySet[Conversation]:
    """Conversations with all that opening one needs."""
    return Conversation.objects.select_related("member", "group__organisation", "group__alerts_backup", "settled_by")


def places_to_write_from(actor: Actor) -> list[Membership]:
    """Somebody's places: those they hold now, and those they left and wrote from. Present ones first."""
    wrote = Conversation.objects.filter(group=OuterRef("group"), member=OuterRef("user"))
    mine = member_places().filter(Q(left_at=None) | Exists(wrote), user__code=actor.code)
    return sorted(mine, key=lambda place: (place.left_at is not None, -place.pk))


def readers_of(group: Group, *, at: datetime) -> Readers:
    """Who would read a message to those who lead this group, if it were written now."""
    leading = [place.user for place in present_places(group, Membership.Role.FACILITATOR)]
    names = seals.names_of(leading)
    hours = staffed_hours(group.organisation)
    return Readers(tuple(names[one.pk] for one in leading), hours, end_of_next_shift(hours, at, WORKING_DAYS))


def conversation_of(place: Membership) -> Conversation | None:
    """What was said from this place; None before the first word."""
    return conversations().filter(group=place.group, member=place.user).first()


def open_call(conversation: Conversation) -> Alert | None:
    """The latest wish of the member to be rung, as long as it is not closed."""
    calls = Message.objects.filter(conversation=conversation, please_ring=True).values("code")
    rows = Alert.objects.filter(source_kind=MESSAGE, source_code__in=calls)
    return rows.filter(closed_at=None).order_by("-raised_at").first()


def answers_that_wait(actor: Actor) -> QuerySet[Message]:
    """Words from those who lead that this member has not opened yet."""
    return Message.objects.filter(conversation__member_id=actor.user_id, from_member=False, opened=False)


def list_for(actor: Actor, *, at: datetime) -> list[Line]:
    """The conversations of the groups somebody leads: those that wait, the longest first, then the others."""
    require(actor, Permission.CONVERSATION_LIST)
    rows = list(conversations().filter(group_id__in=actor.facilitates))
    last = {
        message.conversation_id: message
        for message in Message.objects.filter(conversation__in=rows).select_related("author").order_by("pk")
    }
    people = [row.member for row in rows] + [row.settled_by for row in rows if row.settled_by]
    names = seals.names_of(list({*people, *(message.author for message in last.values())}))
    late = {row.pk for row in late_ones(rows, at=at)}

    def line(row: Conversation) -> Line:
        said = last[row.pk]
        answered_by = "" if row.waiting_since else names[row.settled_by_id or said.author_id]
        return Line(row, names[row.member_id], row.pk in late, answered_by, row.settled_at or said.at)

    waiting = sorted((row for row in rows if row.waiting_since), key=lambda row: (row.waiting_since, row.pk))
    others = sorted((line(row) for row in rows if not row.waiting_since), key=lambda one: one.last_at, reverse=True)
    return [line(row) for row in waiting] + others


def waiting_in(groups: Sequence[Group], *, at: datetime) -> dict[int, tuple[int, int]]:
    """By group id, how many conversations wait, and how many of them longer than was promised."""
    rows = list(conversations().filter(group__in=groups, waiting_since__isnull=False))
    waiting, late = (Counter(row.group_id for row in some) for some in (rows, late_ones(rows, at=at)))
    return {group.pk: (waiting[group.pk], late[group.pk]) for group in groups}


def late_ones(rows: Iterable[Conversation], *, at: datetime) -> list[Conversation]:
    """Those that wait longer than two working days. One query for each organisation."""
    hours: dict[Organisation, StaffedHours] = {}
    late = []
    for row in rows:
        if row.waiting_since is None:
            continue
        house = row.group.organisation
        if house not in hours:
            hours[house] = staffed_hours(house)
        if end_of_next_shift(hours[house], row.waiting_since, WORKING_DAYS) <= at:
            late.append(row)
    return late


def was_sent_from(author: User, page: str) -> bool:
    """Whether this open page (its form's key) has sent its words."""
    return Message.objects.filter(client_key=own_key(author, page)).exists()


def own_key(author: User, key: str) -> str:
    """A key as it is stored: nobody's key can ever meet somebody else's."""
    return digest(f"{author.code} {key}")
