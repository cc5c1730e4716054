"""Private taps: fine, a lot, please come, I step out. They reach the facilitators of this group and nobody else."""

from datetime import datetime

from django.db import IntegrityError, transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import events as audit_events
from kindcircle.base.audit import log
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import announce, following_up, slowing_down
from kindcircle.rooms.live.errors import KeyTaken, UnknownSignal
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert

COME_RULE = "live-please-come"
LEAVE_RULE = "live-leave-and-ring"
RULES = {Signal.Kind.COME: COME_RULE, Signal.Kind.LEAVE: LEAVE_RULE}
"""Taps that ask for a person, with the rule that speaks."""


def send_signal(*, gathering: Gathering, kind: str, client_key: str, by: Actor, at: datetime) -> Signal:
    """Keep a private tap and tell the facilitators, with all that follows from it in the same transaction.

    "come" and "leave", and only these, raise an alert; both ask for a word within a day. "leave" also notes that they
    went home. "fine" says that they are back. Enough "step_out" make the next meeting lighter, if people agree.

    client_key  made by the page, 22 to 64 characters; the same key again is the same tap and is answered with it.
    A second call while nobody has seen the first adds a tap and no second alert: one call, one queue entry.
    """
    require(by, Permission.SIGNAL_SEND, gathering)
    if kind not in Signal.Kind.values or not 22 <= len(client_key) <= 64:
        raise UnknownSignal
    assert by.user_id is not None  # nobody but a member may send
    member = User.objects.get(pk=by.user_id)
    with transaction.atomic():
        try:
            with transaction.atomic():
                signal = Signal.objects.create(
                    gathering=gathering, user=member, kind=kind, client_key=client_key, at=at
                )
        except IntegrityError:
            return _first(gathering, kind, client_key, member)
        log.record(
            audit_events.Event.SIGNAL_SENT,
            by=by,
            about=log.Ref("signal", signal.code),
            at=at,
            chain=gathering.group.organisation.code,
            concerns=member.code,
        )
        _follow(signal, member, at)
        announce.after_commit(gathering.code, None)
    return signal


def _follow(signal: Signal, member: User, at: datetime) -> None:
    gathering, kind = signal.gathering, Signal.Kind(signal.kind)
    if kind in RULES:
        if not _call_unseen(gathering, member, kind):
            safety.raise_alert(
                member=member,
                group=gathering.group,
                gathering=gathering,
                level=Alert.Level.CONTACT,
                rules=[RULES[kind]],
                source=log.Ref("signal", signal.code),
                at=at,
            )
        following_up.hear_from(gathering=gathering, member=member, at=at)
    if kind == Signal.Kind.LEAVE:
        groups.record_leaving(gathering=gathering, user=member, at=at)
    if kind == Signal.Kind.FINE:
        following_up.is_back(gathering=gathering, member=member, at=at)
    if kind == Signal.Kind.STEP_OUT:
        slowing_down.count_step_outs(gathering, at=at)


def _first(gathering: Gathering, kind: str, client_key: str, member: User) -> Signal:
    first = Signal.objects.get(client_key=client_key)
    if (first.gathering_id, first.user_id, first.kind) != (gathering.pk, member.pk, kind):
        raise KeyTaken
    return first


def _call_unseen(gathering: Gathering, member: User, kind: Signal.Kind) -> bool:
    """Whether an earlier call of this kind by this person, in this gathering, still waits to be seen."""
    calls = Signal.objects.filter(gathering=gathering, user=member, kind=kind).values("code")
    return Alert.objects.filter(source_kind="signal", source_code__in=calls, seen_at=None, closed_at=None).exists()
