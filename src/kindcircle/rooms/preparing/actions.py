"""Getting ready: writing a plan and sharing it, saying how to be reached, noting a talk. All of it may be left out."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.access.predicates import Facts
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.preparing.errors import ChangedElsewhere, LineTooLong, NothingToShare, TalkThatCannotBe
from kindcircle.rooms.preparing.models import LONGEST_TALK, OneToOne, PreparedStep, SafeContact, SupportPlan
from kindcircle.rooms.preparing.models_safety_plan import SafetyPlan
from kindcircle.rooms.preparing.parts import CONTACT_LINES, STEPS, version_of
from kindcircle.rooms.preparing.plans import SUPPORT, PlanKind
from kindcircle.rooms.preparing.queries import lines_of_contact, lines_of_plan

LONGEST_LINE = 1200


def keep_plan(
    *,
    person: User,
    lines: Mapping[str, str],
    by: Actor,
    at: datetime,
    kind: PlanKind = SUPPORT,
    seen: str | None = None,
) -> SupportPlan | SafetyPlan | None:
    """My plan as it is from now on. Emptied, it is gone, and shared with nobody.

    seen  the version of the words from which the page was filled; None where no page showed any
    Raises LineTooLong; ChangedElsewhere where the words are others by now, and then nothing of it is kept.
    """
    _own(person, by)
    said = _tidy(lines, kind.lines())
    with transaction.atomic():
        _hold(person)
        there = kind.model.objects.filter(person=person).first()
        _as_seen(lines_of_plan(there, kind) if there else {}, said, seen)
        if not said:
            _erase(person, kind, by=by, at=at)
            return None
        plan = there or kind.model(person=person)
        plan.sealed_lines = kind.seal.seal(json.dumps(said), code=plan.code, holder=person)
        plan.saved_at = at
        plan.save()
        _record(kind.kept, kind.about, plan.code, person, by=by, at=at)
    return plan


def share_plan(*, person: User, by: Actor, at: datetime, kind: PlanKind = SUPPORT) -> None:
    """Whom it is for may see it (see PlanKind.open). Twice is once. Raises NothingToShare."""
    _own(person, by)
    with transaction.atomic():
        _hold(person)
        plan = kind.model.objects.filter(person=person).first()
        if plan is None:
            raise NothingToShare
        if kind.model.objects.filter(pk=plan.pk, shared_at=None).update(shared_at=at):
            _record(kind.shared, kind.about, plan.code, person, by=by, at=at)


def take_plan_back(*, person: User, by: Actor, at: datetime, kind: PlanKind = SUPPORT) -> None:
    """Mine alone again, from this moment. Twice is once."""
    _own(person, by)
    with transaction.atomic():
        _hold(person)  # a page that saves the plan at this moment would write the sharing back
        plan = kind.model.objects.filter(person=person, shared_at__isnull=False).first()
        if plan is not None and kind.model.objects.filter(pk=plan.pk).update(shared_at=None):
            _record(kind.unshared, kind.about, plan.code, person, by=by, at=at)
            erased.note(erased.WITHDRAWN, label=kind.model._meta.label, code=plan.code, at=at)


def keep_contact(
    *, person: User, lines: Mapping[str, str], by: Actor, at: datetime, seen: str | None = None
) -> SafeContact | None:
    """How to reach me without harm. Emptied, it is gone. `seen` as with a plan.

    Raises LineTooLong, ChangedElsewhere.
    """
    _own(person, by)
    said = _tidy(lines, CONTACT_LINES)
    with transaction.atomic():
        _hold(person)
        row = SafeContact.objects.filter(person=person).first()
        _as_seen(lines_of_contact(row) if row else {}, said, seen)
        if not said:
            if row is not None:
                row.delete()
                _record(Event.SAFE_CONTACT_KEPT, "safe-contact", row.code, person, by=by, at=at, reason="emptied")
                erased.note(erased.ROW, label=SafeContact._meta.label, code=row.code, at=at)
            return None
        row = row or SafeContact(person=person)
        row.sealed_lines = seals.SAFE_CONTACT.seal(json.dumps(said), code=row.code, holder=person)
        row.saved_at = at
        row.save()
        _record(Event.SAFE_CONTACT_KEPT, "safe-contact", row.code, person, by=by, at=at)
    return row


def mark_step(*, person: User, step: str, done: bool, by: Actor, at: datetime) -> None:
    """I have looked at this, or would like to look again. For myself alone; nobody is told."""
    _own(person, by)
    if step not in STEPS:
        raise NotFound
    if done:
        PreparedStep.objects.get_or_create(person=person, step=step, defaults={"done_at": at})
    else:
        PreparedStep.objects.filter(person=person, step=step).delete()


def note_talk(
    *, place: Membership, held_on: date, minutes: int, how: str, line: str, client_key: str, by: Actor, at: datetime
) -> OneToOne:
    """A talk with one member, before or beside the meetings. It makes nobody present at any. Sent twice, it is one.

    Raises TalkThatCannotBe, LineTooLong.
    """
    require(by, Permission.PREPARATION_SEE, place)
    today = at.astimezone(ZoneInfo(place.group.zone)).date()
    if not 1 <= minutes <= LONGEST_TALK or held_on > today or how not in OneToOne.How.values:
        raise TalkThatCannotBe
    if len(line.strip()) > LONGEST_LINE:
        raise LineTooLong(LONGEST_LINE)
    with transaction.atomic():
        _hold(place.user)
        sent = OneToOne.objects.filter(client_key=client_key, place=place).first()
        if sent is not None:
            return sent
        talk = OneToOne(
            place=place, held_on=held_on, minutes=minutes, how=how, noted_at=at, client_key=client_key,
            noted_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned leads a group
        )  # fmt: skip
        if line.strip():
            talk.sealed_line = seals.ONE_TO_ONE.seal(line.strip(), code=talk.code, holder=place.user)
        talk.save(force_insert=True)
        _record(Event.ONE_TO_ONE_NOTED, "one-to-one", talk.code, place.user, by=by, at=at)
    return talk


def _own(person: User, by: Actor) -> None:
    require(by, Permission.PREPARATION_OWN, Facts(organisation_id=person.organisation_id, owner_id=person.pk))


def _hold(person: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # one change at a time


def _tidy(lines: Mapping[str, str], known: tuple[str, ...]) -> dict[str, str]:
    said = {name: lines[name].strip() for name in known if lines.get(name, "").strip()}
    if any(len(words) > LONGEST_LINE for words in said.values()):
        raise LineTooLong(LONGEST_LINE)
    return said


def _as_seen(there: Mapping[str, str], said: Mapping[str, str], seen: str | None) -> None:
    """Nothing is written over that the page has not shown. The same words twice are no other words."""
    if seen is not None and seen != version_of(there) and there != said:
        raise ChangedElsewhere(there)


def _erase(person: User, kind: PlanKind, *, by: Actor, at: datetime) -> None:
    plan = kind.model.objects.filter(person=person).first()
    if plan is not None:
        plan.delete()
        _record(kind.erased, kind.about, plan.code, person, by=by, at=at)
        erased.note(erased.ROW, label=kind.model._meta.label, code=plan.code, at=at)


def _record(event: Event, kind: str, code: str, person: User, *, by: Actor, at: datetime, reason: str = "") -> None:
    about, chain = log.Ref(kind, code), person.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=person.code, reason=reason)
