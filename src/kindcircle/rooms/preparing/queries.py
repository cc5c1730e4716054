"""Reading what people got ready. Whoever leads and opens words about a person leaves a trace that the person sees."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kindcircle.base.access import Actor, Facts, Permission
from kindcircle.base.access.gate import can, require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.rooms.preparing.models import OneToOne, PreparedStep, SafeContact, SupportPlan
from kindcircle.rooms.preparing.models_safety_plan import SafetyPlan
from kindcircle.rooms.preparing.parts import OF_OTHERS, WORD, version_of
from kindcircle.rooms.preparing.plans import SUPPORT, PlanKind

MEMBER = Membership.Role.MEMBER
MAY_CALL = "safe-contact"
"""The line of the consent by which the person they named may be called."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Somebody's own plan. `shared`: since when those who lead may see it."""

    lines: dict[str, str]
    saved_at: datetime | None = None
    shared: datetime | None = None

    @property
    def version(self) -> str:
        """What a page shows that was filled from these lines, for it to say so when it is kept."""
        return version_of(self.lines)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody. may_call: they agreed in writing that the person they named may be called."""

    lines: dict[str, str]
    saved_at: datetime | None = None
    may_call: bool = False

    @property
    def version(self) -> str:
        """The same for these lines."""
        return version_of(self.lines)


@dataclass(frozen=True, slots=True)
class Reveal:
    """Somebody who leads opened it."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk of its own, opened for those who lead."""

    row: OneToOne
    line: str
    by: str


def own_plan(person: User, *, by: Actor, kind: PlanKind = SUPPORT) -> Plan:
    """My plan, empty if there is none."""
    _own(person, by)
    row = kind.model.objects.filter(person=person).first()
    return Plan({}) if row is None else Plan(lines_of_plan(row, kind), row.saved_at, row.shared_at)


def own_contact(person: User, *, by: Actor) -> Contact:
    """How I can be reached, as I said it last."""
    _own(person, by)
    row = SafeContact.objects.filter(person=person).first()
    return Contact({}) if row is None else Contact(lines_of_contact(row), row.saved_at, _may_call(person))


def steps_done(person: User, *, by: Actor) -> set[str]:
    """What I have looked at."""
    _own(person, by)
    return set(PreparedStep.objects.filter(person=person).values_list("step", flat=True))


def opened_by_others(person: User, event: Event, *, by: Actor) -> list[Reveal]:
    """Who opened it and when, newest first: for the person it is about."""
    _own(person, by)
    rows = list(AuditEntry.objects.filter(concerns=person.code, event=event).order_by("-at", "-pk")[:20])
    people = {user.code: user for user in User.objects.filter(code__in={row.actor for row in rows})}
    names = seals.names_of(list(people.values()))
    return [Reveal(names[people[row.actor].pk], row.at) for row in rows if row.actor in people]


def shared_in(group: Group, *, by: Actor) -> list[Membership]:
    """The present members of this group who share their plan, in seat order."""
    require(by, Permission.PREPARATION_SEE, group)
    rows = Membership.objects.filter(
        group=group, role=MEMBER, left_at=None, user__support_plan__shared_at__isnull=False
    )
    return list(rows.select_related("user", "group__organisation").order_by("seat"))


def plan_facts(place: Membership, plan: SupportPlan | SafetyPlan | None) -> Facts:
    """What access needs to know of the plan of somebody in a group."""
    shared = plan is not None and plan.shared_at is not None and place.left_at is None and place.role == MEMBER
    states = frozenset({"shared"} if shared else ())
    return Facts(place.group.organisation_id, place.group_id, owner_id=place.user_id, states=states)


def open_plan(place: Membership, *, by: Actor, at: datetime, kind: PlanKind = SUPPORT) -> Plan:
    """The plan of a member who shares it. It is noted who opened it, and the member sees it."""
    plan = kind.model.objects.filter(person=place.user_id).select_related("person").first()
    require(by, kind.open, plan_facts(place, plan))
    assert plan is not None  # nothing is never shared
    _record(kind.opened, log.Ref(kind.about, plan.code), place, by=by, at=at)
    return Plan(lines_of_plan(plan, kind), plan.saved_at, plan.shared_at)


def may_open_plan(place: Membership, kind: PlanKind, *, by: Actor) -> bool:
    """Whether the member shares it with this person. Nothing is opened."""
    plan = kind.model.objects.filter(person=place.user_id).first()
    return can(by, kind.open, plan_facts(place, plan))


def open_contact(place: Membership, *, by: Actor, at: datetime) -> Contact:
    """How to reach a member, for somebody who leads. It is noted who opened it.

    Whoever is named to be called stands there only while the member is in the group and has agreed to it in writing.
    """
    require(by, Permission.SAFE_CONTACT_OPEN, place)
    return contact_in_need(place, by=by, at=at)


def contact_in_need(place: Membership, *, by: Actor, at: datetime) -> Contact:
    """The same for whoever handles an alert about the member; the caller has asked whether they do."""
    row = SafeContact.objects.filter(person=place.user_id).select_related("person").first()
    if row is None:
        return Contact({})
    _record(Event.SAFE_CONTACT_OPENED, log.Ref("safe-contact", row.code), place, by=by, at=at)
    may_call = place.left_at is None and _may_call(place.user)
    lines = lines_of_contact(row)
    shown = lines if may_call else {name: words for name, words in lines.items() if name not in OF_OTHERS}
    return Contact(shown, row.saved_at, may_call)


def is_word_of(person: User, said: str) -> bool:
    """Whether this is the word by which this person says that they cannot speak freely. Compared, and never shown.

    Nothing is asked of access: it is heard also on a device that opens one meeting only, where it may be needed most.
    """
    row = SafeContact.objects.filter(person=person).select_related("person").first()
    word = _plain(lines_of_contact(row).get(WORD, "")) if row else ""
    return bool(word) and _plain(said) == word


def has_contact(users: Iterable[int]) -> set[int]:
    """Which of these people said how to reach them."""
    return set(SafeContact.objects.filter(person__in=list(users)).values_list("person_id", flat=True))


def talks_of(place: Membership, *, by: Actor) -> list[Talk]:
    """The talks noted with this member, newest first."""
    require(by, Permission.PREPARATION_SEE, place)
    rows = list(OneToOne.objects.filter(place=place).select_related("noted_by").order_by("-held_on", "-pk"))
    names = seals.names_of([row.noted_by for row in rows])
    return [Talk(row, _line(row, place.user), names[row.noted_by_id]) for row in rows]


def talked_with(group: Group, *, by: Actor) -> set[int]:
    """The places of this group, by id, with which a talk of their own was noted."""
    require(by, Permission.PREPARATION_SEE, group)
    return set(OneToOne.objects.filter(place__group=group).values_list("place_id", flat=True))


def own_talks(person: User, *, by: Actor) -> list[OneToOne]:
    """The talks somebody had with those who lead: when and how, and nothing of what was noted."""
    _own(person, by)
    return list(OneToOne.objects.filter(place__user=person).order_by("-held_on"))


def _own(person: User, by: Actor) -> None:
    require(by, Permission.PREPARATION_OWN, Facts(organisation_id=person.organisation_id, owner_id=person.pk))


def _may_call(person: User) -> bool:
    consent = current_consent(person)
    copy = getattr(consent, "copy", None)
    return copy is not None and MAY_CALL in copy.items


def lines_of_plan(row: SupportPlan | SafetyPlan, kind: PlanKind) -> dict[str, str]:
    """The words of a plan. For the room's own code: whoever asks for them by name is checked before."""
    kept = json.loads(kind.seal.open(row.sealed_lines, code=row.code, holder=row.person))
    return {name: kept[name] for name in kind.lines() if name in kept}


def lines_of_contact(row: SafeContact) -> dict[str, str]:
    """The same for how somebody can be reached."""
    return dict(json.loads(seals.SAFE_CONTACT.open(row.sealed_lines, code=row.code, holder=row.person)))


def _line(row: OneToOne, member: User) -> str:
    return seals.ONE_TO_ONE.open(row.sealed_line, code=row.code, holder=member) if row.sealed_line else ""


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.casefold()))


def _record(event: Event, about: log.Ref, place: Membership, *, by: Actor, at: datetime) -> None:
    log.record(event, by=by, about=about, at=at, chain=place.group.organisation.code, concerns=place.user.code)
