"""From an offer to two groups: Odile offers a programme, twenty-two people ask to come, Ada forms two groups.

Everything goes over HTTP but the talks themselves, which have a walk of their own. Steps are counted and printed: one
step is one page opened or one button pressed.
"""

import pytest
from django.utils import timezone

from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Group, KeptPlace, Membership
from kindcircle.rooms.intake import actions as intake_actions
from kindcircle.rooms.intake.models import Application, Intake
from kindcircle.rooms.intake.queries import opened_answers
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, dial_emergency, make_world

PROGRAMME = "kind-to-a-body-that-hurts/3"
TUESDAY, THURSDAY, SATURDAY = "Tuesday at 18:00", "Thursday at 18:30", "Saturday at 10:00"


class Counted(Visitor):
    """A visitor whose steps are counted."""

    steps = 0

    def open(self, path: str) -> "Counted":
        self.steps += 1
        return super().open(path)  # type: ignore[return-value]

    def post(self, *args: object, **more: object) -> "Counted":
        self.steps += 1
        return super().post(*args, **more)  # type: ignore[arg-type, return-value]


@pytest.fixture
def world(running_site: RunningSite) -> World:
    world = make_world(members=1)
    dial_emergency(world.organisation, world.facilitators, at=world.at)
    return world


def offers(site: RunningSite, world: World) -> tuple[Counted, Intake]:
    """Odile offers a programme with three times of the week, looks at its page, and opens it."""
    odile = Counted(site, world.organisation_lead)
    odile.open("/desk/intakes/").follow("Offer a programme")
    _form, sent = odile.filled(
        "Make the draft",
        {
            "programme": PROGRAMME,
            "name": "Evenings in spring",
            "welcome": "You are welcome here, just as you are.",
            "place": "Room 3",
            "day_2": "18:00",
            "day_4": "18:30",
            "day_6": "10:00",
            "public": True,
        },
    )
    sent["screeners"] = [person.code for person in world.facilitators]
    odile.post(str(odile.answer.url), sent)
    intake = Intake.objects.get(organisation=world.organisation, name="Evenings in spring")
    assert odile.path == f"/desk/intakes/{intake.code}/" and "This is a draft." in odile.text
    stranger = Visitor(site).open(f"/come/{intake.code}/")
    assert stranger.status == 404, "nobody sees a draft"
    assert "This is how people see it." in Visitor(site, world.facilitator).open(f"/come/{intake.code}/").text
    odile.press("Open it")
    assert "It is open." in odile.text
    return odile, intake


def asks(site: RunningSite, intake: Intake, name: str, times: list[str], **fill: str) -> Counted:
    """Somebody finds the page and asks."""
    visitor = Counted(site).open(f"/come/{intake.code}/")
    given = {"name": name, "age": "43", "email": f"{name}.{codes.new_code()[:8]}@example.org".lower()}
    _, sent = visitor.filled("Ask to come", given | fill)
    slots = {f"{words}": code for code, words in _offered(intake).items()}
    sent["slot"] = [slots[words] for words in times]
    return visitor.post(str(visitor.answer.url), sent)


def _offered(intake: Intake) -> dict[str, str]:
    words = {2: TUESDAY, 4: THURSDAY, 6: SATURDAY}
    return {slot.code: words[slot.weekday] for slot in intake.slots.all()}


def test_twenty_two_people_ask_and_two_groups_begin(running_site: RunningSite, world: World) -> None:
    odile, intake = offers(running_site, world)
    people = before = User.objects.count()
    for number in range(22):
        times = [TUESDAY] if number % 3 == 0 else [THURSDAY] if number % 3 == 1 else [TUESDAY, THURSDAY, SATURDAY]
        visitor = asks(running_site, intake, f"Person{number}", times, hopes=f"Canary hope {number}.")
        assert visitor.path == f"/come/{intake.code}/thank-you/" and visitor.steps == 2
        assert "Thank you for asking" in visitor.text and "canary" not in visitor.html.casefold()
    assert User.objects.count() - before == 22
    rows = list(Application.objects.filter(intake=intake).order_by("applied_at", "pk"))
    assert [opened_answers(row)["hopes"] for row in rows] == [f"Canary hope {n}." for n in range(22)]

    # The lead sees how many, never who.
    odile.open(f"/desk/intakes/{intake.code}/")
    assert "22 to talk with" in odile.text and "Person" not in odile.text
    assert "6 more and Tuesday at 18:00 works. 15 people are still to decide." in odile.text

    # Nobody is proposed without a decision.
    ada = Counted(running_site, world.facilitator)
    ada.open(f"/desk/intakes/{intake.code}/")
    assert "Person7" in ada.text
    ada.follow("Form groups")
    assert "0 people may be given a place now." in ada.text

    # The talks: twenty may join, one comes later, one has not talked yet.
    actor = world.actor(world.facilitator)
    for row in rows[:20]:
        intake_actions.decide(
            application=row, outcome="join", reason="It fits.", letter="Welcome.", by=actor, at=clock.now()
        )
    intake_actions.decide(
        application=rows[20], outcome="later", reason="A loss.", letter="In autumn, gladly.", by=actor, at=clock.now()
    )
    ada = Counted(running_site, world.facilitator)
    ada.steps = 0
    ada.open(f"/desk/intakes/{intake.code}/")
    assert "20 may join" in ada.text and "1 later" in ada.text and "1 to talk with" in ada.text
    ada.follow("Form groups")
    assert "2 groups, with 10 and 10 people. Nobody waits." in ada.text
    ada.press("Propose 2 groups")
    assert "Group 1: Tuesday at 18:00, 10 people" in ada.text
    assert "Group 2: Thursday at 18:30, 10 people" in ada.text

    # Both start on their own time, with all dates looked over; each of the twenty has a place kept.
    for number, (owner, backup) in ((1, world.facilitators), (2, world.facilitators)):
        ada.follow(f"Start group {number}")
        ada.press("See all dates", {"owner": owner.code, "backup": backup.code})
        ada.press("Start the group")
        assert "a place in it is kept for 10 people" in ada.text, ada.text
    groups = list(Group.objects.filter(intake=intake).order_by("pk"))
    assert [KeptPlace.objects.filter(group=group, given_up_at=None).count() for group in groups] == [10, 10]
    zone = timezone.get_fixed_timezone(0)
    firsts = [Gathering.objects.get(group=group, number=1).starts_at.astimezone(zone) for group in groups]
    assert [(first.isoweekday(), first.hour, first.minute) for first in firsts] == [(2, 18, 0), (4, 18, 30)]
    assert not Membership.objects.filter(group__in=groups, role="member").exists(), "a place needs the person's yes"
    waiting = ada.open(f"/desk/intakes/{intake.code}/").text
    assert "20 a place is kept" in waiting and "1 later" in waiting and "1 to talk with" in waiting
    assert people + 22 == User.objects.count()
    with_forming = ada.steps - 1
    print(f"\n22 applicants, 2 steps each. Forming and starting two groups: {with_forming} steps.")
    assert with_forming <= 10


def test_one_mailbox_for_two(running_site: RunningSite, world: World) -> None:
    _, intake = offers(running_site, world)
    shared = f"both.{codes.new_code()[:8]}@example.org".lower()
    first = asks(running_site, intake, "Mei", [TUESDAY], email=shared)
    second = asks(running_site, intake, "Jun", [TUESDAY], email=shared.upper())
    assert first.text.replace("Mei", "") == second.text.replace("Jun", ""), "nothing tells that the address is known"
    mei, jun = Application.objects.filter(intake=intake).order_by("pk")
    assert mei.person_id != jun.person_id
    assert seals.address_of(jun.person) == shared.upper() and jun.person.email.endswith("@none.invalid")

    # Ada finds it among what there is to do, and makes Jun a link that leads to Jun's own side.
    ada = Visitor(running_site, world.facilitator).open("/desk/tasks/").follow("Hand somebody their own link")
    assert "Jun" in ada.text and "Mei" not in ada.text
    ada.follow("Make the link").press("Make the link")
    link = ada.html.partition('<input id="link" value="')[2].partition('"')[0]
    phone = Visitor(running_site).open(link).press("Go on", {"name": "Jun", "email": ""})
    assert phone.path == "/application/" and phone.status == 200


def test_a_form_sent_ten_times_is_one_request(running_site: RunningSite, world: World) -> None:
    _, intake = offers(running_site, world)
    visitor = Visitor(running_site).open(f"/come/{intake.code}/")
    page = str(visitor.answer.url)
    _, sent = visitor.filled("Ask to come", {"name": "Noor", "age": "1983", "slots": True})
    cookies = dict(visitor.client.cookies)
    for _ in range(10):
        again = Visitor(running_site)
        again.client.cookies.update(cookies)
        again.post(page, sent)
        assert again.path == f"/come/{intake.code}/thank-you/"
    only = Application.objects.get(intake=intake)
    assert only.slots.count() == 3 and seals.name_of(only.person) == "Noor"
    assert User.objects.filter(applications__intake=intake).count() == 1


def test_closed_while_it_was_being_filled_in(running_site: RunningSite, world: World) -> None:
    odile, intake = offers(running_site, world)
    visitor = Visitor(running_site).open(f"/come/{intake.code}/")
    _, sent = visitor.filled("Ask to come", {"name": "Pia", "age": "30", "slots": True, "hopes": "To sleep once more."})
    odile.press("Close it")
    visitor.post(str(visitor.answer.url), sent)
    assert visitor.status == 409 and "To sleep once more." in visitor.html
    assert not Application.objects.filter(intake=intake).exists()
    assert "This is closed just now" in visitor.open(f"/come/{intake.code}/").text
