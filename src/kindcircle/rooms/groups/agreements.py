"""Reading what a group agreed on: the list as it stands, what changed, who said what to it, and when to read it out."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.base.vault import keys, seals
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.models_agreement import Agreement, AgreementAnswer, LineProposal, Repair
from kindcircle.rooms.groups.queries import present_places, programme_of
from kindcircle.spec.texts import pinned_handout

STARTER = "group-agreements@2"
"""The list every group begins with, in one fixed version."""

KEEPS_SAFE = frozenset(
    {"what-is-said-stays", "your-own-way", "contact-and-pictures", "private-space", "when-in-danger"}
)
"""Lines that a group may word in its own way and not leave out: privacy, passing, no pictures, help in danger."""

EMPHASIS = re.compile(r"\*([^*]+)\*")
Answer, State = AgreementAnswer.Answer, LineProposal.State


@dataclass(frozen=True, slots=True)
class Line:
    """One line. The id stays through its wordings."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The list as it stands. number and agreement: 0 and None while it is still the list that ships."""

    number: int
    lines: tuple[Line, ...]
    agreement: Agreement | None

    @property
    def confirmed_at(self) -> datetime | None:
        return self.agreement.confirmed_at if self.agreement else None

    def text_of(self, line: str) -> str:
        """The words of a line; empty when it is not in the list."""
        return next((one.text for one in self.lines if one.id == line), "")


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different: new lines, pairs of before and now, and lines left out."""

    new: tuple[Line, ...]
    worded: tuple[tuple[Line, Line], ...]
    left_out: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal, opened. about: the present words of the line it would change; empty for a new line."""

    code: str
    name: str
    line: str
    about: str
    text: str
    state: str
    answer: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """The names of present members by what they said to the present version."""

    agreed: tuple[str, ...]
    talk: tuple[str, ...]
    to_come: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The list as a meeting shows it. today: the one line to read out, or None when all are read."""

    standing: Standing
    today: Line | None


def starter() -> tuple[Line, ...]:
    """The lines a group begins with, as plain words: emphasis becomes quotation marks."""
    return tuple(Line(item.id, EMPHASIS.sub(r"“\1”", item.text)) for item in pinned_handout(STARTER).items)


def standing(group: Group) -> Standing:
    """The newest version, or the list that ships."""
    newest = Agreement.objects.filter(group=group).order_by("-number").first()
    if newest is None:
        return Standing(0, starter(), None)
    return Standing(newest.number, lines_of(newest, group), newest)


def agreement_of(group: Group, *, by: Actor) -> Standing:
    """The same, for its members and those who lead it."""
    require(by, Permission.AGREEMENT_READ, group)
    return standing(group)


def version_of(group: Group, number: int) -> Standing | None:
    """One version by its number, 0 being the list that ships; None when there is no such one."""
    if number == 0:
        return Standing(0, starter(), None)
    one = Agreement.objects.filter(group=group, number=number).first()
    return Standing(number, lines_of(one, group), one) if one else None


def versions_of(group: Group, *, by: Actor) -> list[Standing]:
    """Every version there was, the newest first."""
    require(by, Permission.AGREEMENT_READ, group)
    rows = Agreement.objects.filter(group=group).order_by("-number")
    return [Standing(one.number, lines_of(one, group), one) for one in rows]


def lines_of(agreement: Agreement, group: Group) -> tuple[Line, ...]:
    """The lines of a version, opened."""
    words = seals.AGREEMENT.open(agreement.sealed_lines, code=agreement.code, holder=group.organisation)
    return tuple(Line(*pair) for pair in json.loads(words))


def changes(before: Sequence[Line], now: Sequence[Line]) -> Changes:
    """What became of a list."""
    had, has = {line.id: line for line in before}, {line.id: line for line in now}
    return Changes(
        new=tuple(line for line in now if line.id not in had),
        worded=tuple((had[line.id], line) for line in now if line.id in had and had[line.id] != line),
        left_out=tuple(line for line in before if line.id not in has),
    )


def own_answer(agreement: Agreement, *, by: Actor) -> AgreementAnswer | None:
    """What this person said to this version; None for nothing yet."""
    return AgreementAnswer.objects.filter(agreement=agreement, member_id=by.user_id).first()


def changed_for(group: Group, now: Standing, *, by: Actor) -> Changes | None:
    """What is different since the last version this person said yes to; None when there is none."""
    agreed = AgreementAnswer.objects.filter(
        agreement__group=group, agreement__number__lt=now.number, member_id=by.user_id, answer=Answer.AGREE
    ).select_related("agreement")
    last = agreed.order_by("-agreement__number").first()
    return changes(lines_of(last.agreement, group), now.lines) if last else None


def waits_for(group: Group, *, by: Actor) -> bool:
    """Whether there is a version this member has not answered. A group that has ended asks nothing."""
    return unanswered(group, by=by).exists()


def unanswered(group: Group, *, by: Actor) -> QuerySet[Agreement]:
    """That version. What was agreed on before it waits for nobody any more."""
    if group.state == Group.State.FINISHED:
        return Agreement.objects.none()
    newer = Agreement.objects.filter(group=OuterRef("group"), number__gt=OuterRef("number"))
    own = AgreementAnswer.objects.filter(agreement=OuterRef("pk"), member_id=by.user_id)
    return Agreement.objects.filter(~Exists(newer), ~Exists(own), group=group)


def said_to(group: Group, *, by: Actor) -> Said:
    """Who agreed, who would like to talk, and from whom nothing has come yet. For those who lead."""
    require(by, Permission.AGREEMENT_KEEP, group)
    newest = Agreement.objects.filter(group=group).order_by("-number").first()
    people = [place.user for place in present_places(group)]
    names = seals.names_of(people)
    rows = AgreementAnswer.objects.filter(agreement=newest) if newest else AgreementAnswer.objects.none()
    given = dict(rows.values_list("member_id", "answer"))

    def those(answer: str | None) -> tuple[str, ...]:
        return tuple(names[person.pk] for person in people if given.get(person.pk) == answer)

    return Said(those(Answer.AGREE), those(Answer.TALK), those(None))


def waiting_in(groups: Iterable[Group]) -> dict[int, tuple[int, int]]:
    """By group that goes on: open proposals, and present members who would like to talk. As many queries for many."""
    running = [group.pk for group in groups if group.state != Group.State.FINISHED]
    newest = Agreement.objects.filter(group=OuterRef("agreement__group")).order_by("-number").values("number")[:1]
    here = Membership.objects.filter(group=OuterRef("agreement__group"), user=OuterRef("member"), left_at=None)
    proposed = LineProposal.objects.filter(group__in=running, state=State.OPEN).values_list("group")
    talk = AgreementAnswer.objects.filter(
        Exists(here), agreement__group__in=running, agreement__number=Subquery(newest), answer=Answer.TALK
    ).values_list("agreement__group")
    counts = [Counter(group for (group,) in rows) for rows in (proposed, talk)]
    return {group: (counts[0][group], counts[1][group]) for group in running}


def proposals_of(group: Group, *, by: Actor, at: datetime) -> list[Proposal]:
    """Open proposals with who made them, the oldest first. For those who lead; each author sees who looked."""
    require(by, Permission.AGREEMENT_KEEP, group)
    rows = LineProposal.objects.filter(group=group, state=State.OPEN).order_by("proposed_at", "pk")
    for row in rows.select_related("proposed_by"):
        about, chain = log.Ref("proposal", row.code), group.organisation.code
        log.record(Event.PROPOSAL_OPENED, by=by, about=about, at=at, chain=chain, concerns=row.proposed_by.code)
    return _opened(group, rows)


def own_proposals(group: Group, *, by: Actor) -> list[Proposal]:
    """What this member proposed, the latest first, with the answer."""
    require(by, Permission.AGREEMENT_ANSWER, group)
    rows = LineProposal.objects.filter(group=group, proposed_by_id=by.user_id)
    return _opened(group, rows.order_by("-proposed_at", "-pk"))


def _opened(group: Group, rows: QuerySet[LineProposal]) -> list[Proposal]:
    found = list(rows.select_related("proposed_by"))
    people = {row.proposed_by_id: row.proposed_by for row in found}
    keys.open_keys([*people.values(), group.organisation])
    names = seals.names_of(list(people.values()))
    now = standing(group)
    return [_proposal(row, names[row.proposed_by_id], now) for row in found]


def _proposal(row: LineProposal, name: str, now: Standing) -> Proposal:
    author: User = row.proposed_by
    answer = row.sealed_answer
    return Proposal(
        code=row.code,
        name=name,
        line=row.line,
        about=now.text_of(row.line),
        text=seals.PROPOSAL.open(row.sealed_text, code=row.code, holder=author),
        state=row.state,
        answer=seals.PROPOSAL_ANSWER.open(answer, code=row.code, holder=author) if answer else "",
        proposed_at=row.proposed_at,
    )


def shown_at(gathering: Gathering, *, by: Actor) -> Shown:
    """What this meeting shows in its opening step: the whole list to read, or the list and today's one line."""
    require(by, Permission.GATHERING_JOIN, gathering)
    now = standing(gathering.group)
    whole = now.number == 0 or read_in_full(gathering)
    return Shown(now, None if whole else now.lines[gathering.number % len(now.lines)])


def read_in_full(gathering: Gathering) -> bool:
    """Whether the whole list is read: at the first meeting, half way, and after a line was not kept."""
    named = {
        session.number
        for session in programme_of(gathering.group).sessions
        if any(name.partition("@")[0] == STARTER.partition("@")[0] for slot in session.agenda for name in slot.handouts)
    }
    meetings = Gathering.objects.filter(group=gathering.group_id)
    # Where the programme's own plan names no meeting for it, the first of the second half.
    half_way = {meetings.count() // 2 + 1} if named <= {1} else named
    if gathering.number == 1 or gathering.number in half_way:
        return True
    before = meetings.filter(number=gathering.number - 1).first()
    since = (before.opened_at or before.starts_at) if before else gathering.starts_at
    noted = Repair.objects.filter(group=gathering.group_id, noted_at__gte=since)
    return (noted.filter(noted_at__lte=gathering.closed_at) if gathering.closed_at else noted).exists()
