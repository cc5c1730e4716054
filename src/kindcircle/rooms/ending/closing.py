"""Parting words: lines that somebody keeps, words left for those who would like some, and letters from those who lead.

What one member writes for another passes those who lead first: nothing that hurts arrives at a goodbye.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.lib.codes import digest
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.base.vault.instead import Instead, or_instead
from kindcircle.rooms.ending.errors import ALittleLong, DoesNotReceive, GivenAlready, NothingSaid, NotNow
from kindcircle.rooms.ending.finishing import may_finish, meetings_left, months_on
from kindcircle.rooms.ending.models import ClosingLetter, Ending, KeptLine, Parting
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.spec.dates import wall_clock
from kindcircle.spec.texts import pinned_handout

LONGEST_LINE = 400
LONGEST_LETTER = 6000
LETTER_TO_ALL = "closing-letter-to-the-group"
State = KeptLine.State


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line as its reader sees it. `author` is a name, or "" where it is the reader's own."""

    line: KeptLine
    words: str
    author: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A closing letter as it is read or written on. `given` is when it reached its readers, or None for a draft."""

    words: str
    given: datetime | None


def is_open(group: Group) -> bool:
    """Whether there is a closing page: from the time when the end is spoken of until the group's words have gone."""
    if group.state == Group.State.FINISHED:
        return not Ending.objects.filter(group=group, space_gone_at__isnull=False).exists()
    # After the last meeting nothing is left, and somebody has still to say that the group is over.
    return meetings_left(group) is not None or may_finish(group)


def own_place(group: Group, *, by: Actor) -> Membership | None:
    """This person's own place in the group."""
    rows = Membership.objects.filter(group=group, user__code=by.code, left_at=None, role=Membership.Role.MEMBER)
    return rows.select_related("user", "group__organisation").first()


def receives(place: Membership) -> bool:
    """Whether this person would like words from others. No, until they say yes."""
    return Parting.objects.filter(place=place, receives=True).exists()


def say_receives(*, place: Membership, wish: bool, by: Actor, at: datetime) -> None:
    """Somebody would like words from others, or would rather not; changed as often as they like."""
    require(by, Permission.ENDING_SEE, place.group)
    require(by, Permission.IN_OWN_NAME, place)
    Parting.objects.update_or_create(place=place, defaults={"receives": wish, "said_at": at})


def who_receives(group: Group) -> list[Membership]:
    """Those present members who said that they would like words from others, in seat order."""
    return list(present_places(group).filter(parting__receives=True))


def write_line(*, to: Membership, text: str, client_key: str, author: User, by: Actor, at: datetime) -> KeptLine:
    """A few words to keep: for oneself, for another member, or from one of those who lead.

    Another member's words wait until one of those who lead hands them on. The same form sent twice is one line.
    Raises NothingSaid, ALittleLong, DoesNotReceive, NotNow.
    """
    leads = to.group_id in by.facilitates
    require(by, Permission.ENDING_KEEP if leads else Permission.ENDING_SEE, to.group)
    require(by, Permission.IN_OWN_NAME, author)
    words = text.strip()
    if not words:
        raise NothingSaid
    if len(words) > LONGEST_LINE:
        raise ALittleLong(LONGEST_LINE)
    own = to.user_id == author.pk
    key = digest(f"{author.code} {client_key}")
    with transaction.atomic():
        place = Membership.objects.select_for_update(of=("self",), no_key=True)
        to = place.select_related("user", "group__organisation").get(pk=to.pk)
        if kept := KeptLine.objects.filter(client_key=key).first():
            return kept
        if not is_open(to.group) or to.left_at is not None:
            raise NotNow
        if not own and not receives(to):
            raise DoesNotReceive
        line = KeptLine(
            to=to,
            author=author,
            state=State.GIVEN if own or leads else State.WAITING,
            client_key=key,
            written_at=at,
        )
        line.sealed_line = seals.KEPT_LINE.seal(words, code=line.code, holder=to.user)
        line.save(force_insert=True)
        _record(Event.KEPT_LINE_WRITTEN, log.Ref("kept-line", line.code), to.group, by, at)
    return line


def decide_line(*, line: KeptLine, give: bool, by: Actor, at: datetime) -> None:
    """One of those who lead hands a member's words on, or sets them aside. Raises NotNow when that was done already."""
    require(by, Permission.ENDING_KEEP, line)
    with transaction.atomic():
        wanted = State.GIVEN if give else State.SET_ASIDE
        if not KeptLine.objects.filter(pk=line.pk, state=State.WAITING).update(state=wanted):
            raise NotNow
        about = log.Ref("kept-line", line.code)
        _record(Event.KEPT_LINE_DECIDED, about, line.to.group, by, at, reason=str(wanted))


def remove_line(*, line: KeptLine, by: Actor, at: datetime) -> None:
    """Whoever it was for would rather not have it: it is gone. Twice is once."""
    require(by, Permission.KEPT_LINE_REMOVE, line)
    with transaction.atomic():
        if KeptLine.objects.filter(pk=line.pk).delete()[0]:
            erased.note(erased.ROW, label=KeptLine._meta.label, code=line.code, at=at)


def lines_for(place: Membership, *, by: Actor, instead: Instead | None = None) -> list[OpenLine]:
    """Everything on somebody's own closing page, their own lines first. instead: said where one does not open."""
    require(by, Permission.IN_OWN_NAME, place)
    rows = list(
        KeptLine.objects.filter(to=place, state=State.GIVEN).select_related("author", "to__user").order_by("pk")
    )
    names = seals.names_of(list({row.author for row in rows}), instead=instead)
    found = [
        OpenLine(
            row,
            or_instead(partial(_words, row), instead),
            "" if row.author_id == place.user_id else names[row.author_id],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: bool(one.author))


def lines_that_wait(group: Group, *, by: Actor, at: datetime) -> list[OpenLine]:
    """What members wrote for one another and nobody has handed on yet. Each author sees who looked."""
    require(by, Permission.ENDING_KEEP, group)
    rows = list(
        KeptLine.objects.filter(to__group=group, state=State.WAITING)
        .select_related("author", "to__user")
        .order_by("written_at", "pk")
    )
    names = seals.names_of(list({person for row in rows for person in (row.author, row.to.user)}))
    for row in rows:
        about, chain = log.Ref("kept-line", row.code), group.organisation.code
        log.record(Event.KEPT_LINE_OPENED, by=by, about=about, at=at, chain=chain, concerns=row.author.code)
    return [OpenLine(row, _words(row), names[row.author_id], names[row.to.user_id]) for row in rows]


def draft_to_all(group: Group, *, by: Actor) -> str:
    """The letter to the whole group as it is begun: our words with what we know filled in, one gap left to a person."""
    require(by, Permission.ENDING_KEEP, group)
    later = months_on(group)
    leading = [place.user for place in present_places(group, Membership.Role.FACILITATOR)]
    names = seals.names_of(leading)
    values: Mapping[str, str] = {
        "group": group.name,
        "something_we_saw": gap(),
        "forms_by": _("a week after our last meeting"),
        "return_day": _day(later.gathering.starts_at, group) if later else _("a day in about three months"),
        "reach_us": _("Write to us from your page."),
        "guides": _(" and ").join(names[person.pk] for person in leading),
    }
    return pinned_handout(LETTER_TO_ALL).fill(values)


def gap() -> str:
    """What stands in a draft where only a person knows the words. No letter goes out with it."""
    return _("[Here is room for one true thing that you saw in this group.]")


def letter_to(group: Group, to: Membership | None, *, by: Actor) -> Letter | None:
    """A letter of those who lead as it stands, draft or given."""
    require(by, Permission.ENDING_KEEP, group)
    row = _letters(group).filter(to=to).first()
    return None if row is None else Letter(_letter_words(row), row.given_at)


def letters_for(place: Membership, *, by: Actor, instead: Instead | None = None) -> list[Letter]:
    """The letters that reached this member: to them alone, and to the whole group."""
    require(by, Permission.ENDING_SEE, place.group)
    require(by, Permission.IN_OWN_NAME, place)
    rows = _letters(place.group).exclude(given_at=None)
    mine = [*rows.filter(to=place), *rows.filter(to=None)]
    return [Letter(or_instead(partial(_letter_words, row), instead), row.given_at) for row in mine]


def save_letter(
    *, group: Group, to: Membership | None, text: str, give: bool, by: Actor, at: datetime
) -> ClosingLetter:
    """Keep a letter as a draft, or give it. Once given it stays as it is.

    Raises NothingSaid (also while the gap of the draft stands in it), ALittleLong, GivenAlready, NotNow.
    """
    require(by, Permission.ENDING_KEEP, group)
    words = text.strip()
    if not words or (give and gap() in words):
        raise NothingSaid
    if len(words) > LONGEST_LETTER:
        raise ALittleLong(LONGEST_LETTER)
    with transaction.atomic():
        group = (
            Group.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=group.pk)
        )
        if not is_open(group):
            raise NotNow
        row = _letters(group).filter(to=to).first() or ClosingLetter(group=group, to=to)
        if row.given_at is not None:
            raise GivenAlready
        row.sealed_words = seals.CLOSING_LETTER.seal(words, code=row.code, holder=_holder(row))
        row.written_by_id, row.written_at = by.user_id, at  # type: ignore[assignment]  # nobody unsigned leads
        row.given_at = at if give else None
        row.save()
        if give:
            about = log.Ref("closing-letter", row.code)
            for reader in [to] if to else present_places(group):
                queue.enqueue("something-waiting", to=reader.user, about=about, once=row.code, at=at)
            _record(Event.CLOSING_LETTER_GIVEN, about, group, by, at)
    return row


def _letters(group: Group):  # type: ignore[no-untyped-def]
    return ClosingLetter.objects.filter(group=group).select_related("to__user", "group__organisation")


def _holder(row: ClosingLetter) -> User | Organisation:
    return row.to.user if row.to else row.group.organisation


def _letter_words(row: ClosingLetter) -> str:
    return seals.CLOSING_LETTER.open(row.sealed_words, code=row.code, holder=_holder(row))


def _words(row: KeptLine) -> str:
    return seals.KEPT_LINE.open(row.sealed_line, code=row.code, holder=row.to.user)


def _day(at: datetime, group: Group) -> str:
    return date_format(wall_clock(at, group.zone), "l j F")


def _record(event: Event, about: log.Ref, group: Group, by: Actor, at: datetime, reason: str = "") -> None:
    log.record(event, by=by, about=about, at=at, chain=group.organisation.code, reason=reason)
