"""Ten minutes of those who led, right after a meeting: signed lines, whom to get in touch with, what to change."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.errors import NotOpen
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.live.errors import SayWhat, SayWhomAndWhen
from kindcircle.rooms.live.models_debrief import Debrief, DebriefLine
from kindcircle.rooms.tasks.actions import raise_task, settle_one
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

LONGEST = 1500
FURTHEST = timedelta(days=60)
Part = DebriefLine.Part


@dataclass(frozen=True, slots=True)
class Line:
    """One line as those who lead read it. task: what waits because of it, for lines about getting in touch."""

    row: DebriefLine
    words: str
    by: str
    about: str = ""
    task: Task | None = None


def write_line(
    *,
    gathering: Gathering,
    part: str,
    words: str,
    client_key: str,
    by: Actor,
    at: datetime,
    member: User | None = None,
    owner: User | None = None,
    due_on: date | None = None,
) -> DebriefLine:
    """One line more, signed. Sent twice, it is one. About getting in touch, it is somebody's task with a day at once.

    member, owner, due_on   only for a line about getting in touch: with whom, who does it, by which day
    Raises NotOpen before the close, SayWhat, SayWhomAndWhen.
    """
    require(by, Permission.GATHERING_RECORD, gathering)
    group, contact = gathering.group, part == Part.CONTACT
    if part not in Part.values or len(words) > LONGEST or not (contact or words.strip()):
        raise SayWhat
    zone = ZoneInfo(group.zone)
    with transaction.atomic():
        now = Gathering.objects.select_for_update(of=("self",), no_key=True).get(pk=gathering.pk)
        if now.state != Gathering.State.CLOSED:
            raise NotOpen
        kept = DebriefLine.objects.filter(written_by_id=by.user_id, client_key=client_key).first()
        if kept is not None:
            return kept
        if contact:
            today = at.astimezone(zone).date()
            if member is None or owner is None or due_on is None or not today <= due_on <= today + FURTHEST:
                raise SayWhomAndWhen
            leading = present_places(group, Membership.Role.FACILITATOR).filter(user=owner)
            if not leading.exists() and owner.pk != by.user_id:
                raise NotFound
        line = DebriefLine(
            gathering=gathering, part=part, member=member if contact else None, written_at=at, client_key=client_key,
            written_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned leads a group
        )  # fmt: skip
        if words.strip():
            line.sealed_words = seals.DEBRIEF_LINE.seal(words.strip(), code=line.code, holder=_holder(line))
        line.save(force_insert=True)
        if contact:
            assert due_on is not None  # looked at above
            raise_task(
                Kind.DEBRIEF_CONTACT,
                organisation=group.organisation,
                about=log.Ref("gathering", gathering.code),
                once=line.code,
                due_at=datetime.combine(due_on + timedelta(days=1), time(), zone),
                at=at,
                group_id=group.pk,
                owner=owner,
                concerns=member,
            )
        _record(Event.DEBRIEF_LINE_WRITTEN, line, by=by, at=at)
    return line


def take_back(*, line: DebriefLine, by: Actor, at: datetime) -> None:
    """Take one's own line away, and with it what waits because of it. What somebody did about it stays done."""
    require(by, Permission.DEBRIEF_TAKE_BACK, line)
    with transaction.atomic():
        if not DebriefLine.objects.filter(pk=line.pk).delete()[0]:
            return
        organisation = line.gathering.group.organisation
        settle_one(Kind.DEBRIEF_CONTACT, organisation=organisation, once=line.code, at=at)
        _record(Event.DEBRIEF_LINE_TAKEN_BACK, line, by=by, at=at)
        erased.note(erased.ROW, label=DebriefLine._meta.label, code=line.code, at=at)


def say_done(*, gathering: Gathering, by: Actor, at: datetime) -> None:
    """This meeting is talked over. Twice is once. What is still open stays on the lists it is on. Raises NotOpen."""
    require(by, Permission.GATHERING_RECORD, gathering)
    with transaction.atomic():
        now = Gathering.objects.select_for_update(of=("self",), no_key=True).get(pk=gathering.pk)
        if now.state != Gathering.State.CLOSED:
            raise NotOpen
        if not Debrief.objects.filter(gathering=now).exists():
            me = User.objects.get(code=by.code)
            Debrief.objects.create(gathering=now, done_by=me, done_at=at)
            about, chain = log.Ref("gathering", gathering.code), gathering.group.organisation.code
            log.record(Event.DEBRIEF_DONE, by=by, about=about, at=at, chain=chain)


def done(gathering: Gathering) -> Debrief | None:
    """Who said that it is talked over, and when; None while nobody has."""
    return Debrief.objects.filter(gathering=gathering).select_related("done_by").first()


def lines_of(gathering: Gathering, *, by: Actor) -> list[Line]:
    """Everything that was written after this meeting, in the order it came."""
    require(by, Permission.GATHERING_RECORD, gathering)
    return _opened(gathering)


def to_change(gathering: Gathering, *, by: Actor) -> list[Line]:
    """What those who led the meeting before this one would do differently, for its run-sheet."""
    require(by, Permission.GATHERING_RECORD, gathering)
    earlier = Gathering.objects.filter(group=gathering.group_id, number__lt=gathering.number)
    before = (
        earlier.filter(state=Gathering.State.CLOSED).select_related("group__organisation").order_by("number").last()
    )
    return [line for line in _opened(before) if line.row.part == Part.CHANGE] if before else []


def _opened(gathering: Gathering) -> list[Line]:
    rows = list(
        DebriefLine.objects.filter(gathering=gathering)
        .select_related("written_by", "member")
        .order_by("written_at", "pk")
    )
    house = gathering.group.organisation
    keys = {f"{Kind.DEBRIEF_CONTACT}:{house.code}:{row.code}": row.code for row in rows if row.part == Part.CONTACT}
    tasks = {keys[task.once_key]: task for task in Task.objects.filter(once_key__in=keys).select_related("owner")}
    people = {person.pk: person for row in rows for person in (row.written_by, row.member) if person}
    names = seals.names_of(list(people.values()))
    return [
        Line(
            row,
            seals.DEBRIEF_LINE.open(row.sealed_words, code=row.code, holder=row.member or house)
            if row.sealed_words
            else "",
            names[row.written_by_id],
            names[row.member_id] if row.member_id else "",
            tasks.get(row.code),
        )
        for row in rows
    ]


def _holder(line: DebriefLine) -> User | Organisation:
    """Words about a person go when that person's key goes."""
    return line.member or line.gathering.group.organisation


def _record(event: Event, line: DebriefLine, *, by: Actor, at: datetime) -> None:
    about, chain = log.Ref("debrief-line", line.code), line.gathering.group.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=line.member.code if line.member else "")
