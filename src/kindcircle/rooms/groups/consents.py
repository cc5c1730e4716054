"""How somebody's yes to taking part stands: what it is about, whether it is asked for, and how many said it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import Group, KeptPlace, Membership
from kindcircle.rooms.intake.consent_texts import asks_since, is_current, text_name
from kindcircle.rooms.intake.models import Application, Consent, Intake
from kindcircle.rooms.intake.queries import current_consent, latest_decision

MEMBER = Membership.Role.MEMBER


class Stand(StrEnum):
    """Where somebody is with their yes."""

    NOT_ASKED = "not-asked"  # nobody has decided that they may come
    ASKED = "asked"  # they may come once they say yes
    GIVEN = "given"
    NEWER = "newer"  # given, and the text has changed since: it holds, and they are asked
    TAKEN_BACK = "taken-back"


@dataclass(frozen=True, slots=True)
class About:
    """What a yes would be about. groups may be empty: then it is about what the intake offers."""

    groups: tuple[Group, ...]
    intakes: tuple[Intake, ...]

    @property
    def programmes(self) -> tuple[tuple[str, str], ...]:
        """Each programme once, in the version it is given in."""
        offers: tuple[Group | Intake, ...] = (*self.groups, *self.intakes)
        pairs = [(one.programme, one.programme_version) for one in offers]
        return tuple(dict.fromkeys(pairs))


def stand_of(person: User) -> Stand:
    """Where this person is with their yes."""
    consent = current_consent(person)
    if consent is not None:
        since = asks_since(person.organisation)
        return Stand.GIVEN if is_current(consent, name=text_name(), since=since) else Stand.NEWER
    if _present(person).exists() or _open_applications(person):
        return Stand.ASKED
    return Stand.TAKEN_BACK if last_withdrawn(person) else Stand.NOT_ASKED


def is_asked(person: User) -> bool:
    """Whether a member is to be asked on their own page: never yet, or the text is another one now."""
    return stand_of(person) in {Stand.ASKED, Stand.NEWER}


def last_withdrawn(person: User) -> Consent | None:
    """The yes to taking part that they took back last, if any."""
    taken = Consent.objects.filter(person=person, kind=Consent.Kind.TAKING_PART, withdrawn_at__isnull=False)
    return taken.order_by("withdrawn_at").last()


def about_person(person: User) -> About:
    """What their yes is about: groups they are in or have a place kept in, else what they asked to come to."""
    kept = KeptPlace.objects.filter(application__person=person, taken_at=None, given_up_at=None)
    ids = {*_present(person).values_list("group_id", flat=True), *kept.values_list("group_id", flat=True)}
    groups = tuple(Group.objects.filter(pk__in=ids).select_related("organisation").order_by("pk"))
    if groups:
        return About(groups, ())
    return About((), tuple(one.intake for one in _open_applications(person)))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of those in a group said yes to the text as it stands, to an older one, or never."""

    current: int = 0
    older: int = 0
    never: int = 0


def counts_of(groups: Iterable[Group], organisation: Organisation) -> dict[int, Counts]:
    """The same for each of these groups, by id. No names."""
    found = {group.pk: {"current": 0, "older": 0, "never": 0} for group in groups}
    name, since = text_name(), asks_since(organisation)
    for group_id, consent in _said(found):
        kind = "never" if consent is None else "current" if is_current(consent, name=name, since=since) else "older"
        found[group_id][kind] += 1
    return {pk: Counts(**counts) for pk, counts in found.items()}


def not_current(group: Group) -> set[int]:
    """The members, by account id, whose yes is to an older text or who never said one."""
    name, since = text_name(), asks_since(group.organisation)
    rows = Membership.objects.filter(group=group, role=MEMBER, left_at=None).select_related("user")
    yes = _current_of(row.user_id for row in rows)
    return {
        row.user_id
        for row in rows
        if row.user_id not in yes or not is_current(yes[row.user_id], name=name, since=since)
    }


def _said(group_ids: Iterable[int]) -> Iterable[tuple[int, Consent | None]]:
    rows = Membership.objects.filter(group__in=list(group_ids), role=MEMBER, left_at=None)
    pairs = list(rows.values_list("group_id", "user_id"))
    yes = _current_of(user for _group, user in pairs)
    return [(group, yes.get(user)) for group, user in pairs]


def _current_of(user_ids: Iterable[int]) -> dict[int, Consent]:
    kind = Consent.Kind.TAKING_PART
    rows = Consent.objects.filter(person__in=list(user_ids), kind=kind, replaced_at=None, withdrawn_at=None)
    return {row.person_id: row for row in rows}


def _present(person: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person, role=MEMBER, left_at=None)


def _open_applications(person: User) -> list[Application]:
    """Those that were answered with a place, after any yes that was taken back."""
    back = last_withdrawn(person)
    found = []
    for one in Application.objects.filter(person=person, withdrawn_at=None).select_related("intake").order_by("pk"):
        decision = latest_decision(one)
        if decision is None or not decision.opens_a_place:
            continue
        if back is None or back.withdrawn_at is None or decision.decided_at > back.withdrawn_at:
            found.append(one)
    return found
