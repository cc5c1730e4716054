"""What there may be for somebody on their page: each thing is found, for them alone, and all in one question."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kindcircle.base.lib import clock, codes
from kindcircle.base.outbox.models import MailWish
from kindcircle.base.people.models import User
from kindcircle.base.people.models_sign_in import SignIn
from kindcircle.base.vault import keys
from kindcircle.doors.web.member.waiting import waiting_for
from kindcircle.rooms.alliance import ratings
from kindcircle.rooms.backdraft import actions as backdraft
from kindcircle.rooms.backdraft.models import SlowerPace
from kindcircle.rooms.conversations import actions as conversations
from kindcircle.rooms.conversations.queries import member_places
from kindcircle.rooms.ending.models import CircleInvitation, Review
from kindcircle.rooms.feedback import actions as feedback
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.agreements import Line, starter
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.practice import at_hand
from kindcircle.rooms.practice.actions import start_play
from kindcircle.rooms.practice.courses import courses_of
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing import delivery
from kindcircle.spec.practices import load_practice
from tests.doors.web.member.people import signed_in
from tests.meetings import held
from tests.rooms.feedback.test_rate import tell
from tests.rooms.intake.test_consenting import house_says
from tests.world import World, make_group, make_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Plant = Callable[[World], object]


@pytest.fixture
def world(db: None) -> World:
    """A group that has met twice, the last time four days ago. Everybody came and nobody told anything yet."""
    now = clock.now()
    made = make_world(at=now - 30 * DAY, first_at=now - 11 * DAY)
    for gathering in made.gatherings[:2]:
        held(made, gathering, made.members)
        gathering.refresh_from_db()
    return made


def letter(world: World) -> None:
    written = clock.now() - 9 * DAY
    writing.write_letter(
        text="CANARY", deliver_on=(written + DAY).date(), client_key="k", author=world.member,
        by=world.actor(world.member), at=written,
    )  # fmt: skip
    delivery.deliver_due(at=clock.now())


def answer(world: World) -> None:
    place = member_places().get(user=world.member)
    said = {"by": world.actor(world.member), "at": clock.now() - HOUR}
    written = conversations.write(place=place, text="I shall be late.", client_key=codes.new_code(), **said)
    conversations.answer(
        conversation=written.conversation, text="Come when you can.", seen=written.code, client_key=codes.new_code(),
        by=world.actor(world.facilitator), at=clock.now(),
    )  # fmt: skip


def nudges(world: World) -> None:
    MailWish.objects.create(user=world.member, nudges=True, chosen_at=world.at)


def sign_in(world: World) -> None:
    SignIn.objects.create(user=world.member, kind="phone", browser="firefox", at=clock.now(), is_new=True)


def agreement(world: World) -> None:
    """Everybody but the member has said yes to it."""
    by = world.actor(world.facilitator)
    lines = (*starter(), Line("", "We begin with tea."))
    groups.confirm_agreement(group=world.group, lines=lines, taken_up=(), seen=0, by=by, at=world.at)
    for one in world.members[1:]:
        groups.answer_agreement(
            group=world.group, number=1, answer="agree", member=one, by=world.actor(one), at=world.at
        )


def newer_text(world: World) -> None:
    """The house has changed what its people say yes to, and asks anew."""
    house_says(world, keep_for="ten years")


def invitation(world: World) -> None:
    circle, _dates = make_group(
        world.organisation, world.facilitators, at=world.at, programme="circle-of-practice", gatherings=12
    )
    CircleInvitation.objects.create(circle=circle, person=world.member, made_by=world.facilitator, made_at=world.at)


def gathered(world: World) -> None:
    Review.objects.create(group=world.group, heard="some", gathered_at=clock.now())


def review_answered(world: World) -> None:
    Review.objects.update_or_create(
        group=world.group, defaults={"heard": "some", "gathered_at": clock.now(), "answered_at": clock.now()}
    )


def rated(world: World) -> None:
    lead = world.organisation_lead
    ratings.switch(group=world.group, on=True, staff=lead, by=world.actor(lead), at=clock.now())


def heard(world: World) -> None:
    feedback.tell_group(
        gathering=world.gatherings[1], heard="The hall is large.", doing="We bring the chairs nearer.", agreed=False,
        client_key=codes.new_code(), by=world.actor(world.facilitator), at=clock.now(),
    )  # fmt: skip


def told(world: World) -> None:
    tell(world, 0, [world.member])


def slowly(world: World) -> None:
    SlowerPace.objects.create(
        place=world.member.memberships.get(), reasons="by-hand", raised_at=world.at, decision="taken",
        decided_by=world.facilitator, decided_at=world.at,
    )  # fmt: skip


def still_there(world: World) -> None:
    at, by = clock.now() - 2 * DAY, world.actor(world.member)
    practice = load_practice("p01-three-part-pause")
    play = start_play(
        practice=practice, seconds=180, client_key="p", member=world.member, group=world.group, by=by, at=at
    )
    row = backdraft.ask_at_home(play=play, by=by, at=at)
    assert row is not None
    backdraft.say_how(landing=row, answers={"how": 1, "lasting": 1}, by=by, at=at)


def shelf(world: World) -> None:
    at_hand.put_at_hand("p22-soles-of-the-feet", member=world.member, by=world.actor(world.member))


MINE: dict[str, Plant] = {
    "letters": letter, "answers": answer, "nudges": nudges, "new_sign_in": sign_in, "invited": invitation,
    "told": told, "slowly": slowly, "still_there": still_there, "shelf": shelf, "unanswered": agreement,
}  # fmt: skip
"""What is about one person, and how it comes to be so."""

OURS: dict[str, Plant] = {"said_yes": newer_text, "gathered": gathered, "rated": rated, "heard": heard}
"""What is about the whole group."""


def asked(world: World, person: User) -> dict[str, bool]:
    by = world.actor(person)
    return asdict(waiting_for(person, courses_of(by)[0], by=by, at=clock.now()))


def changed(world: World, plant: Plant, person: User) -> set[str]:
    before = asked(world, person)
    plant(world)
    after = asked(world, person)
    return {name for name in before if before[name] != after[name]}


def test_on_a_usual_day_there_is_nothing_but_their_yes(world: World) -> None:
    for person in world.members[:2]:
        assert {name for name, there in asked(world, person).items() if there} == {"said_yes"}


@pytest.mark.parametrize("name", [*MINE, *OURS])
def test_each_thing_is_found_and_nothing_else_with_it(world: World, name: str) -> None:
    assert changed(world, (MINE | OURS)[name], world.member) == {name}


@pytest.mark.parametrize("name", MINE)
def test_what_is_somebody_s_own_is_there_for_nobody_else(world: World, name: str) -> None:
    assert changed(world, MINE[name], world.members[1]) == set()


@pytest.mark.parametrize("name", OURS)
def test_what_is_the_group_s_is_there_for_its_other_members_and_for_no_other_group(world: World, name: str) -> None:
    elsewhere = make_world(at=world.at)
    before = asked(elsewhere, elsewhere.member)
    assert changed(world, OURS[name], world.members[1]) == {name}
    assert asked(elsewhere, elsewhere.member) == before


def test_those_who_lead_have_answered_the_review(world: World) -> None:
    assert changed(world, review_answered, world.member) == {"gathered", "review_answered"}


def test_however_much_there_is_it_is_one_question(world: World) -> None:
    course = courses_of(world.actor(world.member))[0]
    by = world.actor(world.member)
    for plant in (MINE | OURS).values():
        plant(world)
    with CaptureQueriesContext(connection) as queries:
        waiting_for(world.member, course, by=by, at=clock.now())
    assert len(queries) == 1


def test_what_there_is_stands_on_the_page(world: World) -> None:
    """All of it at once, which no day brings: each thing is fetched once more, and none of them twice."""
    client = signed_in(world.member)
    client.get("/today/")
    for plant in (MINE | OURS).values():
        plant(world)
    keys.forget_opened()
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/today/")
    said = page.content.decode()
    for words in (
        "A letter has arrived", "an answer is here", "No more nudges", "A new sign-in", "A circle to come back to",
        "Did we talk about it?", "was still with you", "We bring the chairs nearer.", "is it all right for you?",
        "The page you say yes to",
    ):  # fmt: skip
        assert words in said, words
    assert page.context["slowly"] is not None
    assert [one.practice.id for one in page.context["mine"]] == ["p22-soles-of-the-feet"]
    assert len(queries) <= 23


def test_nothing_of_it_stands_there_for_a_fellow_member(world: World) -> None:
    for plant in MINE.values():
        plant(world)
    said = signed_in(world.members[1]).get("/today/").content.decode()
    for words in (
        "A letter has arrived", "an answer is here", "No more nudges", "A new sign-in", "A circle to come back to",
        "Did we talk about it?", "was still with you", "is it all right for you?",
    ):  # fmt: skip
        assert words not in said, words


def test_a_visit_by_short_code_is_not_asked_about_a_practice_at_home(world: World) -> None:
    still_there(world)
    visit = world.actor(world.member, only_gathering=Gathering.objects.get(pk=world.gatherings[2].pk).pk)
    course = courses_of(visit)[0]
    assert not waiting_for(world.member, course, by=visit, at=clock.now()).still_there
