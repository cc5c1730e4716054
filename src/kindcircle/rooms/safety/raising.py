"""From an answer to an alert: every answer that asks for a person is tied to exactly one."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.intake.models import Intake
from kindcircle.rooms.safety import states
from kindcircle.rooms.safety.ladder import LADDER, grows, passes_on_at, record, tell
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import AlertAnswer
from kindcircle.rooms.safety.queries import handled_alerts
from kindcircle.spec.parts import Level
from kindcircle.spec.safety import LEVELS, SafetyHit
from kindcircle.spec.scoring import Answer

DAY_BEGINS = timedelta(hours=4)
"""What somebody fills in after midnight belongs to the evening before."""

AGAIN = "again"


@dataclass(frozen=True, slots=True)
class _Spoke:
    """One rule that one answer met."""

    rule: str
    level: str
    instrument: str = ""
    answer: Answer = None


def administration(house: Organisation, *, at: datetime) -> str:
    """What is filled in on one day of the house is one administration; a day begins at four in the morning."""
    return (at.astimezone(ZoneInfo(house.zone)).replace(tzinfo=None) - DAY_BEGINS).date().isoformat()


def screen(
    *,
    hits: Sequence[SafetyHit],
    member: User,
    group: Group | None,
    gathering: Gathering | None,
    source: log.Ref,
    administration: str,
    at: datetime,
    intake: Intake | None = None,
    anew: bool = False,
) -> Alert | None:
    """Look at the rules that a sheet met, whether it is a draft or sent; inside the transaction that keeps it.

    source          the sheet that somebody was asked to fill in, the same for a draft and for what is sent
    administration  what is filled in together (see administration): all of it is one alert
    anew            each answer was given just now, none comes along from before
    Every answer that met a rule is tied to exactly one alert, however often it is saved. An open alert of the same
    administration takes it in; it waits to be seen anew where somebody had looked already. What is answered after
    somebody talked with the member, or after it was closed, is a new alert; so is another answer to the same question
    by then. None when no rule was met.
    """
    if not hits:
        return None
    spoke = [_Spoke(hit.rule, hit.level, hit.instrument, hit.answer) for hit in hits]
    with transaction.atomic():
        # One sheet of a person after the other: two at the same moment would each find no alert.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=member.pk)
        known = AlertAnswer.objects.filter(source_kind=source.kind, source_code=source.code)
        heard: dict[str, list[AlertAnswer]] = {}
        for row in known.select_related("alert__member"):
            heard.setdefault(row.rule, []).append(row)
        fresh = [one for one in spoke if _is_new(one, heard.get(one.rule, []), anew=anew)]
        if not fresh:
            return handled_alerts().get(pk=known.latest("pk").alert_id)
        same = {"member": member, "group": group, "intake": intake}
        earlier = handled_alerts().filter(**same, administration__startswith=administration)
        last = earlier.select_for_update(of=("self",), no_key=True).order_by("-pk").first()
        if last is not None and last.state not in states.SETTLED:
            return _take_in(last, fresh, gathering, source, at=at)
        number = f".{earlier.count() + 1}" if last is not None else ""
        alert = _new(fresh, source, at=at, gathering=gathering, administration=f"{administration}{number}", **same)
        alert.save(force_insert=True)
        return _begin(alert, fresh, source, at=at)


def raise_alert(
    *,
    member: User,
    group: Group | None,
    gathering: Gathering | None,
    level: Level | Alert.Level,
    rules: Sequence[str],
    source: log.Ref,
    at: datetime,
    intake: Intake | None = None,
) -> Alert:
    """Somebody taps or ticks that they want a person. One alert per source, however often it is sent or retried.

    rules   ids of what spoke, most pressing first
    intake  what they asked to come to, while they have no group
    Belongs inside the transaction that stores the source, so that neither can be there without the other.
    """
    spoke = [_Spoke(rule, level) for rule in rules]
    with transaction.atomic():
        alert = _new(spoke, source, at=at, member=member, group=group, intake=intake, gathering=gathering)
        # The constraint decides between two at the same moment; the code tells whether ours is the one that stayed.
        Alert.objects.bulk_create([alert], ignore_conflicts=True)
        kept = handled_alerts().get(source_kind=source.kind, source_code=source.code, administration="")
        return kept if kept.code != alert.code else _begin(kept, spoke, source, at=at)


def _is_new(one: _Spoke, before: Sequence[AlertAnswer], *, anew: bool) -> bool:
    """Whether it was not heard yet; or, once somebody had looked after what was heard, is another answer or a new one.

    before  what this rule heard of the same sheet
    """
    if any(row.alert.state not in states.SETTLED for row in before):
        return False
    return anew or one.answer not in [_answer_in(row, one.answer) for row in before]


def _answer_in(row: AlertAnswer, unknown: Answer) -> Answer:
    """What was answered then; `unknown` where it was not kept yet."""
    if not row.sealed_answer:
        return unknown
    said: Answer = json.loads(seals.ALERT_ANSWER.open(row.sealed_answer, code=row.code, holder=row.alert.member))
    return said


def _new(spoke: Sequence[_Spoke], source: log.Ref, *, at: datetime, **where: object) -> Alert:
    alert = Alert(
        level=_highest(one.level for one in spoke),
        source_kind=source.kind,
        source_code=source.code,
        rules=_fitting(one.rule for one in spoke),
        raised_at=at,
        **where,
    )
    alert.escalate_at = passes_on_at(alert)
    return alert


def _begin(alert: Alert, spoke: Sequence[_Spoke], source: log.Ref, *, at: datetime) -> Alert:
    _keep(alert, spoke, source, at=at)
    record(Event.ALERT_RAISED, alert, by=SYSTEM, at=at)
    if grows(alert):
        tell(alert, at=at)
    return alert


def _take_in(
    row: Alert, fresh: Sequence[_Spoke], gathering: Gathering | None, source: log.Ref, *, at: datetime
) -> Alert:
    """Another answer of the same administration: nothing is lost, and nobody gets a second alert about one person."""
    _keep(row, fresh, source, at=at)
    waited_for_notes = not grows(row)
    said = sorted(row.answers.order_by("pk"), key=lambda one: -LEVELS.index(one.level))  # type: ignore[arg-type]
    row.level, row.rules = said[0].level, _fitting(one.rule for one in said)
    row.gathering = row.gathering or gathering
    asks_now = waited_for_notes and grows(row)
    if asks_now:
        # Only now does it ask for a person: from here on it is counted.
        row.raised_at = at
    if asks_now or row.state not in states.UNSEEN:
        row.state, row.with_person, row.again_at, row.seen_at = Alert.State.RAISED, LADDER[0], at, None
    row.escalate_at = passes_on_at(row)
    row.save()
    record(Event.ALERT_RAISED, row, by=SYSTEM, at=at, reason=AGAIN)
    if row.again_at == at and grows(row):
        tell(row, at=at)
    return row


def _keep(alert: Alert, spoke: Iterable[_Spoke], source: log.Ref, *, at: datetime) -> None:
    rows = []
    for one in {one.rule: one for one in spoke}.values():
        row = AlertAnswer(
            alert=alert,
            source_kind=source.kind,
            source_code=source.code,
            rule=one.rule,
            instrument=one.instrument,
            level=one.level,
            at=at,
        )
        if one.answer is not None:
            row.sealed_answer = seals.ALERT_ANSWER.seal(json.dumps(one.answer), code=row.code, holder=alert.member)
        rows.append(row)
    AlertAnswer.objects.bulk_create(rows)


def _highest(levels: Iterable[str]) -> str:
    return max(levels, key=LEVELS.index)  # type: ignore[arg-type]


def _fitting(rules: Iterable[str]) -> str:
    """The ids, comma-separated, as many whole ones as the column holds; the most pressing come first."""
    words = ""
    for rule in dict.fromkeys(rules):
        longer = f"{words},{rule}" if words else rule
        if len(longer) > 200:
            break
        words = longer
    return words
