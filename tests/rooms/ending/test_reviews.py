"""Keep, change, need: nobody's words until they are everybody's, once, and never with a name."""

import itertools
import json
from datetime import timedelta

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import reviews
from kindcircle.rooms.ending.errors import ALittleLong, AlreadyGathered, NotGathered, NothingSaid, NotTheMiddle
from kindcircle.rooms.ending.models import Review, ReviewNote
from kindcircle.rooms.ending.waiting import waiting_in
from kindcircle.rooms.groups.models import Gathering
from kindcircle.spec.programmes import all_programmes, load_programme
from tests.world import World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def middle() -> World:
    """A group of eight whose second meeting of four is open."""
    world = make_world(members=8)
    state(world, 1, "closed")
    state(world, 2, "open")
    return world


def state(world: World, number: int, state: str) -> None:
    at = world.at + timedelta(weeks=number - 1)
    rows = Gathering.objects.filter(group=world.group, number=number)
    rows.update(state=state, opened_at=at, closed_at=at if state == "closed" else None)


def say(world: World, member: User, keep: str = "", change: str = "", need: str = "", **practices: str) -> None:
    reviews.write_note(
        group=world.group,
        words={"keep": keep, "change": change, "need": need},
        practices=practices.get("practices", {}),  # type: ignore[arg-type]
        member=member,
        by=world.actor(member),
        at=world.at,
    )


def gather(world: World) -> Review:
    return reviews.gather(group=world.group, by=world.actor(world.facilitator), at=world.at)


def test_the_middle_comes_from_when_a_programme_asks_midway() -> None:
    middles = {(one.id, one.version): reviews.middle_of(one) for one in all_programmes()}
    assert middles[("kind-to-a-body-that-hurts", "2")] == 2
    assert middles[("kind-to-a-body-that-hurts", "3")] == 2
    assert middles[("compassionate-mind-group", "1")] == middles[("compassionate-mind-group", "2")] == 7
    assert middles[("eight-weeks-of-self-compassion", "1")] == 5
    assert middles[("care-for-those-who-care", "1")] == 3  # meetings 2 and 5 are as near: the middle itself
    assert middles[("circle-of-practice", "1")] is None
    assert middles[("three-months-on", "1")] is None


def test_before_five_have_written_nobody_reads_a_word(middle: World) -> None:
    for member in middle.members[:4]:
        say(middle, member, keep="canary words")
    review = gather(middle)
    assert review.heard == "some"
    assert not review.sealed_words
    assert reviews.said_by(middle.group, by=middle.actor(middle.facilitator)) is None
    assert not ReviewNote.objects.exists()  # and nobody ever will


def test_five_who_write_are_heard_without_their_names(middle: World) -> None:
    for number, member in enumerate(middle.members[:5]):
        say(middle, member, keep=f"keep {number}", need=f"need {number}" if number < 2 else "")
    assert gather(middle).heard == "words"
    said = reviews.said_by(middle.group, by=middle.actor(middle.facilitator))
    assert said is not None
    assert sorted(said.keep) == [f"keep {number}" for number in range(5)]
    assert sorted(said.need) == ["need 0", "need 1"]
    assert said.change == ()
    # Nothing in the database leads from a line back to whoever wrote it, or says who wrote at all.
    assert not ReviewNote.objects.exists()
    members = {member.code for member in middle.members}
    assert not members & set(AuditEntry.objects.filter(event__startswith="review").values_list("concerns", flat=True))
    assert not members & set(AuditEntry.objects.filter(event__startswith="review").values_list("actor", flat=True))


def test_the_order_says_nothing() -> None:
    notes = [reviews.Own({"keep": str(n), "change": str(n), "need": ""}, {}) for n in range(6)]
    orders = {tuple(found["keep"]) for found in (reviews._together(notes) for _ in range(60))}
    assert len(orders) > 40  # of 720; the same order every time would be one
    apart = [reviews._together(notes) for _ in range(60)]
    assert any(found["keep"] != found["change"] for found in apart)


@pytest.mark.parametrize("people", [5, 6, 7, 8, 9])
@pytest.mark.parametrize("watching", [1, 2])
def test_no_member_can_work_out_what_another_said_of_a_practice(people: int, watching: int) -> None:
    """Every possible set of answers: whoever knows their own answers (two together, too) can rule out neither."""
    worlds = list(itertools.product((reviews.MORE, ""), repeat=people))
    for own in itertools.product((reviews.MORE, ""), repeat=watching):
        for shown in (True, False):
            fits = [
                one
                for one in worlds
                if one[:watching] == own and reviews.more_than_half(reviews.MORE, list(one)) is shown
            ]
            for other in range(watching, people):
                if fits:
                    assert {one[other] for one in fits} == {reviews.MORE, ""}


@pytest.mark.parametrize("people", range(5, 16))
def test_more_and_less_told_side_by_side_give_nobody_away(people: int) -> None:
    """By how many said what, up to fifteen: beside their own answer, everything may be true of anybody else."""
    wishes = (reviews.MORE, reviews.LESS, "")
    others = [counts for counts in itertools.product(range(people), repeat=len(wishes)) if sum(counts) == people - 1]
    for own in range(len(wishes)):
        left: dict[tuple[bool, ...], list[tuple[int, ...]]] = {}
        for counts in others:
            said = [wish for wish, n in zip(wishes, counts, strict=True) for _ in range(n)] + [wishes[own]]
            told = tuple(reviews.more_than_half(wish, said) for wish in (reviews.MORE, reviews.LESS))
            left.setdefault(told, []).append(counts)
        for possible in left.values():
            for wish in range(len(wishes)):
                assert any(counts[wish] > 0 for counts in possible)
                assert any(counts[wish] < people - 1 for counts in possible)


def test_practices_are_told_of_only_where_more_than_half_want_a_change(middle: World) -> None:
    ids = [one.id for one in reviews.practices_so_far(middle.group)]
    assert len(ids) >= 2
    for number, member in enumerate(middle.members[:7]):
        wish = "less" if number < 3 else "more" if number < 6 else ""
        say(middle, member, keep="x", practices={ids[0]: "more", ids[1]: wish})  # type: ignore[arg-type]
    gather(middle)
    said = reviews.said_by(middle.group, by=middle.actor(middle.facilitator))
    assert said is not None
    assert (said.more, said.less) == ((ids[0],), ())


def test_it_is_brought_together_once_and_then_frozen(middle: World) -> None:
    for member in middle.members[:5]:
        say(middle, member, keep="same")
    first = gather(middle)
    with pytest.raises(AlreadyGathered):
        say(middle, middle.members[6], keep="late")
    again = gather(middle)
    assert (again.sealed_words, again.gathered_at) == (first.sealed_words, first.gathered_at)


def test_one_can_change_ones_words_and_counts_once(middle: World) -> None:
    say(middle, middle.member, keep="before")
    say(middle, middle.member, change="after")
    own = reviews.own_note(middle.group, member=middle.member, by=middle.actor(middle.member))
    assert (own.words["keep"], own.words["change"]) == ("", "after")
    assert ReviewNote.objects.count() == 1
    for member in middle.members[1:4]:
        say(middle, member, keep="x")
    assert gather(middle).heard == "some"  # four people, five sendings


def test_bad_input_is_refused_kindly(middle: World) -> None:
    with pytest.raises(NothingSaid):
        say(middle, middle.member, keep="   ", practices={"no-such-practice": "more"})  # type: ignore[arg-type]
    with pytest.raises(ALittleLong):
        say(middle, middle.member, keep="x" * 301)
    early = make_world(members=1)
    with pytest.raises(NotTheMiddle):
        say(early, early.member, keep="x")
    with pytest.raises(NotTheMiddle):
        gather(early)
    with pytest.raises(NotGathered):
        reviews.answer(group=middle.group, lines=["x"], by=middle.actor(middle.facilitator), at=middle.at)


def test_only_whoever_it_belongs_to(middle: World) -> None:
    say(middle, middle.member, keep="mine")
    other = middle.members[1]
    with pytest.raises(NotFound):
        reviews.own_note(middle.group, member=middle.member, by=middle.actor(other))
    with pytest.raises(NotFound):
        reviews.own_note(middle.group, member=middle.member, by=middle.actor(middle.facilitator))
    with pytest.raises(NotFound):
        reviews.gather(group=middle.group, by=middle.actor(other), at=middle.at)


def test_what_changes_is_read_by_everybody_in_the_group(middle: World) -> None:
    by = middle.actor(middle.facilitator)
    for member in middle.members[:5]:
        say(middle, member, keep="x")
    assert waiting_in([middle.group])[middle.group.pk].review == ""
    state(middle, 2, "closed")
    assert waiting_in([middle.group])[middle.group.pk].review == "gather"
    gather(middle)
    assert waiting_in([middle.group])[middle.group.pk].review == "answer"
    reviews.answer(group=middle.group, lines=["", " More  quiet. ", "b", "c", "d"], by=by, at=middle.at)
    assert reviews.answer_to(middle.group, by=middle.actor(middle.members[7])) == ["More quiet.", "b", "c"]
    assert waiting_in([middle.group])[middle.group.pk].review == ""
    raw = b"".join(bytes(row.sealed_words) + bytes(row.sealed_answer) for row in Review.objects.all())
    assert b"quiet" not in raw
    assert json.dumps("x").encode() not in raw


def test_a_course_that_ends_early_asks_for_its_middle_no_more(middle: World) -> None:
    assert reviews.is_open(middle.group)
    assert load_programme("kind-to-a-body-that-hurts", "1").form == "closed"
    middle.group.state = "finished"
    assert not reviews.is_open(middle.group)
