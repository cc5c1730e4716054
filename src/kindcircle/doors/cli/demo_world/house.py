"""The house itself: its people, its numbers to call, and the hands that do things in it on past days."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kindcircle.base.access import Actor
from kindcircle.base.lib import codes
from kindcircle.base.people.links import DEMO_HOUSE
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.doors.cli.demo_world import consent
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups import venues
from kindcircle.rooms.groups.models import Group, Invitation
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.safety import cohorts
from kindcircle.rooms.safety.models import Helpline, HelplineCheck
from kindcircle.spec.scoring import Answer

HOUR = timedelta(hours=1)
ZONE = "Europe/London"
# The groups that began keep the version they began with; what is offered now is the newest.
PROGRAMME, VERSION, NEWEST = "kind-to-a-body-that-hurts", "2", "3"


@dataclass
class House:
    """The made-up organisation while it is being built. `chance` is seeded: the same day gives the same house."""

    organisation: Organisation
    lead: User
    chance: random.Random
    safety_lead: User = field(init=False)
    facilitators: list[User] = field(default_factory=list)

    @property
    def guide(self) -> Actor:
        """The first facilitator, signed in with a second factor."""
        return self.acting(self.facilitators[0])

    def acting(self, user: User) -> Actor:
        """Somebody of the house about to do something."""
        return actor_for(user, strong=True)

    def welcome(self, name: str, *, role: str, at: datetime, group: Group | None = None) -> User:
        """Invite somebody and let them accept a little later."""
        if group is not None:
            return self._through_the_talk(name, group, at=at)
        by = self.acting(self.lead)
        _, secret = groups.invite(role=role, organisation=self.organisation, name=name, by=by, at=at)
        return groups.accept_invitation(secret=secret, name=name, email=address(name), at=at + timedelta(hours=3))

    def _through_the_talk(self, name: str, group: Group, *, at: datetime) -> User:
        """Somebody who was sent on by their nurse: written down, talked with, decided, and they said yes."""
        assert group.intake is not None  # each group is started with one
        application, secret = groups.add_somebody(intake=group.intake, name=name, by=self.guide, at=at)
        person = groups.accept_invitation(secret=secret, name=name, email=address(name), at=at + timedelta(hours=3))
        decided_at = at + timedelta(days=1)
        intake.decide(
            application=application,
            outcome="join",
            reason="Steady, has somebody to call, and would like to be among others.",
            letter=f"Dear {name}, it was good to talk. We would be glad to have you with us.",
            by=self.guide,
            at=decided_at,
        )
        groups.keep_place(application=application, group=group, by=self.guide, at=decided_at)
        consent.say_yes(person, name=name, by=self.acting(person), at=decided_at + HOUR)
        return person

    def start_group(self, name: str, *, first_at: datetime, at: datetime) -> Group:
        """A group in the room on the ground floor, led by the two facilitators."""
        owner, backup = self.facilitators
        return cohorts.start_group(
            organisation=self.organisation,
            name=name,
            programme=PROGRAMME,
            programme_version=VERSION,
            zone=ZONE,
            first_at=first_at,
            owner=owner,
            backup=backup,
            room=self.venue("The garden room"),
            video_room=self.venue("The quiet video room"),
            by=self.acting(self.lead),
            at=at,
        )

    def venue(self, name: str) -> Venue:
        """One of the house's own rooms."""
        return Venue.objects.get(organisation=self.organisation, name=name)

    def answer(self, sheet: Assignment, answers: dict[str, Answer], *, at: datetime, on_paper: bool) -> Response:
        """A member fills in a sheet; on paper a facilitator types it in afterwards."""
        staff = self.facilitators[0] if on_paper else None
        return measures.submit_response(
            assignment=sheet,
            answers=answers,
            client_key=codes.new_code(),
            by=self.acting(staff or sheet.member),
            at=at,
            by_staff=staff,
        )


def address(name: str) -> str:
    """An address that no mail server in the world accepts."""
    return f"{name.lower()}@willowmere.invalid"


def found(*, at: datetime) -> House:
    """The organisation with its lead, a safety lead, two facilitators and numbers that are plainly not real."""
    organisation = Organisation.objects.create(
        code=DEMO_HOUSE, name="Willowmere House (made up)", country="GB", zone=ZONE, created_at=at
    )
    lead = groups.make_person(organisation=organisation, name="Sipho", email=address("Sipho"), at=at)
    StaffRole.objects.create(user=lead, role=StaffRole.Role.ORGANISATION_LEAD, given_at=at)
    # The same answers every time; nothing secret hangs on them.
    house = House(organisation=organisation, lead=lead, chance=random.Random("Willowmere"))  # noqa: S311
    house.safety_lead = house.welcome("Ruta", role=Invitation.Role.SAFETY_LEAD, at=at + timedelta(days=1))
    house.facilitators = [
        house.welcome(name, role=Invitation.Role.FACILITATOR, at=at + timedelta(days=1)) for name in ("Marit", "Dayo")
    ]
    consent.fill(organisation, by=house.acting(lead), at=at + timedelta(days=1))
    return house


def show_help_lines(house: House, *, at: datetime) -> None:
    """Two numbers for the help page. Both say that they are not real; the second lies in a range kept for fiction."""
    lines = (
        ("Emergency (demo, not a real number)", "000 000", "Day and night", True),
        ("Evening line (demo, not a real number)", "01632 960 000", "Every evening from 6 to 11", False),
    )
    for order, (name, number, hours, emergency) in enumerate(lines):
        line = Helpline.objects.create(
            organisation=house.organisation,
            country=house.organisation.country,
            name=name,
            number=number,
            hours=hours,
            source="Made up for the demo",
            emergency=emergency,
            order=order,
        )
        for person in (house.lead, house.safety_lead):
            HelplineCheck.objects.create(helpline=line, by=person, at=at)


def dial_again(house: House, *, at: datetime) -> None:
    """A check holds for half a year; the two who dialled do it anew in time."""
    HelplineCheck.objects.filter(helpline__organisation=house.organisation).update(at=at)


def open_rooms(house: House, *, at: datetime) -> None:
    """Two rooms and a video room, as a house keeps them."""
    garden = venues.Facts(
        "The garden room",
        "Willowmere House, 3 Mill Lane",
        "The green door beside the bakery. Ring twice; somebody comes.",
        "yes",
        14,
        "There are blankets, and a chair with arms for whoever likes one.",
    )
    attic = venues.Facts("The attic", "Willowmere House, 3 Mill Lane", "Up two flights of stairs.", "no", 8)
    video = venues.Facts("The quiet video room", link="https://video.example.org/willowmere")
    by = house.acting(house.lead)
    for kind, facts in (("room", garden), ("room", attic), ("video", video)):
        venues.add_venue(organisation=house.organisation, kind=kind, facts=facts, by=by, at=at)
