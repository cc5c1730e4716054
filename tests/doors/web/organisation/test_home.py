"""The page of a house: what is open, what comes due, seats and harms; and not one word about anybody."""

from datetime import timedelta

import pytest
from django.test import Client

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole
from kindcircle.doors.web.organisation.due import due_in
from kindcircle.rooms.conversations.models import Conversation
from kindcircle.rooms.ending.models import Ending
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.models_consent import ConsentFacts
from kindcircle.rooms.measures.models import Wording
from kindcircle.rooms.safety.models import AdverseEvent, Alert, Helpline, HelplineCheck
from kindcircle.rooms.safety.models_rota import Duty
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.team.models import Credential
from tests.doors.web.organisation.test_house import enter
from tests.world import World, dial_emergency, make_staff, make_world

DAY = timedelta(days=1)


@pytest.fixture
def lead(client, world: World) -> Client:
    return enter(client, world.organisation_lead)


def alert(world: World, number: int, *, raised: timedelta, state: str = "raised", level: str = "contact") -> Alert:
    return Alert.objects.create(
        group=world.group,
        member=world.members[number],
        level=level,
        source_kind="signal",
        source_code=f"{world.group.pk}-{number}",
        rules="asked",
        state=state,
        raised_at=clock.now() - raised,
    )


def test_what_is_open_is_counted_and_nobody_is_named(lead, world):
    alert(world, 0, raised=9 * DAY)
    alert(world, 1, raised=timedelta(minutes=1), state="seen")
    alert(world, 2, raised=9 * DAY, state="contacted")
    alert(world, 3, raised=9 * DAY, level="review")
    now = clock.now()
    Conversation.objects.create(
        group=world.group, member=world.members[0], waiting_since=now - 9 * DAY, late_told_at=now
    )
    raise_task(
        Kind.TWO_MISSES,
        organisation=world.organisation,
        about=Ref("membership", "m"),
        once="m",
        due_at=now - DAY,
        at=now - 3 * DAY,
        group_id=world.group.pk,
    )
    Delivery.objects.create(
        kind="next-meeting", user=world.members[0], about_kind="gathering", about_code="g", once_key="k",
        due_at=now, gave_up_at=now, why="returned",
    )  # fmt: skip
    page = lead.get("/organisation/").content.decode()
    words = " ".join(page.split())
    assert '<dt>Alerts</dt><dd><span class="number">4</span> <span class="tag tag-lamp">1 longer than promised' in words
    assert (
        '<dt>Messages from members</dt><dd><span class="number">1</span> <span class="tag tag-lamp">1 longer' in words
    )
    assert '<dt>Things to do</dt><dd><span class="number">1</span> <span class="tag tag-lamp">1 past their day' in words
    assert 'in thirty days</dt><dd><span class="number">1</span>' in words
    for name in ("Ines", "Tomas", "Wren", "Oluwa"):
        assert name not in page


def test_another_house_counts_its_own(lead, world):
    other = make_world()
    alert(other, 0, raised=9 * DAY)
    assert '<dt>Alerts</dt><dd><span class="number">0</span>' in " ".join(
        lead.get("/organisation/").content.decode().split()
    )


def test_what_comes_due_stands_in_order_with_its_page(lead, world):
    now = clock.now()
    line = Helpline.objects.create(
        organisation=world.organisation, country="GB", name="Listening line", number="116", hours="always", source="x"
    )
    for person, days in zip(world.facilitators, (160, 5), strict=True):
        HelplineCheck.objects.create(helpline=line, by=person, at=now - days * DAY)
    Wording.objects.create(
        organisation=world.organisation, instrument="phq-9", version="1", language="en", imported_at=now - 400 * DAY,
        terms_accepted_at=now - 400 * DAY, words={}, source_name="x.csv", source_file=b"x", source_sha256="0",
    )  # fmt: skip
    found = due_in(world.organisation, at=now)
    words = [one.words for one in found]
    assert any(one.startswith("Dial Listening line again") for one in words)
    assert next(one for one in found if "phq-9" in one.words).late
    assert [one.late for one in found] == sorted((one.late for one in found), reverse=True)
    page = lead.get("/organisation/").content.decode()
    assert "Dial Listening line again" in page and 'href="/organisation/wordings/"' in page
    assert due_in(make_world().organisation, at=now) != found


def test_seats_stand_with_their_rule_and_small_groups_without_figures(lead, world):
    page = " ".join(lead.get("/organisation/").content.decode().split())
    assert "Finished means:" in page and world.group.name in page
    tiny = make_world(members=3)
    page = " ".join(enter(Client(), tiny.organisation_lead).get("/organisation/").content.decode().split())
    assert "not shown" in page


def test_none_is_told_from_not_asked(lead, world):
    since = clock.now() - 60 * DAY
    world.group.memberships.update(joined_at=since)
    page = " ".join(lead.get("/organisation/").content.decode().split())
    assert "none, but nobody was asked" in page
    AdverseEvent.objects.create(
        group=world.group, member=world.member, category="sleep", severity=2, related="no", happened_on=since.date(),
        recorded_at=since, recorded_by=world.facilitator,
    )  # fmt: skip
    page = " ".join(lead.get("/organisation/").content.decode().split())
    assert "fewer than five" in page


def test_an_operator_sees_no_figures(client, world):
    operator = make_staff(world.organisation, "Ola", StaffRole.Role.OPERATOR, at=world.at)
    page = enter(client, operator).get("/organisation/").content.decode()
    assert "Open now" not in page and world.group.name not in page


def test_the_house_says_when_nobody_could_be_called(lead, world):
    HelplineCheck.objects.all().delete()
    assert "emergency number needs to be dialled anew" in lead.get("/organisation/").content.decode()
    dial_emergency(world.organisation, world.facilitators, at=clock.now())
    assert "emergency number needs to be dialled anew" not in lead.get("/organisation/").content.decode()


def test_every_room_tells_what_comes_due(world):
    now = clock.now()
    by = world.actor(world.facilitator)
    assert due_in(world.organisation, at=now) == []
    mine = Credential.objects.filter(person=world.facilitator).order_by("pk")
    mine.update(held_on=now.date() - 400 * DAY)
    mine.filter(pk=mine[0].pk).update(until=now.date() - DAY)
    mine.filter(pk=mine[1].pk).update(until=now.date() + 30 * DAY)
    mine.filter(pk=mine[2].pk).update(until=now.date() + 300 * DAY)
    long_ago = now - timedelta(weeks=7)
    application, secret = groups.add_somebody(intake=world.group.intake, name="Canary", by=by, at=long_ago)
    groups.accept_invitation(secret=secret, name="Canary", email="canary@example.org", at=long_ago)
    intake.decide(application=application, outcome="join", reason="Fits.", letter="Welcome.", by=by, at=long_ago)
    Duty.objects.all().delete()
    ConsentFacts.objects.all().delete()
    Ending.objects.create(group=world.group, finished_at=now - 25 * DAY)
    Gathering.objects.filter(group=world.group).update(starts_at=now - 25 * DAY)
    words = [one.words for one in due_in(world.organisation, at=now)]
    for said in (
        "1 paper of a facilitator has run out.",
        "1 paper of a facilitator ends soon.",
        "1 person waits whose talk is more than six weeks ago. Somebody speaks with them again.",
        "Before a group starts: somebody is on duty in all staffed hours of the next two weeks.",
        f"What was written in {world.group.name} is taken away.",
    ):
        assert said in words, words
    assert any("The consent text has" in one for one in words)
    assert not any("Canary" in one for one in words)
    assert all(one.url for one in due_in(world.organisation, at=now))
    assert due_in(make_world().organisation, at=now) == []
