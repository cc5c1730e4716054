"""Agreeing: a member proposes and answers, those who lead confirm a version or set a proposal aside."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes, erased
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.agreements import KEEPS_SAFE, Line, Standing, standing
from kindcircle.rooms.groups.errors import (
    AgreementChanged,
    GroupOver,
    KeepsPeopleSafe,
    NothingChanged,
    ProposalDecided,
    ReasonNeeded,
    WordsMissing,
    WordsTooLong,
)
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.models_agreement import Agreement, AgreementAnswer, LineProposal

LONGEST_LINE = 300
LONGEST_ANSWER = 1000
OPEN, TAKEN_UP, SET_ASIDE = LineProposal.State.OPEN, LineProposal.State.TAKEN_UP, LineProposal.State.SET_ASIDE


def propose_line(
    *, group: Group, line: str, text: str, client_key: str, author: User, by: Actor, at: datetime
) -> LineProposal:
    """A member would like a new line, or other words for one. The same form sent twice is one proposal.

    line   the id of the line it would change; anything that is not in the list means a new one
    Raises WordsMissing, WordsTooLong, GroupOver.
    """
    require(by, Permission.AGREEMENT_ANSWER, group)
    require(by, Permission.IN_OWN_NAME, author)
    words = _one_line(text)
    with transaction.atomic():
        group = _going_on(group)
        if kept := LineProposal.objects.filter(proposed_by=author, client_key=client_key).first():
            return kept
        about = line if standing(group).text_of(line) else ""
        proposal = LineProposal(
            group=group, proposed_by=author, proposed_at=at, client_key=client_key, line=about, code=codes.new_code()
        )
        proposal.sealed_text = seals.PROPOSAL.seal(words, code=proposal.code, holder=author)
        proposal.save(force_insert=True)
        _record(Event.LINE_PROPOSED, by, group, at, log.Ref("proposal", proposal.code))
    return proposal


def take_back_proposal(*, proposal: LineProposal, by: Actor, at: datetime) -> None:
    """Whoever proposed it would rather not: it is gone. Raises ProposalDecided once it was answered."""
    require(by, Permission.PROPOSAL_TAKE_BACK, proposal)
    with transaction.atomic():
        group = _locked(proposal.group)
        if not LineProposal.objects.filter(pk=proposal.pk, state=OPEN).delete()[0]:
            raise ProposalDecided
        _record(Event.PROPOSAL_TAKEN_BACK, by, group, at, log.Ref("proposal", proposal.code))
        erased.note(erased.ROW, label=LineProposal._meta.label, code=proposal.code, at=at)


def set_aside(*, proposal: LineProposal, reason: str, by: Actor, at: datetime) -> None:
    """Not in the list, and why, in kind words that only its author reads. Raises ReasonNeeded, ProposalDecided."""
    require(by, Permission.AGREEMENT_KEEP, proposal)
    words = reason.strip()
    if not words:
        raise ReasonNeeded
    if len(words) > LONGEST_ANSWER:
        raise WordsTooLong(LONGEST_ANSWER)
    with transaction.atomic():
        group = _locked(proposal.group)
        row = LineProposal.objects.filter(pk=proposal.pk, state=OPEN).select_related("proposed_by").first()
        if row is None:
            raise ProposalDecided
        row.state, row.decided_at, row.decided_by_id = SET_ASIDE, at, by.user_id
        row.sealed_answer = seals.PROPOSAL_ANSWER.seal(words, code=row.code, holder=row.proposed_by)
        row.save(update_fields=["state", "decided_at", "decided_by", "sealed_answer"])
        _record(Event.PROPOSAL_SET_ASIDE, by, group, at, log.Ref("proposal", row.code), concerns=row.proposed_by.code)


def confirm_agreement(
    *, group: Group, lines: Sequence[Line], taken_up: Collection[str], seen: int, by: Actor, at: datetime
) -> Agreement:
    """The next numbered version. Everybody is asked anew, and told what changed.

    lines     the whole list in order. A line with no words is left out; one with an id that is not in the list is new
    taken_up  codes of the proposals that are in it now
    seen      the number of the version that was worked from: two facilitators never write over each other
    Raises AgreementChanged, KeepsPeopleSafe, WordsMissing, WordsTooLong, NothingChanged, ProposalDecided, GroupOver.
    """
    require(by, Permission.AGREEMENT_KEEP, group)
    kept = [Line(line.id, _one_line(line.text)) for line in lines if line.text.strip()]
    with transaction.atomic():
        group = _going_on(group)
        now = standing(group)
        if now.number != seen:
            raise AgreementChanged
        named = _with_ids(kept, now)
        if missing := [line for line in now.lines if line.id in KEEPS_SAFE - {one.id for one in named}]:
            raise KeepsPeopleSafe(missing[0].text)
        if not named:
            raise WordsMissing
        if now.number and tuple(named) == now.lines:
            raise NothingChanged
        answered = LineProposal.objects.filter(group=group, code__in=taken_up, state=OPEN)
        if answered.count() != len(set(taken_up)):
            raise ProposalDecided
        agreement = Agreement(group=group, number=now.number + 1, confirmed_at=at, code=codes.new_code())
        agreement.confirmed_by_id = by.user_id  # type: ignore[assignment]
        words = json.dumps([[line.id, line.text] for line in named])
        agreement.sealed_lines = seals.AGREEMENT.seal(words, code=agreement.code, holder=group.organisation)
        agreement.save(force_insert=True)
        answered.update(state=TAKEN_UP, agreement=agreement, decided_at=at, decided_by_id=by.user_id)
        _record(Event.AGREEMENT_CONFIRMED, by, group, at, log.Ref("agreement", agreement.code))
    return agreement


def answer_agreement(*, group: Group, number: int, answer: str, member: User, by: Actor, at: datetime) -> None:
    """Yes, or not yet and let us talk; changed as often as one likes. Raises no alert, and other members never see it.

    number   the version that was read. Raises AgreementChanged when there is a newer one, GroupOver.
    """
    require(by, Permission.AGREEMENT_ANSWER, group)
    require(by, Permission.IN_OWN_NAME, member)
    if answer not in AgreementAnswer.Answer.values:
        raise WordsMissing
    with transaction.atomic():
        group = _going_on(group)
        newest = Agreement.objects.filter(group=group).order_by("-number").first()
        if newest is None or newest.number != number:
            raise AgreementChanged
        given = AgreementAnswer.objects.filter(agreement=newest, member=member).first()
        if given is not None and given.answer == answer:
            return
        given = given or AgreementAnswer(agreement=newest, member=member)
        given.answer, given.answered_at = answer, at
        given.save()
        _record(Event.AGREEMENT_ANSWERED, by, group, at, log.Ref("agreement", newest.code))


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise WordsMissing
    if len(words) > LONGEST_LINE:
        raise WordsTooLong(LONGEST_LINE)
    return words


def _with_ids(lines: Sequence[Line], now: Standing) -> list[Line]:
    """Each line of the present list once, under its id; every other one gets an id of its own."""
    known, named = {line.id for line in now.lines}, []
    for line in lines:
        fits = line.id in known
        known.discard(line.id)
        named.append(Line(line.id if fits else codes.new_code(), line.text))
    return named


def _locked(group: Group) -> Group:
    return Group.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=group.pk)


def _going_on(group: Group) -> Group:
    found = _locked(group)
    if found.state == Group.State.FINISHED:
        raise GroupOver
    return found


def _record(event: Event, by: Actor, group: Group, at: datetime, about: log.Ref, concerns: str = "") -> None:
    log.record(event, by=by, about=about, at=at, chain=group.organisation.code, concerns=concerns)
