"""Going more slowly with one person: proposed by rules, decided by those who lead, and ended by them.

The worker looks at what is in the tables, so that nothing is missed whatever came in by paper, late or twice.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.rooms.backdraft.errors import DecidedBefore, SayWhyNot
from kindcircle.rooms.backdraft.models import Landing, MayTell, SlowerPace
from kindcircle.rooms.backdraft.queries import paces
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.measures.attending import LEAVING_SHEET, STEADINESS
from kindcircle.rooms.measures.harm_check import HARM_CHECK
from kindcircle.rooms.measures.models import Score
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.slowing import WITHIN, ForPerson, Reason, Signs, reasons_for_person
from kindcircle.spec.slowing import Landing as Said

DECIDED_WITHIN = CALLED_WITHIN = timedelta(days=2)
"""Level 1 of the ladder: whoever holds the group calls, and adapts, within two days."""
SEEN: Reason = "seen"
OF_PRACTICES: tuple[ForPerson, ...] = ("a-lot", "in-the-way", "lasting")
"""Reasons that rest on what somebody said after practices."""
HOW_LONG, DAILY = "how_long", "daily"

Decision = SlowerPace.Decision


def look(*, at: datetime) -> int:
    """Propose a slower pace to those who lead, for everybody for whom a rule says so. Returns how many were new."""
    members = Membership.objects.filter(
        role=Membership.Role.MEMBER, left_at=None, group__state=Group.State.RUNNING
    ).select_related("user", "group__organisation", "group__alerts_owner")
    places = {place.pk: place for place in members}
    signs = _signs(places.values(), at)
    rows = SlowerPace.objects.filter(place__in=places)
    busy = set(rows.filter(decision=Decision.TAKEN, ended_at=None).values_list("place_id", flat=True))
    decided: dict[int, datetime] = {}
    for place_id, decided_at, ended_at in rows.exclude(decision="").values_list("place_id", "decided_at", "ended_at"):
        decided[place_id] = max(moment for moment in (decided.get(place_id), decided_at, ended_at) if moment)
    raised = 0
    for pk, place in places.items():
        reasons = reasons_for_person(signs[pk], at=at, since=decided.get(pk)) if pk not in busy else ()
        if reasons:
            raised += _propose(place, reasons, at)
    return raised


def decide(*, pace: SlowerPace, take: bool, why_not: str = "", by: Actor, at: datetime) -> SlowerPace:
    """Take the proposal, and somebody rings them; or leave it for now, with the reason.

    Taken, only light practices wait for this person at home, until it is ended. The same said twice is said once.
    Raises SayWhyNot, DecidedBefore.
    """
    require(by, Permission.SLOWER_DECIDE, pace)
    if not take and why_not not in SlowerPace.Why.values:
        raise SayWhyNot
    decision, why_not = (Decision.TAKEN, "") if take else (Decision.NOT_NOW, why_not)
    with transaction.atomic():
        row = _locked(pace)
        if row.decision:
            if (row.decision, row.why_not) != (decision, why_not):
                raise DecidedBefore
            return row
        row.decision, row.why_not, row.decided_by_id, row.decided_at = decision, why_not, by.user_id, at
        row.save(update_fields=["decision", "why_not", "decided_by", "decided_at"])
        settle(Kind.SLOWER_PACE, about=log.Ref("slower-pace", row.code), at=at)
        if take:
            place = row.place
            raise_task(
                Kind.SLOWER_CALL,
                organisation=place.group.organisation,
                about=log.Ref("membership", place.code),
                once=row.code,
                due_at=at + CALLED_WITHIN,
                at=at,
                group_id=place.group_id,
                owner=row.decided_by,
                concerns=place.user,
            )
        _record(Event.SLOWER_DECIDED, row, by=by, at=at, reason=why_not or decision)
    return row


def begin(*, place: Membership, by: Actor, at: datetime) -> SlowerPace:
    """Go more slowly with somebody because one of those who lead saw or heard a sign. Which one is not kept.

    A proposal that waits is taken by it; who goes slowly already, goes on so.
    """
    require(by, Permission.SLOWER_DECIDE, place)
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True).get(pk=place.pk)
        going = paces().filter(place=place, decision=Decision.TAKEN, ended_at=None).first()
        if going is not None:
            return going
        row, new = SlowerPace.objects.get_or_create(
            place=place, decision="", defaults={"reasons": SEEN, "raised_at": at}
        )
        if new:
            _record(Event.SLOWER_PROPOSED, row, by=by, at=at)
        return decide(pace=row, take=True, by=by, at=at)


def end(*, pace: SlowerPace, by: Actor, at: datetime) -> None:
    """Back to the usual pace. Ended twice, it ended once."""
    require(by, Permission.SLOWER_DECIDE, pace)
    with transaction.atomic():
        row = _locked(pace)
        if row.decision != Decision.TAKEN or row.ended_at is not None:
            return
        row.ended_at, row.ended_by_id = at, by.user_id
        row.save(update_fields=["ended_at", "ended_by"])
        _record(Event.SLOWER_ENDED, row, by=by, at=at)


def take_back_told(member: User, *, at: datetime) -> None:
    """They no longer want those who lead to hear of hard practices: a proposal that waits says no more of them.

    What was decided stands. Inside the caller's transaction.
    """
    waiting = SlowerPace.objects.select_for_update(no_key=True).filter(place__user=member, decision="")
    for row in waiting:
        left = [reason for reason in row.reasons.split(",") if reason not in OF_PRACTICES]
        if left:
            row.reasons = ",".join(left)
            row.save(update_fields=["reasons"])
        else:
            settle(Kind.SLOWER_PACE, about=log.Ref("slower-pace", row.code), at=at)
            row.delete()


def _propose(place: Membership, reasons: tuple[ForPerson, ...], at: datetime) -> int:
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True).get(pk=place.pk)
        row, new = SlowerPace.objects.get_or_create(
            place=place, decision="", defaults={"reasons": ",".join(reasons), "raised_at": at}
        )
        if not new:
            if set(reasons) - set(row.reasons.split(",")):
                row.reasons = ",".join(reasons)
                row.save(update_fields=["reasons"])
            return 0
        raise_task(
            Kind.SLOWER_PACE,
            organisation=place.group.organisation,
            about=log.Ref("slower-pace", row.code),
            once=row.code,
            due_at=at + DECIDED_WITHIN,
            at=at,
            group_id=place.group_id,
            owner=place.group.alerts_owner,
            concerns=place.user,
        )
        _record(Event.SLOWER_PROPOSED, row, by=SYSTEM, at=at)
    return 1


def _signs(places: Iterable[Membership], at: datetime) -> dict[int, Signs]:
    """What is known of each of these people, by place. Three looks at the tables, however many they are."""
    by_owner = {(place.group_id, place.user_id): place.pk for place in places}
    groups = {group for group, _user in by_owner}
    steadiness: dict[int, list[tuple[datetime, float]]] = defaultdict(list)
    worse: dict[int, dict[datetime, dict[str, float | None]]] = defaultdict(lambda: defaultdict(dict))
    said: dict[int, list[Said]] = defaultdict(list)
    scores = Score.objects.filter(
        response__assignment__group__in=groups, response__submitted_at__gte=at - WITHIN
    ).values_list(
        "response__assignment__group_id", "response__assignment__member_id", "response__assignment__instrument",
        "scale", "value", "response__submitted_at",
    )  # fmt: skip
    for group, member, instrument, scale, value, moment in scores.filter(
        response__assignment__instrument__in=(LEAVING_SHEET, HARM_CHECK)
    ):
        place = by_owner.get((group, member))
        if place is None:
            continue
        if (instrument, scale) == (LEAVING_SHEET, STEADINESS) and value is not None:
            steadiness[place].append((moment, value))
        elif instrument == HARM_CHECK and scale in (HOW_LONG, DAILY):
            worse[place][moment][scale] = value
    agreed = MayTell.objects.filter(yes=True).values("member")
    for row in Landing.objects.filter(
        group__in=groups, member__in=agreed, answered_at__gte=at - WITHIN, answered_at__isnull=False
    ):
        place = by_owner.get((row.group_id or 0, row.member_id))
        if place is not None and row.answered_at is not None:
            said[place].append(
                Said(
                    row.answered_at,
                    row.how,
                    row.lasting,
                    row.in_the_way,
                    row.over,  # type: ignore[arg-type]
                    row.too_much_at is not None,
                )
            )
    return {
        place: Signs(
            steadiness=steadiness[place],
            landings=said[place],
            worse=[(moment, each.get(HOW_LONG), each.get(DAILY)) for moment, each in worse[place].items()],
        )
        for place in by_owner.values()
    }


def _locked(pace: SlowerPace) -> SlowerPace:
    return paces().select_for_update(of=("self",), no_key=True).get(pk=pace.pk)


def _record(event: Event, row: SlowerPace, *, by: Actor, at: datetime, reason: str = "") -> None:
    log.record(
        event,
        by=by,
        about=log.Ref("slower-pace", row.code),
        at=at,
        chain=row.place.group.organisation.code,
        concerns=row.place.user.code,
        reason=reason,
    )
