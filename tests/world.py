"""Made-up people in made-up houses, as real rows. Nothing here is imitated: names are sealed, keys are made.

world = make_world(members=8)
actor = world.actor(world.members[0])            # who they are, as the access table sees them
other = make_world()                             # a second organisation, to prove that nothing crosses
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from unittest import mock

from kindcircle.base.access import Actor
from kindcircle.base.lib import clock, codes
from kindcircle.base.outbox.models import MailRule
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import keys, seals
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.intake.consent_texts import NEEDED_ITEMS, house_gaps, newest_facts, text_name
from kindcircle.rooms.intake.models import Application, Consent, ConsentFacts, Decision, Intake, Screener
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.rooms.safety.models import Helpline, HelplineCheck
from kindcircle.rooms.safety.models_rota import Duty
from kindcircle.rooms.team.credentials import EVERYBODY
from kindcircle.rooms.team.models import Credential
from tests.made_again import made_again

PROGRAMME = "kind-to-a-body-that-hurts"
VERSION = "1"
MINUTES = 60
NAMES = ["Ines", "Tomas", "Wren", "Oluwa", "Mei", "Farid", "Greta", "Sani", "Luca", "Noor", "Pia", "Jun"]


@dataclass
class World:
    """One organisation with its staff and one group. `at` is the moment everything was made."""

    at: datetime
    organisation: Organisation
    organisation_lead: User
    safety_lead: User
    group: Group
    facilitators: list[User] = field(default_factory=list)
    members: list[User] = field(default_factory=list)
    gatherings: list[Gathering] = field(default_factory=list)

    @property
    def member(self) -> User:
        """The member in the first seat."""
        return self.members[0]

    @property
    def facilitator(self) -> User:
        """The facilitator who owns the group's alerts."""
        return self.facilitators[0]

    @property
    def gathering(self) -> Gathering:
        """The first gathering, which starts at `at`."""
        return self.gatherings[0]

    def actor(self, user: User, *, strong: bool = True, only_gathering: int | None = None) -> Actor:
        """Who this person is right now, from the rows; with a second factor unless told otherwise."""
        return actor_for(user, strong=strong, only_gathering=only_gathering)

    def stranger(self, name: str = "Stranger") -> User:
        """Somebody with an account in this organisation and no place in any group."""
        return make_person(self.organisation, name, at=self.at)


def make_person(organisation: Organisation, name: str, *, at: datetime, email: str = "") -> User:
    """An account with a sealed name and address, and no way to sign in but the demo door or a mailed code."""
    code = codes.new_code()
    address = email or f"{name.split()[0].lower()}.{code[:8].lower()}@example.org"
    person = User(code=code, organisation=organisation, email=seals.blind_address(address), joined_at=at)
    person.set_unusable_password()
    person.sealed_name = seals.NAME.seal(name, code=code, holder=person)
    person.sealed_email = seals.ADDRESS.seal(address, code=code, holder=person)
    person.save()
    return person


def make_staff(organisation: Organisation, name: str, role: str, *, at: datetime) -> User:
    """Somebody with a role for the whole organisation."""
    person = make_person(organisation, name, at=at)
    StaffRole.objects.create(user=person, role=role, given_at=at)
    if role == StaffRole.Role.FACILITATOR:
        give_papers(person, at=at)
    return person


def join(group: Group, person: User, role: str, *, at: datetime) -> Membership:
    """A place on the ring: the next free seat of this role."""
    seat = Membership.objects.filter(group=group, role=role).count() + 1
    rests_on = admit(group, person, at=at) if role == Membership.Role.MEMBER else {}
    return Membership.objects.create(group=group, user=person, role=role, seat=seat, joined_at=at, **rests_on)


def admit(group: Group, person: User, *, at: datetime) -> dict[str, Decision | Consent]:
    """What a member's place rests on: they asked to come, somebody decided and signed, and they said yes in writing."""
    application, _ = Application.objects.get_or_create(
        intake=group.intake,
        person=person,
        defaults={"source": Application.Source.BY_HAND, "applied_at": at, "state": Application.State.PLACED},
    )
    decision = Decision(
        application=application, outcome=Decision.Outcome.JOIN, decided_by=group.alerts_owner, decided_at=at
    )
    for part in ("reason", "letter"):
        sealed = seals.DECISION.seal(f"Because of the {part}.", code=f"{decision.code}:{part}", holder=person)
        setattr(decision, f"sealed_{part}", sealed)
    decision.save()
    consent = current_consent(person)
    if consent is None:
        facts = fill_consent(group.organisation, group.alerts_owner, at=at)
        consent = Consent(
            person=person, kind=Consent.Kind.TAKING_PART, text=text_name(), facts_number=facts.number, signed_at=at
        )
        consent.sealed_signature = seals.SIGNATURE.seal("Their name", code=consent.code, holder=person)
        consent.save()
    return {"admission": decision, "consent": consent}


def fill_consent(organisation: Organisation, by: User, *, at: datetime) -> ConsentFacts:
    """What the house says in its consent text, so that it can take people in; once."""
    facts = {gap: f"The house says something about {gap.replace('_', ' ')}." for gap in house_gaps()}
    return newest_facts(organisation) or ConsentFacts.objects.create(
        organisation=organisation, number=1, facts=facts, made_by=by, made_at=at
    )


def yes_to(organisation: Organisation, signature: str = "Their name") -> dict[str, Any]:
    """What `groups.actions.say_yes` needs of somebody who says yes to all that is needed."""
    facts = newest_facts(organisation)
    return {
        "text": text_name(), "facts_number": facts.number if facts else 0, "items": [*NEEDED_ITEMS, "may-write"],
        "signature": signature, "shown": {"short": "Short.", "full": "Full."},
    }  # fmt: skip


def make_organisation(
    *, at: datetime, name: str = "Test House", zone: str = "UTC", country: str = "GB"
) -> Organisation:
    """A house that is staffed and writes mail round the clock, so that no test depends on the hour it runs."""
    organisation = Organisation.objects.create(
        name=name,
        country=country,
        zone=zone,
        created_at=at,
        staffed_days="1234567",
        staffed_from="00:00",
        staffed_until="23:59",
    )
    MailRule.objects.create(organisation=organisation, quiet_from="00:00", quiet_until="00:00", usual_messages=7)
    return organisation


def make_intake(
    organisation: Organisation,
    screeners: list[User],
    *,
    at: datetime,
    programme: str = PROGRAMME,
    version: str = VERSION,
    public: bool = False,
) -> Intake:
    """Where a group's people come from; these facilitators talk with them and decide."""
    intake = Intake.objects.create(
        organisation=organisation, name="Tuesday circle", programme=programme, programme_version=version,
        state=Intake.State.OPEN, public=public, zone=organisation.zone, created_at=at,
    )  # fmt: skip
    for person in screeners:
        Screener.objects.create(intake=intake, user=person, since=at)
    return intake


def make_group(
    organisation: Organisation,
    facilitators: list[User],
    *,
    at: datetime,
    first_at: datetime | None = None,
    programme: str = PROGRAMME,
    version: str = VERSION,
    gatherings: int = 4,
) -> tuple[Group, list[Gathering]]:
    """A running group with weekly gatherings, all planned; the first starts at `first_at` (or `at`)."""
    group = Group.objects.create(
        organisation=organisation,
        name="Tuesday circle",
        intake=make_intake(organisation, facilitators, at=at, programme=programme, version=version),
        programme=programme,
        programme_version=version,
        state=Group.State.RUNNING,
        zone=organisation.zone,
        place="Room 2, first floor",
        # A link of its own for each: two groups behind one would walk in on each other.
        video_link=f"https://video.example.org/circle{Group.objects.filter(organisation=organisation).count() or ''}",
        alerts_owner=facilitators[0],
        alerts_backup=facilitators[1],
        created_at=at,
    )
    fill_consent(organisation, facilitators[0], at=at)
    for person in facilitators:
        join(group, person, Membership.Role.FACILITATOR, at=at)
    planned = [
        Gathering.objects.create(
            group=group,
            number=number,
            starts_at=(first_at or at) + timedelta(weeks=number - 1),
            minutes=MINUTES,
            guide=facilitators[0],
            holder=facilitators[1],
        )
        for number in range(1, gatherings + 1)
    ]
    return group, planned


def dial_emergency(
    organisation: Organisation, people: Iterable[User], *, at: datetime, number: str = "999"
) -> Helpline:
    """The emergency number, dialled by these people: two of them, and groups may start. A second time it is anew."""
    line, _new = Helpline.objects.get_or_create(
        organisation=organisation, emergency=True,
        defaults={
            "country": organisation.country, "name": "Emergency services", "number": number, "hours": "Day and night",
            "source": "dialled", "order": 0,
        },
    )  # fmt: skip
    for person in people:
        HelplineCheck.objects.update_or_create(helpline=line, by=person, defaults={"at": at})
    return line


def always_on_duty(organisation: Organisation, person: User) -> None:
    """This person answers alerts day and night, so that no test depends on the hour it runs."""
    Duty.objects.bulk_create(
        [
            Duty(organisation=organisation, person=person, weekday=day, since=time(0), until=time(0))
            for day in range(1, 8)
        ]
    )


def give_papers(person: User, *, at: datetime) -> None:
    """Everything that somebody who leads should have, seen and without an end."""
    Credential.objects.bulk_create(
        [Credential(person=person, kind=kind, held_on=at.date(), written_at=at) for kind in EVERYBODY]
    )


def make_ready(organisation: Organisation, people: list[User], *, at: datetime) -> None:
    """All that has to be there before a group begins: a number that two dialled, and somebody on duty."""
    dial_emergency(organisation, people[:2], at=at)
    always_on_duty(organisation, people[0])


@made_again
# Everybody is new, so their words are sealed with the key just made; looking it up for each takes half of the time.
@mock.patch.object(seals, "stored_key_of", keys.key_of)
def make_world(
    *,
    at: datetime | None = None,
    members: int = 8,
    first_at: datetime | None = None,
    zone: str = "UTC",
    ready: bool = True,
) -> World:
    """An organisation with an organisation lead, a safety lead, two facilitators and a group of so many members.

    ready  with all that a group needs before its first door opens
    """
    at = at or clock.now()
    organisation = make_organisation(at=at, zone=zone)
    facilitators = [make_staff(organisation, name, StaffRole.Role.FACILITATOR, at=at) for name in ("Ada", "Bo")]
    group, gatherings = make_group(organisation, facilitators, at=at, first_at=first_at)
    if ready:
        make_ready(organisation, facilitators, at=at)
    people = [
        make_person(organisation, NAMES[i] if i < len(NAMES) else f"Member {i + 1}", at=at) for i in range(members)
    ]
    for person in people:
        join(group, person, Membership.Role.MEMBER, at=at)
    return World(
        at=at,
        organisation=organisation,
        organisation_lead=make_staff(organisation, "Odile", StaffRole.Role.ORGANISATION_LEAD, at=at),
        safety_lead=make_staff(organisation, "Selma", StaffRole.Role.SAFETY_LEAD, at=at),
        group=group,
        facilitators=facilitators,
        members=people,
        gatherings=gatherings,
    )
