"""After a practice: the one question, what was answered, and who may hear of it.

Nobody has to answer, and nothing is asked twice. That it was asked is kept, so that no figure takes silence for peace.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.rooms.backdraft.errors import ChooseOne, NoLongerAsked
from kindcircle.rooms.backdraft.exposures import Led, evocative, led_in, there_at
from kindcircle.rooms.backdraft.models import Landing, MayTell
from kindcircle.rooms.backdraft.queries import asked_with, hows_of, may_tell
from kindcircle.rooms.backdraft.slower import take_back_told
from kindcircle.rooms.groups.models import MEETING, Attendance, Gathering
from kindcircle.rooms.live.queries import own_place, placed
from kindcircle.rooms.measures.actions import check
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.safety.raising import administration, screen
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec import backdraft
from kindcircle.spec.safety import positive
from kindcircle.spec.scoring import Answer

LANDING = "landing"
"""What alerts, tasks and the audit record call one answer after a practice."""

HEARD_WITHIN = timedelta(days=2)
"""By when somebody who leads has looked at a note: it is not urgent, and not forgotten (brief 5.4, level 1)."""


def ask_at_home(*, play: Play, by: Actor, at: datetime) -> Landing | None:
    """Ask how this practice was; None for one that stirs nobody. Asked once, however often the page is drawn."""
    require(by, Permission.PLAY_RECORD, play)
    if evocative(play.practice, play.practice_version) is None:
        return None
    row, _new = Landing.objects.get_or_create(
        play=play,
        defaults={
            "member": play.member,
            "group": play.group,
            "practice": play.practice,
            "practice_version": play.practice_version,
            "seconds": play.seconds_planned,
            "asked_at": at,
        },
    )
    return row


def ask_in_meeting(*, gathering: Gathering, by: Actor, at: datetime) -> Landing | None:
    """Ask about the practice that was led last and can stir people up, once it is over; None while one is going on.

    Only those are asked who were there as it began.
    """
    require(by, Permission.GATHERING_JOIN, gathering)
    place = own_place(gathering, by)
    if place is None or gathering.state not in MEETING:
        return None
    going = placed(gathering, at=at).practice
    if going is not None and not going.finished:
        return None
    led: Led | None = next(iter(reversed(led_in([gathering])[gathering.pk])), None)
    came = Attendance.objects.filter(gathering=gathering, user=place.user_id)
    if led is None or not there_at(led, came, {place.user_id}):
        return None
    row, _new = Landing.objects.get_or_create(
        member=place.user,
        gathering=gathering,
        start=led.number,
        defaults={
            "group": gathering.group,
            "practice": led.practice,
            "practice_version": led.version,
            "seconds": led.seconds,
            "asked_at": at,
        },
    )
    return row


def say_how(*, landing: Landing, answers: Mapping[str, Answer], by: Actor, at: datetime) -> Landing:
    """Keep what somebody answers, also line by line: the first answer to each stands.

    Whoever asks for a person has an alert in the same transaction. Nothing else of this is an alert: those who lead
    hear of it only if the member agreed. Raises AnswersNotClear, NoLongerAsked.
    """
    require(by, Permission.LANDING_OWN, landing)
    one = asked_with(landing)
    check(one, answers)
    with transaction.atomic():
        row = _locked(landing, at)
        for item in ("how", "lasting", "in_the_way"):
            given = answers.get(item)
            if getattr(row, item) is None and given is not None and (item == "how" or row.how):
                setattr(row, item, int(given))
        _said(row, by=by, at=at, rule=one.rule)
        screen(
            hits=[hit for hit in positive(one, answers) if hit.level != "review"],
            member=row.member,
            group=row.group,
            gathering=row.gathering,
            source=log.Ref(LANDING, row.code),
            administration=administration(row.member.organisation, at=at),  # type: ignore[arg-type]
            at=at,
            anew=True,
        )
    return row


def say_too_much(*, landing: Landing, by: Actor, at: datetime) -> Landing:
    """ "This was too much." It needs no other answer. Raises NoLongerAsked."""
    require(by, Permission.LANDING_OWN, landing)
    with transaction.atomic():
        row = _locked(landing, at)
        row.too_much_at = row.too_much_at or at
        _said(row, by=by, at=at, rule=asked_with(landing).rule)
    return row


def say_over(*, landing: Landing, over: str, by: Actor, at: datetime) -> Landing:
    """Whether it is over by now, asked once; empty puts the question away. Raises ChooseOne, NoLongerAsked."""
    require(by, Permission.LANDING_OWN, landing)
    if over not in ("", *Landing.Over.values):
        raise ChooseOne
    with transaction.atomic():
        row = _locked(landing, at)
        if row.over_at is None:
            row.over, row.over_at = over, at
            row.save(update_fields=["over", "over_at"])
            _record(Event.LANDING_TOLD, row, by=by, at=at, reason="over")
    return row


def set_may_tell(*, member: User, yes: bool, by: Actor, at: datetime) -> None:
    """Whether those who lead may hear that a practice was a lot. A no takes back what they still see of it."""
    require(by, Permission.IN_OWN_NAME, member)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=member.pk)
        if may_tell(member) == yes:
            return
        MayTell.objects.update_or_create(member=member, defaults={"yes": yes, "said_at": at})
        about = log.Ref("person", member.code)
        chain = member.organisation.code  # type: ignore[union-attr]
        log.record(
            Event.MAY_TELL_SET, by=by, about=about, at=at, chain=chain, concerns=member.code,
            reason="yes" if yes else "no",
        )  # fmt: skip
        rows = Landing.objects.select_for_update(of=("self",), no_key=True).filter(member=member)
        newest = rows.filter(answered_at__isnull=False).order_by("-answered_at", "-pk").first()
        if yes and newest is not None:
            _tell_of(newest, at)
        elif not yes:
            for row in rows.filter(told_at__isnull=False):
                settle(Kind.PRACTICE_A_LOT, about=log.Ref(LANDING, row.code), at=at)
            rows.update(told_at=None)
            take_back_told(member, at=at)
        note = erased.note_back if yes else erased.note_left
        note(MayTell._meta.label, person=member.code, at=at)


def _locked(landing: Landing, at: datetime) -> Landing:
    rows = Landing.objects.select_for_update(of=("self",), no_key=True).select_related(
        "member__organisation", "group__organisation", "gathering"
    )
    row = rows.get(pk=landing.pk)
    if at >= row.asked_at + backdraft.FOLLOW_UP_UNTIL:
        raise NoLongerAsked
    return row


def _said(row: Landing, *, by: Actor, at: datetime, rule: str) -> None:
    if row.how is not None or row.too_much_at is not None:
        row.answered_at = row.answered_at or at
        row.rule = row.rule or rule
    row.save(update_fields=["how", "lasting", "in_the_way", "too_much_at", "answered_at", "rule"])
    _record(Event.LANDING_TOLD, row, by=by, at=at)
    if row.answered_at is not None and may_tell(row.member):
        _tell_of(row, at)


def _tell_of(row: Landing, at: datetime) -> None:
    """A note that waits for those who lead, with an owner and a day, where this was a lot. Once for each practice."""
    if row.told_at is not None or row.group is None:
        return
    if not backdraft.tells(hows_of(row.member, upto=row), too_much=row.too_much_at is not None):
        return
    row.told_at = at
    row.save(update_fields=["told_at"])
    raise_task(
        Kind.PRACTICE_A_LOT,
        organisation=row.group.organisation,
        about=log.Ref(LANDING, row.code),
        once=row.code,
        due_at=at + HEARD_WITHIN,
        at=at,
        group_id=row.group_id,
        owner=row.group.alerts_owner,
        concerns=row.member,
    )


def _record(event: Event, row: Landing, *, by: Actor, at: datetime, reason: str = "") -> None:
    """That something was said, never what."""
    log.record(
        event,
        by=by,
        about=log.Ref(LANDING, row.code),
        at=at,
        chain=row.member.organisation.code,  # type: ignore[union-attr]
        concerns=row.member.code,
        reason=reason,
    )
