"""Words at the end reach only whoever would like some, and nothing reaches anybody unlooked at."""

from datetime import timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import closing
from kindcircle.rooms.ending.errors import ALittleLong, DoesNotReceive, GivenAlready, NothingSaid, NotNow
from kindcircle.rooms.ending.models import ClosingLetter, KeptLine
from kindcircle.rooms.groups.models import Gathering, Membership
from tests.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def near() -> World:
    """The first of four meetings is over: three are left, and the end is spoken of."""
    world = make_world(members=3)
    Gathering.objects.filter(group=world.group, number=1).update(
        state="closed", opened_at=world.at, closed_at=world.at + timedelta(hours=1)
    )
    return world


def place(world: World, number: int) -> Membership:
    rows = Membership.objects.select_related("user", "group__organisation")
    return rows.get(group=world.group, user=world.members[number])


def line(world: World, author: User, to: Membership, text: str = "Thank you.", key: str = "") -> KeptLine:
    return closing.write_line(
        to=to, text=text, client_key=key or f"{author.pk}{text}", author=author, by=world.actor(author), at=world.at
    )


def wish(world: World, number: int, *, yes: bool) -> None:
    closing.say_receives(place=place(world, number), wish=yes, by=world.actor(world.members[number]), at=world.at)


def test_before_the_end_is_near_there_is_no_closing_page() -> None:
    world = make_world(members=2)
    with pytest.raises(NotNow):
        line(world, world.member, place(world, 0))
    assert not closing.is_open(world.group)


def test_between_the_last_meeting_and_the_goodbye_of_the_house_words_still_find_their_way(near: World) -> None:
    Gathering.objects.filter(group=near.group).update(
        state="closed", opened_at=near.at, closed_at=near.at + timedelta(hours=1)
    )
    wish(near, 0, yes=True)
    assert closing.is_open(near.group)
    assert line(near, near.members[1], place(near, 0)).state == "waiting"


def test_nobody_gets_words_without_having_said_that_they_would_like_some(near: World) -> None:
    with pytest.raises(DoesNotReceive):
        line(near, near.members[1], place(near, 0))
    with pytest.raises(DoesNotReceive):
        line(near, near.facilitator, place(near, 0))
    wish(near, 0, yes=True)
    assert [one.user_id for one in closing.who_receives(near.group)] == [near.member.pk]
    line(near, near.members[1], place(near, 0))
    wish(near, 0, yes=False)
    with pytest.raises(DoesNotReceive):
        line(near, near.members[1], place(near, 0), text="Another.")
    with pytest.raises(NotFound):  # nobody says so for somebody else
        closing.say_receives(place=place(near, 0), wish=True, by=near.actor(near.members[1]), at=near.at)


def test_a_members_words_pass_those_who_lead_and_may_be_set_aside(near: World) -> None:
    wish(near, 0, yes=True)
    by, guide = near.actor(near.member), near.actor(near.facilitator)
    good, bad = line(near, near.members[1], place(near, 0)), line(near, near.members[2], place(near, 0), "Unkind.")
    assert closing.lines_for(place(near, 0), by=by) == []
    assert {(one.author, one.to, one.words) for one in closing.lines_that_wait(near.group, by=guide, at=near.at)} == {
        ("Tomas", "Ines", "Thank you."),
        ("Wren", "Ines", "Unkind."),
    }
    with pytest.raises(NotFound):
        closing.decide_line(line=good, give=True, by=near.actor(near.members[1]), at=near.at)
    closing.decide_line(line=good, give=True, by=guide, at=near.at)
    closing.decide_line(line=bad, give=False, by=guide, at=near.at)
    with pytest.raises(NotNow):
        closing.decide_line(line=bad, give=True, by=guide, at=near.at)
    assert [(one.author, one.words) for one in closing.lines_for(place(near, 0), by=by)] == [("Tomas", "Thank you.")]
    with pytest.raises(NotFound):
        closing.lines_for(place(near, 0), by=near.actor(near.members[1]))


def test_ones_own_line_is_there_at_once_and_only_once(near: World) -> None:
    for _ in range(2):
        line(near, near.member, place(near, 0), text="I can pause.", key="same form")
    lines = closing.lines_for(place(near, 0), by=near.actor(near.member))
    assert [(one.author, one.words) for one in lines] == [("", "I can pause.")]
    assert b"pause" not in bytes(KeptLine.objects.get().sealed_line)
    with pytest.raises(NotFound):
        closing.remove_line(line=lines[0].line, by=near.actor(near.facilitator), at=near.at)
    closing.remove_line(line=lines[0].line, by=near.actor(near.member), at=near.at)
    assert not KeptLine.objects.exists()


@pytest.mark.parametrize(("text", "error"), [("  ", NothingSaid), ("x" * 401, ALittleLong)])
def test_too_little_and_too_much_is_refused(near: World, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        line(near, near.member, place(near, 0), text=text)


def test_whoever_has_left_is_written_to_no_more(near: World) -> None:
    wish(near, 0, yes=True)
    to = place(near, 0)
    Membership.objects.filter(pk=to.pk).update(left_at=near.at + timedelta(hours=2))
    with pytest.raises(NotNow):
        line(near, near.facilitator, to)
    assert closing.who_receives(near.group) == []


def test_a_letter_goes_out_once_and_never_with_its_gap(near: World) -> None:
    guide = near.actor(near.facilitator)
    draft = closing.draft_to_all(near.group, by=guide)
    assert "Dear all of Tuesday circle" in draft and closing.gap() in draft and "Ada and Bo" in draft

    def save(text: str, *, give: bool, to: Membership | None = None) -> ClosingLetter:
        return closing.save_letter(group=near.group, to=to, text=text, give=give, by=guide, at=near.at)

    with pytest.raises(NothingSaid):
        save(draft, give=True)
    save(draft, give=False)
    assert closing.letters_for(place(near, 0), by=near.actor(near.member)) == []  # a draft is nobody's letter
    save("Dear all, thank you.", give=True)
    save("Dear Ines, thank you.", give=True, to=place(near, 0))
    with pytest.raises(GivenAlready):
        save("Something else.", give=False)
    assert [one.words for one in closing.letters_for(place(near, 0), by=near.actor(near.member))] == [
        "Dear Ines, thank you.",
        "Dear all, thank you.",
    ]
    tomas = closing.letters_for(place(near, 1), by=near.actor(near.members[1]))
    assert [one.words for one in tomas] == ["Dear all, thank you."]
    assert ClosingLetter.objects.count() == 2
    assert Delivery.objects.filter(about_kind="closing-letter").count() == 4
    with pytest.raises(NotFound):
        closing.letter_to(near.group, place(near, 0), by=near.actor(near.member))
