"""Private taps: fine, a lot, please come, I step out. They reach the facilitators of this group and nobody else."""

from datetime import datetime

from django.db import IntegrityError, transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import events as audit_events
from kindcircle.base.audit import log
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import announce
from kindcircle.rooms.live.errors import KeyTaken, UnknownSignal
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert

COME_RULE = "live-please-come"


def send_signal(*, gathering: Gathering, kind: str, client_key: str, by: Actor, at: datetime) -> Signal:
    """Keep a private tap and tell the facilitators. "come", and only that, raises an alert in the same transaction.

    client_key  made by the page, 22 to 64 characters; the same key again is the same tap and is answered with it.
    A second "come" while nobody has seen the first adds a tap and no second alert: one call, one queue entry.
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
        if kind == Signal.Kind.COME and not _call_unseen(gathering, member):
            safety.raise_alert(
                member=member,
                group=gathering.group,
                gathering=gathering,
                level=Alert.Level.CONTACT,
                rules=[COME_RULE],
                source=log.Ref("signal", signal.code),
                at=at,
            )
        announce.after_commit(gathering.code, None)
    return signal


def _first(gathering: Gathering, kind: str, client_key: str, member: User) -> Signal:
    first = Signal.objects.get(client_key=client_key)
    if (first.gathering_id, first.user_id, first.kind) != (gathering.pk, member.pk, kind):
        raise KeyTaken
    return first


def _call_unseen(gathering: Gathering, member: User) -> bool:
    """Whether an earlier "please come" of this person, in this gathering, still waits to be seen."""
    calls = Signal.objects.filter(gathering=gathering, user=member, kind=Signal.Kind.COME).values("code")
    return Alert.objects.filter(source_kind="signal", source_code__in=calls, seen_at=None, closed_at=None).exists()
