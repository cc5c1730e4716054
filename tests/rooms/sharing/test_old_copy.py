"""An old copy of the database comes back: nobody reads more of somebody's words than that person last let them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups import out_and_back
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.groups.models_absence import Leaving
from kindcircle.rooms.sharing import actions, gone, handfuls, queries, review
from kindcircle.rooms.sharing.models import Handful, Share
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.ladder import SHOWS, UNDO, Step
from tests.rooms.sharing.test_sharing import DAY, LATER, NOON, climb, four, put, seen_by
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
AFTER = LATER + UNDO


@pytest.fixture
def world() -> World:
    return make_world(at=NOON - DAY, members=8, first_at=NOON + 5 * DAY)


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def lines() -> list[erased.Erased]:
    return list(erased.noted(erased.file())) if erased.file().exists() else []


def old(*kinds: type[Model]) -> list[Model]:
    """How the rows stand at this moment, for the copy."""
    return [row for kind in kinds for row in kind._default_manager.order_by("pk")]


def come_back(rows: list[Model]) -> None:
    """A copy comes back: what it holds stands again as it stood."""
    for row in rows:
        row.save()


def down(world: World, row: Share, step: Step, *, at=AFTER) -> Share:
    return actions.move(share=row, step=step, looked="", by=world.actor(row.author), at=at)


def test_words_by_name_that_were_given_to_those_who_lead_alone_stay_with_them(world: World) -> None:
    ines, tomas, ada = world.member, world.members[1], world.facilitator
    row, copy = put(world, ines, Step.NAMED), old(Share)
    down(world, row, Step.LEADERS)
    said = lines()
    come_back(copy)
    assert seen_by(world, tomas, at=AFTER) == {("Amsel", "Ines")}
    assert replay(said) == 1 and replay(said) == 0
    later = AFTER + DAY
    assert not seen_by(world, tomas, at=later) and seen_by(world, ada, at=later) == {("Amsel", "Ines")}
    assert queries.own_share(row, by=world.actor(ines), at=later).words == "Amsel"


def test_words_that_lost_their_name_do_not_have_it_again(world: World) -> None:
    row, copy = put(world, world.member, Step.NAMED), old(Share)
    down(world, row, Step.UNNAMED)
    said = lines()
    come_back(copy)
    assert replay(said) == 1
    assert not any(seen_by(world, who, at=AFTER) for who in (*world.members, world.facilitator))
    # The group knew them by name: they cover nobody.
    for who in world.members[1:4]:
        put(world, who, Step.UNNAMED)
    assert handfuls.gather_due(at=NOON + DAY) == 0


def test_a_step_that_was_undone_is_not_taken_by_itself(world: World) -> None:
    row = put(world, world.member, Step.LEADERS)
    row = climb(world, row, Step.NAMED, at=LATER)
    copy = old(Share)
    actions.undo(share=row, by=world.actor(world.member), at=LATER)
    said = lines()
    come_back(copy)
    later = LATER + DAY
    assert seen_by(world, world.members[1], at=later)
    assert replay(said) == 1 and not seen_by(world, world.members[1], at=later)
    assert seen_by(world, world.facilitator, at=later) == {("Amsel", "Ines")}


def test_a_step_aside_takes_the_old_one_back(world: World) -> None:
    """From those who lead to the group without a name: nobody reads the name again, and more is shown to nobody."""
    row, copy = put(world, world.member, Step.LEADERS), old(Share)
    climb(world, row, Step.UNNAMED, at=AFTER)
    said = lines()
    come_back(copy)
    assert replay(said) == 1 and not Share.objects.exists()


def test_out_of_a_handful_that_others_still_read(world: World) -> None:
    rows = four(world)
    at = NOON + DAY
    copy = old(Handful, Share)
    climb(world, rows[0], Step.LEADERS, at=at)
    said = lines()
    come_back(copy)
    assert len(seen_by(world, world.members[5], at=at)) == 4
    assert replay(said) == 1
    assert not seen_by(world, world.members[5], at=at + DAY)
    assert Handful.objects.get().over_at is not None


def five_wait(world: World) -> list[Share]:
    review.set_reviews(group=world.group, reviews=True, by=world.actor(world.facilitator), at=NOON)
    return [put(world, who, Step.UNNAMED, f"Amsel {who.pk}") for who in world.members[:5]]


def are_read(world: World, *, at) -> int:
    by = world.actor(world.facilitator)
    return sum(len(some) for some in queries.to_review_together(world.group, by=by, at=at))


def test_what_was_read_with_somebody_who_left_does_not_come_again_without_them(world: World) -> None:
    """Those who lead may remember all five. If four came again, they would know whose the fifth was."""
    rows = five_wait(world)
    copy, at = old(Share), NOON + DAY
    handfuls.gather_due(at=at)
    assert are_read(world, at=at) == 5
    leave(world, world.members[4], at=at)
    gone.leave_due(at=at)
    said = lines()
    Share.objects.all().delete()
    Handful.objects.all().delete()
    forget_leaving(world.members[4])
    come_back(copy)
    assert replay(said) == 2 and replay(said) == 0
    assert handfuls.gather_due(at=at + DAY) == 0 and are_read(world, at=at + DAY) == 0
    mine = queries.own_share(Share.objects.get(pk=rows[0].pk), by=world.actor(world.member), at=at + DAY)
    assert mine.stage == "over-unseen"


def test_what_was_read_with_words_that_were_taken_back_keeps_to_who_wrote_them(world: World) -> None:
    rows = five_wait(world)
    copy, at = old(Share), NOON + DAY
    handfuls.gather_due(at=at)
    actions.take_back(share=rows[4], by=world.actor(world.members[4]), at=at)
    said = lines()
    Share.objects.all().delete()
    Handful.objects.all().delete()
    come_back(copy)
    assert replay(said) == 1
    # They hide nobody for themselves, and come along with four others.
    assert handfuls.gather_due(at=at + DAY) == 0
    for who in (*world.members[5:], world.member):
        put(world, who, Step.UNNAMED, f"Drossel {who.pk}", at=at + DAY)
    assert handfuls.gather_due(at=at + 2 * DAY) == 1 and are_read(world, at=at + 2 * DAY) == 8
    leave(world, world.members[4], at=at + 2 * DAY)
    assert are_read(world, at=at + 2 * DAY) == 0


def test_what_was_shown_again_since_stays(world: World) -> None:
    row = put(world, world.member, Step.NAMED)
    row = down(world, row, Step.LEADERS)
    row = climb(world, row, Step.NAMED, at=AFTER + DAY)
    assert replay(lines()) == 0
    row.refresh_from_db()
    assert row.step == Step.NAMED


ACTS = st.lists(
    st.tuples(st.sampled_from(["move", "undo", "copy", "back"]), st.sampled_from(list(Step)), st.sampled_from([1, 12])),
    min_size=2, max_size=6,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(first=st.sampled_from(list(Step)), acts=ACTS)
def test_whatever_happened_nobody_reads_more_than_now(
    world: World, first: Step, acts: list[tuple[str, Step, int]]
) -> None:
    """Through every story of steps, with a copy made anywhere in it: a restore shows no more than its end did."""
    Share.objects.all().delete()
    erased.file().unlink(missing_ok=True)
    at, row = NOON, put(world, world.member, first)
    copy = old(Share)
    for act, step, minutes in acts:
        at += timedelta(minutes=minutes)
        if not Share.objects.exists():
            break
        row = Share.objects.get()
        if act == "copy":
            copy = old(Share)
        elif act == "move":
            climb(world, row, step, at=at)
        elif act == "undo" and actions.standing(row, at) != row.step:
            actions.undo(share=row, by=world.actor(world.member), at=at)
        elif act == "back":
            actions.take_back(share=row, by=world.actor(world.member), at=at)
    at += DAY
    now = actions.standing(Share.objects.get(), at) if Share.objects.exists() else ""
    with _came_back(copy):
        replay(lines())
        back = actions.standing(Share.objects.get(), at) if Share.objects.exists() else ""
    assert SHOWS[back] <= SHOWS[now]


@contextmanager
def _came_back(copy: list[Model]) -> Iterator[None]:
    Share.objects.all().delete()
    come_back(copy)
    yield
    Share.objects.all().delete()


def test_what_somebody_who_left_had_shared_stays_gone(world: World) -> None:
    put(world, world.member, Step.NAMED)
    copy = old(Share)
    Membership.objects.filter(user=world.member).update(left_at=LATER)
    gone.leave_due(at=LATER)
    said = lines()
    Membership.objects.filter(user=world.member).update(left_at=None)
    come_back(copy)
    assert replay(said) == 1 and not Share.objects.exists()


def test_whoever_left_reads_nothing_again_and_somebody_talks_with_them(world: World) -> None:
    ines = world.member
    put(world, world.members[1], Step.NAMED, "Drossel")
    leave(world, ines)
    said = lines()
    forget_leaving(ines)
    assert seen_by(world, ines, at=LATER)
    assert replay(said) == 1 and replay(said) == 0
    assert not seen_by(world, ines, at=AFTER)
    row = Leaving.objects.get(place__user=ines)
    # What they had said is not known again: so the others hear nothing.
    assert (row.telling, row.left_at) == ("nothing", LATER)
    assert Task.objects.filter(kind=Kind.LEAVING, about_code=row.code, done_at=None).exists()


def test_whoever_came_back_is_not_put_out(world: World, django_capture_on_commit_callbacks) -> None:
    leaving = leave(world, world.member)
    with django_capture_on_commit_callbacks(execute=True):
        groups.undo_leaving(leaving=leaving, by=world.actor(world.facilitator), at=AFTER)
    assert replay(lines()) == 0
    assert Membership.objects.get(user=world.member).left_at is None


def test_what_a_copy_from_long_after_does_not_know_never_happened(world: World) -> None:
    """Their leaving failed after its line was written. They are in, and stay in."""
    row, place = put(world, world.member, Step.NAMED), Membership.objects.get(user=world.member)
    out_and_back.note_left(place.code, at=LATER)
    erased.note(erased.NARROWED, label="sharing.Share", code=row.code, step=Step.LEADERS, at=LATER)
    assert replay(lines(), copied_at=LATER + DAY) == 0
    assert Membership.objects.get(pk=place.pk).left_at is None and Share.objects.get().step == Step.NAMED


def leave(world: World, who: User, *, at=LATER) -> Leaving:
    place = Membership.objects.select_related("group__organisation", "user").get(user=who)
    return groups.leave_group(place=place, reason="time", by=world.actor(who), at=at)


def forget_leaving(who: User) -> None:
    """An old copy came back, from before they left."""
    Task.objects.all().delete()
    Leaving.objects.filter(place__user=who).delete()
    Membership.objects.filter(user=who).update(left_at=None)
