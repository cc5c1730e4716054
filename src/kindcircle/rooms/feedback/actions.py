"""Saying that something was talked about, on either side; and telling the group what was heard and what is done."""

import json
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.feedback.errors import (
    ALittleLong,
    EnoughLines,
    NotAsked,
    NothingTold,
    SayBoth,
    SomebodysOwnWords,
)
from kindcircle.rooms.feedback.models import HeardAndDone, MemberSaid, TalkedAbout
from kindcircle.rooms.feedback.queries import sheets_about, to_ask
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import places
from kindcircle.rooms.measures.reaching_out import once_for
from kindcircle.rooms.measures.taken import holds_words_of_a_member
from kindcircle.rooms.tasks.actions import settle_one, unsettle_one
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.naming import names_in

LONGEST = 240
LINES = 3
"""What people still read at the start of a meeting."""


def say_talked(*, gathering: Gathering, by: Actor, at: datetime, member: User | None = None) -> None:
    """What was told after this meeting was talked about: with the group, or with this one person. Twice is once.

    Talking with somebody is what was to be done about them, so that it is off the list. Raises NothingTold.
    """
    require(by, Permission.GATHERING_RECORD, gathering)
    told = sheets_about(gathering)
    if not (told if member is None else told.filter(assignment__member=member)).exists():
        raise NothingTold
    with transaction.atomic():
        Gathering.objects.select_for_update(no_key=True).only("pk").get(pk=gathering.pk)
        row = {"said_by_id": by.user_id, "said_at": at}
        _kept, new = TalkedAbout.objects.get_or_create(gathering=gathering, member=member, defaults=row)
        if new:
            _record(Event.FEEDBACK_TALKED, gathering, member, by=by, at=at)
        if member is not None:
            house, once = gathering.group.organisation, once_for(gathering, member)
            settle_one(Kind.REACH_OUT, organisation=house, once=once, at=at)


def take_talked_back(*, gathering: Gathering, by: Actor, at: datetime, member: User | None = None) -> None:
    """It was not talked about after all, or not yet."""
    require(by, Permission.GATHERING_RECORD, gathering)
    with transaction.atomic():
        if TalkedAbout.objects.filter(gathering=gathering, member=member).delete()[0]:
            _record(Event.FEEDBACK_NOT_TALKED, gathering, member, by=by, at=at)
            if member is not None:
                house, once = gathering.group.organisation, once_for(gathering, member)
                unsettle_one(Kind.REACH_OUT, organisation=house, once=once)


def ask(gathering: Gathering, *, member: User, at: datetime) -> None:
    """The question stood before this member's eyes. From then on they count as asked, whatever they say."""
    MemberSaid.objects.bulk_create([MemberSaid(gathering=gathering, member=member, asked_at=at)], ignore_conflicts=True)


def say(*, gathering: Gathering, answer: str, member: User, by: Actor, at: datetime) -> None:
    """A member says whether it was talked about. While the question stands, what they say last counts.

    Leaves no trace in the record: a line there would tell who answered. Raises NotAsked.
    """
    require(by, Permission.FEEDBACK_HEAR, gathering)
    require(by, Permission.IN_OWN_NAME, member)
    if answer not in MemberSaid.Answer.values or to_ask(gathering.group, member=member, at=at) != gathering:
        raise NotAsked
    with transaction.atomic():
        ask(gathering, member=member, at=at)
        rows = MemberSaid.objects.filter(gathering=gathering, member=member)
        rows.update(answer=answer, answered_at=at)


def tell_group(
    *, gathering: Gathering, heard: str, doing: str, agreed: bool, client_key: str, by: Actor, at: datetime
) -> HeardAndDone:
    """You said, we did: one line of what was heard after this meeting, one of what is done. Sent twice, it is one.

    agreed  whoever wrote the words that are used, or is named, has said yes to it
    Raises SayBoth, ALittleLong, EnoughLines, NothingTold, SomebodysOwnWords.
    """
    require(by, Permission.GATHERING_RECORD, gathering)
    heard, doing = " ".join(heard.split()), " ".join(doing.split())
    if not heard or not doing:
        raise SayBoth
    if max(len(heard), len(doing)) > LONGEST:
        raise ALittleLong(LONGEST)
    if gathering.state != Gathering.State.CLOSED:
        raise NothingTold
    if not agreed and _is_somebodys(f"{heard} . {doing}", gathering):
        raise SomebodysOwnWords
    house = gathering.group.organisation
    with transaction.atomic():
        Gathering.objects.select_for_update(no_key=True).only("pk").get(pk=gathering.pk)
        kept = HeardAndDone.objects.filter(written_by_id=by.user_id, client_key=client_key).first()
        if kept is not None:
            return kept
        if HeardAndDone.objects.filter(gathering=gathering).count() >= LINES:
            raise EnoughLines(LINES)
        row = HeardAndDone(
            gathering=gathering, written_at=at, client_key=client_key,
            written_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned leads a group
        )  # fmt: skip
        words = json.dumps([heard, doing], ensure_ascii=False)
        row.sealed_words = seals.HEARD_AND_DONE.seal(words, code=row.code, holder=house)
        row.save(force_insert=True)
        _record(Event.HEARD_AND_DONE_WRITTEN, gathering, None, by=by, at=at)
    return row


def take_line_back(*, gathering: Gathering, code: str, by: Actor, at: datetime) -> None:
    """The group no longer reads this line. Anybody who leads may do it, whoever wrote it."""
    require(by, Permission.GATHERING_RECORD, gathering)
    with transaction.atomic():
        if HeardAndDone.objects.filter(gathering=gathering, code=code).delete()[0]:
            _record(Event.HEARD_AND_DONE_TAKEN_BACK, gathering, None, by=by, at=at)
            erased.note(erased.ROW, label=HeardAndDone._meta.label, code=code, at=at)


def _is_somebodys(text: str, gathering: Gathering) -> bool:
    names = seals.names_of([place.user for place in places(gathering.group)])
    return bool(names_in(text, names.values())) or holds_words_of_a_member(text, gathering=gathering)


def _record(event: Event, gathering: Gathering, member: User | None, *, by: Actor, at: datetime) -> None:
    about, chain = log.Ref("gathering", gathering.code), gathering.group.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=member.code if member else "")
