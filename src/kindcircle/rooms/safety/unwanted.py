"""Something unwanted, whatever its cause: written down, followed up, judged, and in the end over.

Nothing here is made by a machine. What somebody answered when all were asked is a reason to talk with them; whether
it is written down, and as what, a person decides.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.safety.errors import EventNotClear
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.models_answers import SHEET
from kindcircle.rooms.safety.stopping import SERIOUS, begin_stop_review
from kindcircle.rooms.tasks.actions import settle
from kindcircle.rooms.tasks.kinds import Kind

Related, Term = AdverseEvent.Related, AdverseEvent.Term
LINKED = (Related.POSSIBLE, Related.PROBABLE, Related.DEFINITE)
CAUSED = (Term.EMERGENT, Term.REACTION, Term.MALPRACTICE)
"""Terms that say that it came from the programme."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be known of it beyond what happened, when, how hard it was and whether it has to do with us.

    duration, done, outcome  words of the closed lists of AdverseEvent, or ""
    impact                   on daily life, 0 none to 3 all of it; None when nobody has said
    expected                 "yes" where the programme's own notes name it as something that may happen, "no", or ""
    """

    duration: str = ""
    impact: int | None = None
    expected: str = ""
    done: str = ""
    outcome: str = ""

    def problem(self) -> str:
        """What is not one of the choices; empty when all is well."""
        lists = {
            self.duration: AdverseEvent.Duration.values,
            self.done: AdverseEvent.Done.values,
            self.outcome: AdverseEvent.Outcome.values,
            self.expected: ["yes", "no"],
        }
        well = all(not given or given in known for given, known in lists.items())
        return "" if well and self.impact in (None, 0, 1, 2, 3) else _("Please pick one of the answers here.")


NOTHING_MORE = Facts()


@dataclass(frozen=True, slots=True)
class Unwanted:
    """One unwanted event, opened. `what` may be empty; `resolved_on` is None while it goes on."""

    event: AdverseEvent
    name: str
    what: str

    @property
    def code(self) -> str:
        return self.event.code

    @property
    def reviewed(self) -> bool:
        return self.event.reviewed_at is not None


def record_adverse_event(
    *,
    group: Group,
    member: User,
    category: str,
    severity: int,
    related: str,
    happened_on: date,
    by: Actor,
    at: datetime,
    what: str = "",
    gathering: Gathering | None = None,
    practice: str = "",
    facts: Facts = NOTHING_MORE,
    told: str = "",
    client_key: str = "",
) -> AdverseEvent:
    """Keep something unwanted that happened, whatever its cause. The same form sent twice is one event.

    From severity 4 the safety leads are told at once, and somebody decides within a day whether the group goes on.
    told  the code of the sheet on which the member said so, where it began there
    """
    require(by, Permission.ADVERSE_EVENT_RECORD, group)
    if category not in AdverseEvent.Category.values:
        raise EventNotClear(_("Please pick what kind of thing it was."))
    if related not in Related.values:
        raise EventNotClear(_("Please say whether it may have to do with the programme. A guess is fine."))
    if not 1 <= severity <= 5:
        raise EventNotClear(_("Please pick how bad it was, from 1 to 5."))
    if happened_on > (at + timedelta(days=1)).date():
        raise EventNotClear(_("This day is still to come. Please check the date."))
    if facts.problem():
        raise EventNotClear(facts.problem())
    said = {
        "group": group,
        "member": member,
        "gathering": gathering,
        "practice": practice[:60],
        "category": category,
        "severity": severity,
        "related": related,
        "happened_on": happened_on,
        "duration": facts.duration,
        "impact": facts.impact,
        "expected": facts.expected,
        "done": facts.done,
        "outcome": facts.outcome,
        "told_code": told[:22],
    }
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).only("pk").get(pk=group.pk)
        kept = AdverseEvent.objects.filter(recorded_by_id=by.user_id, client_key=client_key).exclude(client_key="")
        if (before := kept.select_related("member").first()) is not None:
            if _words(before) == what.strip() and all(getattr(before, name) == given for name, given in said.items()):
                return before
            # Somebody went back and wrote another thing down on the same page. It must not be lost.
            client_key = new_code()
        event = AdverseEvent(
            **said,
            recorded_at=at,
            recorded_by_id=by.user_id,  # type: ignore[misc]
            client_key=client_key,
        )
        if what.strip():
            event.sealed_what = seals.ADVERSE_EVENT.seal(what.strip(), code=event.code, holder=member)
        event.save(force_insert=True)
        if told:
            settle(Kind.WRITE_DOWN, about=log.Ref(SHEET, event.told_code), at=at)
        if severity >= SERIOUS:
            begin_stop_review(event, at=at)
        _record(Event.ADVERSE_EVENT_RECORDED, event, by, at)
    return event


def adverse_events(group: Group, *, by: Actor, at: datetime) -> list[Unwanted]:
    """What was written down in this group, the latest first. Each reading leaves a trace the member can see."""
    require(by, Permission.ADVERSE_EVENT_RECORD, group)
    events = list(
        AdverseEvent.objects.filter(group=group)
        .select_related("member", "group__organisation", "stop_review")
        .order_by("-happened_on", "-pk")
    )
    return _opened(events, by, at)


def open_event(event: AdverseEvent, *, by: Actor, at: datetime) -> Unwanted:
    """One of them."""
    require(by, Permission.ADVERSE_EVENT_RECORD, event)
    return _opened([event], by, at)[0]


def follow_up(*, event: AdverseEvent, facts: Facts, severity: int, by: Actor, at: datetime) -> AdverseEvent:
    """What became of it: how long, what it kept somebody from, what was done, how it ended, and how hard it was by now.

    Where it turns out to be serious, the clock of a serious one begins now; it never ends by itself.
    """
    require(by, Permission.ADVERSE_EVENT_RECORD, event)
    if facts.problem() or not 1 <= severity <= 5:
        raise EventNotClear(facts.problem() or _("Please pick how bad it was, from 1 to 5."))
    with transaction.atomic():
        row = AdverseEvent.objects.select_for_update(of=("self",), no_key=True).select_related(
            "group__organisation", "member"
        ).get(pk=event.pk)  # fmt: skip
        for name in ("duration", "impact", "expected", "done", "outcome"):
            setattr(row, name, getattr(facts, name))
        became_serious = row.severity < SERIOUS <= severity
        row.severity = severity
        row.save(update_fields=["duration", "impact", "expected", "done", "outcome", "severity"])
        if became_serious:
            begin_stop_review(row, at=at)
        _record(Event.ADVERSE_EVENT_CHANGED, row, by, at)
    return row


def review(*, event: AdverseEvent, term: str, related: str, expected: str, by: Actor, at: datetime) -> AdverseEvent:
    """Somebody who answers for safety judges it: what it is called, whether it came from us, whether it was expected.

    A later judgement takes the place of an earlier one; the record keeps both moments.
    """
    require(by, Permission.ADVERSE_EVENT_REVIEW, event)
    if term not in Term.values or related not in Related.values or expected not in ("yes", "no"):
        raise EventNotClear(_("Please pick one answer in each row."))
    if term in CAUSED and related not in LINKED:
        raise EventNotClear(_("You named it a reaction to the programme, and said that it has nothing to do with it."))
    with transaction.atomic():
        AdverseEvent.objects.filter(pk=event.pk).update(
            term=term, related=related, expected=expected, reviewed_by_id=by.user_id, reviewed_at=at
        )
        event.refresh_from_db()
        _record(Event.ADVERSE_EVENT_REVIEWED, event, by, at)
    return event


def end_adverse_event(*, event: AdverseEvent, on: date, by: Actor, at: datetime) -> None:
    """It is over since this day. Saying it again changes nothing."""
    require(by, Permission.ADVERSE_EVENT_RECORD, event)
    with transaction.atomic():
        if AdverseEvent.objects.filter(pk=event.pk, resolved_on=None).update(resolved_on=on):
            _record(Event.ADVERSE_EVENT_ENDED, event, by, at)


def _opened(events: list[AdverseEvent], by: Actor, at: datetime) -> list[Unwanted]:
    names = seals.names_of([event.member for event in events])
    with transaction.atomic():
        for event in events:
            _record(Event.ADVERSE_EVENT_OPENED, event, by, at)
    return [Unwanted(event=event, name=names[event.member_id], what=_words(event)) for event in events]


def _words(event: AdverseEvent) -> str:
    if not event.sealed_what:
        return ""
    return seals.ADVERSE_EVENT.open(event.sealed_what, code=event.code, holder=event.member)


def _record(what: Event, event: AdverseEvent, by: Actor, at: datetime) -> None:
    about = log.Ref("adverse-event", event.code)
    log.record(what, by=by, about=about, at=at, chain=event.group.organisation.code, concerns=event.member.code)
