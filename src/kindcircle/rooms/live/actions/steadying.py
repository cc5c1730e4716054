"""Looking after one person for whom it became too much: eight steps, each noted with one tap.

The steps are those of the card for holders (content/handouts/backdraft-card-for-holders). None of them is demanded, and
any may be noted first. What a person answered is sealed under their key; that a step was done is not.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import announce, following_up
from kindcircle.rooms.live.errors import LineTooLong, UnknownStep
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.live.models_steadying import Steadying, SteadyingStep
from kindcircle.rooms.live.queries_steadying import said_of
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety import states
from kindcircle.rooms.safety.errors import StepTaken
from kindcircle.rooms.safety.models import Alert

STEPS = ("stop", "soften", "ground", "out", "check", "choose", "group", "contact")
WISH_RULE = "live-wish-to-die-or-harm"
LONGEST_LINE = 300
NOBODY_ON_IT = (*states.UNSEEN, Alert.State.SEEN)

YES_OR_NO = frozenset({"yes", "no"})
ANSWERS: dict[str, dict[str, frozenset[str]]] = {
    "check": {"steadiness": frozenset(map(str, range(11))), "wish": YES_OR_NO, "stays": YES_OR_NO},
    "choose": {"choice": frozenset({"return", "rest", "leave"})},
}
"""What may be answered in a step, and how. Every answer may be left out."""


def note_step(
    *,
    gathering: Gathering,
    place: Membership,
    panel: str,
    step: str,
    by: Actor,
    at: datetime,
    said: Mapping[str, str] | None = None,
) -> Steadying:
    """This step was done. Noted twice, it is done once; a later answer replaces an earlier one.

    panel  made by the page: the code of the time that somebody is looked after, also for whoever saves first
    A yes to a wish to die or to harm raises an alert at its highest level in the same transaction. It is never taken
    back here: an alert is closed with its own reason. Going home, or agreeing to be in touch, asks for a word within
    a day. Raises UnknownStep.
    """
    given = {name: word for name, word in (said or {}).items() if word}
    allowed = ANSWERS.get(step, {})
    if step not in STEPS or any(word not in allowed.get(name, ()) for name, word in given.items()):
        raise UnknownStep
    if step == "choose" and not given:
        raise UnknownStep
    with transaction.atomic():
        row = _row(gathering, place, panel, by, at)
        done = SteadyingStep(
            steadying=row,
            step=step,
            by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned leads a group
            at=at,
        )
        SteadyingStep.objects.bulk_create([done], ignore_conflicts=True)
        before = said_of(row)
        if before.get("wish") == "yes":
            given.pop("wish", None)
        _keep(row, before | given)
        if given.get("wish") == "yes":
            _raise_alert(row, at)
        if step == "contact" or given.get("choice") == "leave":
            following_up.hear_from(gathering=gathering, member=place.user, at=at)
        _record(row, place, step, by=by, at=at)
    return row


def write_line(*, gathering: Gathering, place: Membership, panel: str, line: str, by: Actor, at: datetime) -> Steadying:
    """One line for those who lead, sealed under the member's key. A later one replaces it. Raises LineTooLong."""
    line = line.strip()
    if len(line) > LONGEST_LINE:
        raise LineTooLong(LONGEST_LINE)
    with transaction.atomic():
        row = _row(gathering, place, panel, by, at)
        before = said_of(row)
        if before.get("line", "") != line:
            _keep(row, before | {"line": line})
            _record(row, place, "line", by=by, at=at)
    return row


def end_steadying(*, gathering: Gathering, place: Membership, panel: str, by: Actor, at: datetime) -> None:
    """Nothing more is to be done just now. Too much once more, later in the meeting, begins anew."""
    require(by, Permission.STEADYING_KEEP, gathering)
    with transaction.atomic():
        _hold(gathering, place)
        row = Steadying.objects.filter(gathering=gathering, member=place.user_id, code=panel, ended_at=None).first()
        if row is None:
            return
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _record(row, place, "ended", by=by, at=at)


def _row(gathering: Gathering, place: Membership, panel: str, by: Actor, at: datetime) -> Steadying:
    """The time that is meant; the one that is open, where a colleague was faster; or a new one."""
    require(by, Permission.STEADYING_KEEP, gathering)
    _hold(gathering, place)
    rows = Steadying.objects.select_related("member").filter(gathering=gathering, member=place.user_id)
    row = rows.filter(code=panel).first() or rows.filter(ended_at=None).first()
    if row is None:
        # A code that stands for somebody else's is no code for this one.
        known = len(panel) != 22 or Steadying.objects.filter(code=panel).exists()
        code = {} if known else {"code": panel}
        row = Steadying.objects.create(
            gathering=gathering,
            member=place.user,
            begun_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned leads a group
            begun_at=at,
            **code,
        )
    if row.ended_at is None:
        _somebody_is_there(row, by, at)
    return row


def _hold(gathering: Gathering, place: Membership) -> None:
    """One change at a time for one person; and nobody is looked after in a group that is not theirs."""
    if place.group_id != gathering.group_id or place.role != Membership.Role.MEMBER:
        raise NotFound
    Membership.objects.select_for_update(no_key=True).get(pk=place.pk)


def _keep(row: Steadying, said: Mapping[str, str]) -> None:
    row.sealed_said = seals.STEADYING.seal(json.dumps(dict(said)), code=row.code, holder=row.member)
    row.save(update_fields=["sealed_said"])


def _raise_alert(row: Steadying, at: datetime) -> None:
    safety.raise_alert(
        member=row.member,
        group=row.gathering.group,
        gathering=row.gathering,
        level=Alert.Level.CONCERN,
        rules=[WISH_RULE],
        source=log.Ref("steadying", row.code),
        at=at,
    )


def _somebody_is_there(row: Steadying, by: Actor, at: datetime) -> None:
    """Their calls from this meeting are answered by whoever came: each is seen, and somebody is on it.

    Also those that were seen before: whoever opens the eight steps has seen them, and only now goes over.
    """
    calls = Signal.objects.filter(gathering=row.gathering, user=row.member_id).values("code")
    waiting = Alert.objects.filter(source_kind="signal", source_code__in=calls, state__in=NOBODY_ON_IT)
    for alert in waiting.order_by("pk"):
        with suppress(StepTaken):  # a colleague is on it already
            safety.act(alert=safety.see(alert=alert, by=by, at=at), by=by, at=at)


def _record(row: Steadying, place: Membership, what: str, *, by: Actor, at: datetime) -> None:
    log.record(
        Event.STEADYING_NOTED,
        by=by,
        about=log.Ref("steadying", row.code),
        at=at,
        chain=place.group.organisation.code,
        concerns=place.user.code,
        reason=what,
    )
    announce.after_commit(row.gathering.code, None)
