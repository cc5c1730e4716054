"""Those who lead read words without a name first: as a handful, never alone; the group gets what they let in."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.sharing import actions, handfuls, queries, review
from kindcircle.rooms.sharing.errors import LookedAtBefore
from kindcircle.rooms.sharing.models import Handful, Share
from kindcircle.rooms.sharing.review import After
from kindcircle.spec.ladder import LEAST, UNDO, Step
from tests.rooms.sharing.test_sharing import DAY, LATER, MORNING, NOON, climb, put, seen_by
from tests.world import World, join, make_person, make_world

pytestmark = pytest.mark.django_db
READ = MORNING + timedelta(hours=1)
SHOWN = MORNING + DAY


@pytest.fixture
def world() -> World:
    """Eight people, and those who lead read first."""
    world = make_world(at=NOON - DAY, members=8, first_at=NOON + 5 * DAY)
    turn(world, on=True)
    return world


def turn(world: World, *, on: bool, at=NOON) -> None:
    review.set_reviews(group=world.group, reviews=on, by=world.actor(world.facilitator), at=at)


def write(world: World, people: list[User], *, at=NOON, step: Step = Step.UNNAMED) -> list[Share]:
    return [put(world, who, step, f"Amsel {seals.name_of(who)}", at=at) for who in people]


def to_read(world: World, *, at=READ) -> list[str]:
    """The words without a name that those who lead have before them, handful after handful."""
    found = queries.to_review_together(world.group, by=world.actor(world.facilitators[1]), at=at)
    return [one.words for some in found for one in some]


def let_in(world: World, row: Share, *, at=READ) -> After:
    return review.let_in(group=world.group, share=row.code, by=world.actor(world.facilitator), at=at)


def give_back(world: World, row: Share, *, at=READ) -> After:
    by = world.actor(world.facilitator)
    return review.give_back(group=world.group, share=row.code, line="Shall we talk?", by=by, at=at)


def leave(who: User, *, at=READ) -> None:
    Membership.objects.filter(user=who).update(left_at=at)


def stage(world: World, row: Share, *, at=READ) -> str:
    return queries.own_share(Share.objects.get(pk=row.pk), by=world.actor(row.author), at=at).stage


def group_sees(world: World, *, at=SHOWN) -> set[str]:
    return {words for words, _name in seen_by(world, world.members[7], at=at)}


def test_words_of_four_come_to_those_who_lead_together_in_the_morning(world: World) -> None:
    rows = write(world, world.members[:3])
    put(world, world.member, Step.UNNAMED, "Two of one person are not two people.")
    assert handfuls.gather_due(at=MORNING) == 0 and to_read(world) == []
    assert stage(world, rows[0]) == "gathering-to-be-read"
    rows += write(world, [world.members[3]], at=READ)
    assert handfuls.gather_due(at=READ + UNDO) == 0 and to_read(world, at=READ + UNDO) == []
    assert handfuls.gather_due(at=SHOWN) == 1
    assert len(to_read(world, at=SHOWN)) == 5 and group_sees(world) == set()
    # The order was drawn once, and says nothing about who came first.
    assert to_read(world, at=SHOWN) == to_read(world, at=SHOWN + UNDO)
    assert stage(world, rows[0], at=SHOWN) == "read-together"
    # A fifth does not join them.
    write(world, [world.members[4]], at=SHOWN)
    handfuls.gather_due(at=SHOWN + DAY)
    assert len(to_read(world, at=SHOWN + DAY)) == 5
    assert not AuditEntry.objects.filter(about_kind="shared").exclude(concerns="").exists()


def test_what_they_let_in_appears_to_the_group_in_the_morning_once_all_are_answered(world: World) -> None:
    rows = write(world, world.members[:5])
    handfuls.gather_due(at=MORNING)
    assert give_back(world, rows[4]) == After.MORE_WAIT
    assert [let_in(world, row) for row in rows[:3]] == [After.MORE_WAIT] * 3
    # Half of it let in is none of it yet, also by the next morning.
    handfuls.gather_due(at=SHOWN)
    assert group_sees(world) == set() and "Amsel Ines" in to_read(world) and "Amsel Mei" not in to_read(world)
    with pytest.raises(LookedAtBefore):
        let_in(world, rows[0])
    assert let_in(world, rows[3], at=SHOWN + UNDO) == After.ALL_ANSWERED
    handfuls.gather_due(at=SHOWN + 2 * UNDO)
    assert to_read(world, at=SHOWN + 2 * UNDO) == [] and group_sees(world, at=SHOWN + 2 * UNDO) == set()
    assert queries.appears_in_the_morning(world.group, by=world.actor(world.facilitator), at=SHOWN + 2 * UNDO)
    assert stage(world, rows[0], at=SHOWN + 2 * UNDO) == "read-together"
    at = SHOWN + DAY
    assert handfuls.gather_due(at=at) == 1 and handfuls.gather_due(at=at) == 0
    assert group_sees(world, at=at) == {f"Amsel {seals.name_of(who)}" for who in world.members[:4]}
    assert (stage(world, rows[0], at=at), stage(world, rows[4], at=at)) == ("there", "given-back")
    # Whose words were given back was in it, too: what stayed would tell that it is not theirs.
    leave(world.members[4], at=at)
    assert group_sees(world, at=at) == set() == seen_by(world, world.facilitator, at=at)


def test_when_too_few_are_let_in_nobody_sees_them_and_they_come_along_with_four_others(world: World) -> None:
    rows = write(world, world.members[:4])
    handfuls.gather_due(at=MORNING)
    assert give_back(world, rows[3]) == After.MORE_WAIT
    # The others can still be answered: one of them may need a line.
    assert [let_in(world, row) for row in rows[:3]] == [After.MORE_WAIT, After.MORE_WAIT, After.TOO_FEW]
    handfuls.gather_due(at=SHOWN)
    assert to_read(world, at=SHOWN) == [] and group_sees(world) == set()
    assert not queries.appears_in_the_morning(world.group, by=world.actor(world.facilitator), at=SHOWN)
    assert stage(world, rows[0], at=SHOWN) == "read-in-vain"
    # They hide nobody any more: three others do not do.
    more = write(world, world.members[4:7], at=SHOWN)
    assert handfuls.gather_due(at=SHOWN + DAY) == 0
    more += write(world, [world.members[7]], at=SHOWN + DAY)
    at = SHOWN + 2 * DAY
    assert handfuls.gather_due(at=at) == 1
    assert len(to_read(world, at=at)) == 7
    # What was let in before needs no second answer.
    assert [let_in(world, row, at=at) for row in more][-1] == After.ALL_ANSWERED
    handfuls.gather_due(at=at + DAY)
    assert len(group_sees(world, at=at + DAY)) == 7
    # Whoever was read with them the first time counts as one of them: Oluwa's words had been given back.
    leave(world.members[3], at=at + DAY)
    assert group_sees(world, at=at + DAY) == set()


def test_whoever_takes_back_or_leaves_while_it_is_read_takes_the_rest_from_their_eyes(world: World) -> None:
    rows = write(world, world.members[:5])
    handfuls.gather_due(at=MORNING)
    actions.take_back(share=rows[0], by=world.actor(world.member), at=READ)
    assert len(to_read(world)) == 4 and let_in(world, rows[1]) == After.MORE_WAIT
    actions.take_back(share=rows[4], by=world.actor(world.members[4]), at=READ)
    assert to_read(world) == [] and stage(world, rows[1]) == "read-in-vain"
    for row in rows[1:4]:
        with pytest.raises(LookedAtBefore):
            let_in(world, row)
    # Somebody of them leaves: what is left waits for nothing any more, and its writers read so.
    leave(world.member)
    handfuls.gather_due(at=READ)
    assert stage(world, rows[1]) == "over-unseen"
    more = write(world, [world.members[5], world.members[6], world.members[7], world.members[4]], at=READ)
    assert handfuls.gather_due(at=SHOWN + DAY) == 1
    assert sorted(to_read(world, at=SHOWN + DAY)) == sorted(f"Amsel {seals.name_of(row.author)}" for row in more)


def test_whoever_leaves_before_the_group_sees_it_takes_all_of_it_along(world: World) -> None:
    rows = write(world, world.members[:5])
    handfuls.gather_due(at=MORNING)
    assert [let_in(world, row) for row in rows][-1] == After.ALL_ANSWERED
    leave(world.members[4])
    assert stage(world, rows[0]) == "over-unseen"
    handfuls.gather_due(at=SHOWN)
    assert group_sees(world) == set()


def test_when_the_last_that_waits_is_taken_back_the_rest_appears_in_the_morning(world: World) -> None:
    rows = write(world, world.members[:5])
    handfuls.gather_due(at=MORNING)
    for row in rows[:4]:
        let_in(world, row)
    at = SHOWN + UNDO
    actions.take_back(share=rows[4], by=world.actor(world.members[4]), at=at)
    handfuls.gather_due(at=at)
    assert group_sees(world, at=at) == set()
    handfuls.gather_due(at=SHOWN + DAY)
    assert len(group_sees(world, at=SHOWN + DAY)) == 4


def test_no_longer_read_first_lets_in_what_nobody_read(world: World) -> None:
    half = write(world, world.members[:4])
    handfuls.gather_due(at=MORNING)
    let_in(world, half[0])
    write(world, world.members[4:6], at=READ)
    turn(world, on=False, at=READ + UNDO)
    # What is half read is read to its end, as its writers were told.
    assert len(to_read(world)) == 4
    write(world, world.members[6:], at=READ + UNDO)
    assert handfuls.gather_due(at=SHOWN) == 1
    assert len(group_sees(world)) == 4 and "Amsel Ines" not in group_sees(world)
    assert [let_in(world, row, at=SHOWN) for row in half[1:]][-1] == After.ALL_ANSWERED
    handfuls.gather_due(at=SHOWN + DAY)
    assert len(group_sees(world, at=SHOWN + DAY)) == 8


@pytest.mark.parametrize("written_down", [True, False])
def test_no_longer_read_first_leaves_nothing_stuck(world: World, written_down: bool) -> None:
    """Too few are left of a handful that is half read, just before or after they no longer read first."""
    rows = write(world, world.members[:4])
    handfuls.gather_due(at=MORNING)
    let_in(world, rows[1])
    if written_down:
        turn(world, on=False, at=READ)
        actions.take_back(share=rows[0], by=world.actor(world.member), at=READ)
    else:
        leave(world.member)
        assert Handful.objects.get().over_at is None
        turn(world, on=False, at=READ)
    # What they had let in comes along. What they read and did not answer is not let in by itself.
    stages = [stage(world, row) for row in rows[1:]]
    assert stages == (["read-in-vain", "not-answered", "not-answered"] if written_down else ["over-unseen"] * 3)
    write(world, world.members[4:], at=READ)
    assert handfuls.gather_due(at=SHOWN) == 1 and to_read(world, at=SHOWN) == []
    assert len(group_sees(world)) == (5 if written_down else 4)
    # Also when they read first once more: its writer has read that it does not go.
    turn(world, on=True, at=SHOWN)
    assert (stage(world, rows[2], at=SHOWN) == "not-answered") == written_down
    # They can share it again.
    if written_down:
        climb(world, rows[2], Step.UNNAMED, at=SHOWN)
        assert stage(world, rows[2], at=SHOWN + UNDO) == "read-in-vain"


def test_what_was_read_in_vain_and_not_answered_is_not_let_in_with_the_rest(world: World) -> None:
    rows = write(world, world.members[:4])
    handfuls.gather_due(at=MORNING)
    let_in(world, rows[1])
    actions.take_back(share=rows[0], by=world.actor(world.member), at=READ)
    assert [stage(world, row) for row in rows[1:]] == ["read-in-vain"] * 3
    turn(world, on=False, at=READ)
    assert [stage(world, row) for row in rows[1:]] == ["read-in-vain", "not-answered", "not-answered"]
    write(world, world.members[4:], at=READ)
    handfuls.gather_due(at=SHOWN)
    assert len(group_sees(world)) == 5 and "Amsel Wren" not in group_sees(world)


def test_what_was_not_to_be_read_first_waits_for_its_own_four(world: World) -> None:
    """Those who lead could tell it from the rest: somebody wrote it before they turned it on."""
    turn(world, on=False)
    early = write(world, world.members[:2])
    turn(world, on=True, at=LATER)
    write(world, world.members[2:5], at=LATER)
    assert handfuls.gather_due(at=SHOWN) == 0 and stage(world, early[0], at=SHOWN) == "gathering-apart"
    write(world, [world.members[5]], at=SHOWN)
    handfuls.gather_due(at=SHOWN + DAY)
    assert len(to_read(world, at=SHOWN + DAY)) == 4 and stage(world, early[0], at=SHOWN + DAY) == "gathering-apart"


def test_words_that_had_a_name_come_along_and_hide_nobody(world: World) -> None:
    (led,) = write(world, world.members[:1], step=Step.LEADERS)
    climb(world, led, Step.UNNAMED, at=LATER)
    write(world, world.members[1:4])
    assert handfuls.gather_due(at=MORNING) == 0
    write(world, [world.members[4]], at=READ)
    assert handfuls.gather_due(at=SHOWN) == 1 and len(to_read(world, at=SHOWN)) == 5


def test_a_name_that_is_on_its_way_and_comes_back(world: World) -> None:
    rows = write(world, world.members[:5])
    handfuls.gather_due(at=MORNING)
    let_in(world, rows[0])
    # Let in, and on its way to a name: it stands where it stood; what waits for an answer goes from it.
    climb(world, rows[0], Step.NAMED, at=READ)
    assert len(to_read(world)) == 5
    actions.undo(share=rows[0], by=world.actor(rows[0].author), at=READ)
    assert len(to_read(world)) == 5
    climb(world, rows[1], Step.LEADERS, at=READ)
    assert "Amsel Tomas" not in to_read(world) and len(to_read(world)) == 4
    # By name before those who lead: of the others they know one less, so they see none of them.
    climb(world, rows[0], Step.NAMED, at=READ)
    at = READ + UNDO
    assert to_read(world, at=at) == []
    assert [one.name for one in queries.to_review(world.group, by=world.actor(world.facilitator), at=at)] == ["Ines"]


def open_to_answer(world: World, *, at=READ) -> set[str]:
    found = queries.to_review_together(world.group, by=world.actor(world.facilitator), at=at)
    return {one.code for some in found for one in some if not one.let_in}


def test_a_name_on_its_way_is_not_answered_as_if_it_had_none(world: World) -> None:
    rows = write(world, world.members[:6])
    handfuls.gather_due(at=MORNING)
    let_in(world, rows[0])
    climb(world, rows[0], Step.NAMED, at=READ)
    # It stays what it was to those who lead, and there is no trace of what its writer chose just now.
    assert len(to_read(world)) == 6 and open_to_answer(world) == {row.code for row in rows[1:]}
    for answer in (let_in, give_back):
        with pytest.raises(LookedAtBefore):
            answer(world, rows[0])
    at = READ + UNDO
    # With its name it waits once: there, and not with those that have none.
    (named,) = queries.to_review(world.group, by=world.actor(world.facilitator), at=at)
    assert named.code == rows[0].code and named.code not in open_to_answer(world, at=at)
    assert len(to_read(world, at=at)) == 6
    give_back(world, rows[0], at=at)
    # The name was given back. The words without it were let in, and stand where they stood.
    assert len(to_read(world, at=at)) == 6 and named.code not in open_to_answer(world, at=at)
    for row in rows[1:]:
        let_in(world, row, at=at)
    handfuls.gather_due(at=SHOWN)
    assert group_sees(world) == {f"Amsel {seals.name_of(row.author)}" for row in rows}


def test_what_a_writer_reads_of_a_name_that_waits_or_came_back(world: World) -> None:
    turn(world, on=False)
    rows = write(world, world.members[:6])
    handfuls.gather_due(at=MORNING)
    turn(world, on=True, at=READ)

    def mine(row: Share, at) -> tuple[str, str, str]:
        found = queries.own_share(Share.objects.get(pk=row.pk), by=world.actor(row.author), at=at)
        return found.stage, found.now, found.without

    climb(world, rows[0], Step.NAMED, at=READ)
    assert mine(rows[0], READ) == ("leaving", "unnamed", "there")
    assert mine(rows[0], READ + UNDO) == ("read-first", "unnamed", "there")
    give_back(world, rows[0], at=READ + UNDO)
    assert mine(rows[0], READ + UNDO) == ("given-back", "unnamed", "there")
    assert "Amsel Ines" in group_sees(world, at=READ + UNDO)
    # And when the others go, so does it.
    leave(world.members[5], at=READ + UNDO)
    assert mine(rows[0], READ + UNDO)[2] == "over" and not group_sees(world, at=READ + UNDO)


def test_a_name_on_its_way_from_what_the_group_does_not_see_yet(world: World) -> None:
    rows = write(world, world.members[:6])
    handfuls.gather_due(at=MORNING)
    let_in(world, rows[0])
    climb(world, rows[0], Step.NAMED, at=READ)
    found = queries.own_share(Share.objects.get(pk=rows[0].pk), by=world.actor(world.member), at=READ)
    assert (found.stage, found.now, found.without) == ("leaving", "unnamed", "read-together")


def test_what_was_given_back_is_known_when_its_page_is_shared_again(world: World) -> None:
    rows = [put(world, who, Step.UNNAMED, f"Amsel {who.pk}", source=f"page {who.pk}") for who in world.members[:5]]
    handfuls.gather_due(at=MORNING)
    give_back(world, rows[0])
    for row in rows[1:]:
        let_in(world, row)
    put(world, world.member, Step.UNNAMED, "Amsel once more", at=READ, source=f"page {world.member.pk}")
    write(world, world.members[5:], at=READ)
    assert handfuls.gather_due(at=SHOWN) == 1 and to_read(world, at=SHOWN) == []
    # It would be the fourth, and those who lead know it again.
    assert len(group_sees(world)) == 4


def five_of_which_one_is_given_back(world: World) -> list[Share]:
    rows = [put(world, who, Step.UNNAMED, f"Amsel {who.pk}", source=f"page {who.pk}") for who in world.members[:5]]
    handfuls.gather_due(at=MORNING)
    give_back(world, rows[0])
    return rows


@pytest.mark.parametrize("how", ["another copy", "another copy, and the first is gone", "as it is"])
def test_what_was_given_back_keeps_to_whom_it_was_read_with(world: World, how: str) -> None:
    """Its words come along with four others. If somebody leaves with whom it was read, what stays would tell more."""
    rows = five_of_which_one_is_given_back(world)
    for row in rows[1:]:
        let_in(world, row)
    if how == "as it is":
        climb(world, Share.objects.get(pk=rows[0].pk), Step.UNNAMED, at=READ)
    else:
        put(world, world.member, Step.UNNAMED, "Amsel once more", at=READ, source=f"page {world.member.pk}")
    if how == "another copy, and the first is gone":
        actions.take_back(share=rows[0], by=world.actor(world.member), at=READ)
    (mine,) = [one for one in queries.own_shares(world.actor(world.member), at=READ + UNDO) if not one.line]
    assert (mine.stage, mine.comes_along) == ("gathering-to-be-read", True)
    write(world, world.members[5:], at=READ)
    handfuls.gather_due(at=SHOWN)
    # Three others do not do. With a fourth it comes, and whoever was in the first one is on this list, too.
    assert to_read(world, at=SHOWN) == []
    write(world, [world.members[1]], at=SHOWN)
    handfuls.gather_due(at=SHOWN + DAY)
    assert len(to_read(world, at=SHOWN + DAY)) == 5
    leave(world.members[4], at=SHOWN + DAY)
    assert to_read(world, at=SHOWN + DAY) == []


def test_what_was_read_comes_no_more_once_somebody_of_them_left(world: World) -> None:
    five_of_which_one_is_given_back(world)
    again = put(world, world.member, Step.UNNAMED, "Amsel once more", at=READ, source=f"page {world.member.pk}")
    leave(world.members[4])
    assert stage(world, again, at=READ + UNDO) == "over-unseen"
    write(world, [world.members[1], *world.members[5:]], at=READ)
    assert handfuls.gather_due(at=SHOWN) == 1
    assert "Amsel once more" not in to_read(world, at=SHOWN) and len(to_read(world, at=SHOWN)) == 4


def test_a_way_over_a_name_within_ten_minutes_forgets_nothing(world: World) -> None:
    rows = five_of_which_one_is_given_back(world)
    for step in (Step.NAMED, Step.UNNAMED):
        climb(world, Share.objects.get(pk=rows[1].pk), step, at=READ)
    write(world, world.members[5:], at=READ)
    # It was just read, and so is no fourth.
    assert handfuls.gather_due(at=SHOWN) == 0
    write(world, [world.members[4]], at=SHOWN)
    handfuls.gather_due(at=SHOWN + DAY)
    newest = Handful.objects.order_by("-pk")[0]
    assert set(Handful.objects.order_by("pk")[0].roster) <= set(newest.roster)


def test_whoever_comes_later_reads_none_of_it(world: World) -> None:
    rows = write(world, world.members[:4])
    handfuls.gather_due(at=MORNING)
    newcomer = make_person(world.organisation, "Xenia", at=READ)
    join(world.group, newcomer, Membership.Role.MEMBER, at=READ)
    for row in rows:
        let_in(world, row)
    handfuls.gather_due(at=SHOWN)
    assert len(group_sees(world)) == 4 and not seen_by(world, newcomer, at=SHOWN)


def test_what_was_read_one_by_one_before_hides_nobody(world: World) -> None:
    """Rows from before this rule: those who lead have seen each of them alone."""
    row = write(world, world.members[:1])[0]
    turn(world, on=False)
    fresh = write(world, world.members[1:2])[0]
    shown = Handful.objects.create(group=world.group, roster=[], first_at=NOON, gathered_at=NOON)
    import_module("kindcircle.rooms.sharing.migrations.0003_read_first_together").as_it_was(apps, None)
    assert set(Share.objects.filter(known=True)) == {row} and fresh.review == Share.Review.NONE
    shown.refresh_from_db()
    assert shown.shown_at == NOON


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["put", "put", "put", "again", "in", "in", "back", "take", "leave", "day", "day", "turn", *Step],
        ),
        st.integers(0, 7),
    ),
    min_size=8, max_size=40,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(acts=ACTS)
def test_whatever_happens_no_page_holds_words_of_fewer_than_four(world: World, acts: list[tuple[str, int]]) -> None:
    """And nothing waits for ever: what its writer reads is on its way comes with words of four others."""
    start(world)
    at, on, readers = NOON, True, Readers()
    for act, number in acts:
        at += timedelta(minutes=11)
        readers.look(world, at=at)
        who = world.members[number]
        here = Membership.objects.filter(user=who, left_at=None).exists()
        mine = Share.objects.filter(author=who).order_by("pk").first()
        waits = [row for some in review.together(world.group, at=at) for row in some if handfuls.waits(row)]
        waits += review.waiting(world.group, at=at)
        if act == "put" and here:
            write(world, [who], at=at)
        elif act == "again" and mine and here:
            put(world, who, Step.UNNAMED, "Amsel, a little changed", at=at, source=mine.source_code)
        elif act in ("in", "back") and waits:
            (let_in if act == "in" else give_back)(world, waits[number % len(waits)], at=at)
        elif act == "take" and mine and here:
            actions.take_back(share=mine, by=world.actor(who), at=at)
        elif act == "leave" and number > 4:
            leave(who, at=at)
        elif act in set(Step) and mine and here:
            climb(world, mine, Step(act), at=at)
        elif act == "turn":
            on = not on
            turn(world, on=on, at=at)
        elif act == "day":
            at += DAY
            handfuls.gather_due(at=at)
        readers.look(world, at=at)
    whatever_waits_can_come(world, at=at)


def start(world: World) -> None:
    Share.objects.all().delete()
    Handful.objects.all().delete()
    Membership.objects.filter(group=world.group).update(left_at=None)
    turn(world, on=True)


class Readers:
    """What those who lead remember: which pages they read with a name, and in which handful they first saw one."""

    def __init__(self) -> None:
        self.named: set[str] = set()
        self.first: dict[str, int] = {}

    def look(self, world: World, *, at) -> None:
        by = world.actor(world.facilitator)
        # What somebody took back wholly and shares once more is taken for new: the record of decisions says so.
        left = set(Share.objects.values_list("source_code", flat=True))
        self.named &= left
        self.first = {page: handful for page, handful in self.first.items() if page in left}
        circle = queries.circle(world.group, by=by, at=at)
        codes = {row.code for row, _name in queries.for_leaders(world.group, by=by, at=at)}
        codes |= {one.code for one in (*queries.to_review(world.group, by=by, at=at), *circle.named)}
        self.named |= set(Share.objects.filter(code__in=codes).values_list("source_code", flat=True))
        for some in (*queries.to_review_together(world.group, by=by, at=at), *circle.handfuls):
            rows = Share.objects.filter(code__in=[one.code for one in some])
            (number,) = set(rows.values_list("handful", flat=True))
            together = list(Share.objects.filter(handful=number))
            for row in together:
                self.first.setdefault(row.source_code, number)
            cover = {
                row.author_id
                for row in together
                if row.source_code not in self.named and self.first[row.source_code] == number
            }
            assert len(cover) >= LEAST
            assert not any(place.left_at for place in Membership.objects.filter(user__in=[r.author for r in together]))


def whatever_waits_can_come(world: World, *, at) -> None:
    at += UNDO
    said = {"gathering", "gathering-to-be-read", "read-in-vain"}
    here = Membership.objects.filter(group=world.group, left_at=None).values("user")
    rows = Share.objects.filter(step=Step.UNNAMED, author__in=here)
    waiting = [row for row in rows if stage(world, row, at=at) in said]
    write(world, [who for who in world.members if here.filter(user=who.pk).exists()], at=at)
    at += 2 * DAY
    handfuls.gather_due(at=at)
    for row in waiting:
        assert stage(world, row, at=at) in ("there", "read-together")
