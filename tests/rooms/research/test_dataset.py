"""Rows that leave the house: only of people who said yes, coded, and coarse enough that nobody stands alone."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.research.batches import FEWEST_ALIKE
from kindcircle.rooms.research.dataset import Person, Withheld, coarse_enough, dataset
from kindcircle.rooms.research.errors import TooFewPeople
from kindcircle.rooms.research.whose import Extent
from tests.rooms.research.finished import end, say_yes_to_research, two_groups
from tests.rooms.research.test_report import answer
from tests.world import PROGRAMME, World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world(members=6)


def rows_of(world: World, study: str = "kindness"):
    return dataset(
        world.organisation,
        PROGRAMME,
        study=study,
        extent=Extent(world.at, world.at),
        by=world.actor(world.organisation_lead),
    )


def test_everybody_who_said_yes_is_in_it_once_with_gaps_left_open(world: World) -> None:
    people = two_groups(world)
    found = rows_of(world)
    assert len(found.people) == 12 and found.groups == 2 and found.mean_size == 6 and found.left_out == 0
    assert len({one.code for one in found.people}) == 12
    assert {row.instrument for row in found.rows} == {"gad-7"}
    total = [row for row in found.rows if row.score == "total"]
    assert Counter(row.occasion for row in total) == {"before": 12, "after": 11}
    # Neither a code of this site nor a name stands anywhere.
    text = repr(found)
    for person in people:
        assert person.code not in text
    # One person came to no meeting; one alone is too few to be told, so whether anybody finished is left out.
    assert {one.finished for one in found.people} == {None}
    assert {one.version for one in found.people} == {None}
    assert {one.group for one in found.people} == {None}


def test_a_yes_that_was_taken_back_or_to_an_older_text_is_none(world: World) -> None:
    two_groups(world, more=7)
    gone, old = Consent.objects.filter(kind="research", person__organisation=world.organisation).order_by("pk")[:2]
    before = {one.code for one in rows_of(world).people}
    Consent.objects.filter(pk=gone.pk).update(withdrawn_at=world.at)
    after = rows_of(world)
    assert len(after.people) == len(before) - 1 and after.left_out == 1
    assert {one.code for one in after.people} < before
    assert {row.person for row in after.rows} <= {one.code for one in after.people}
    Consent.objects.filter(pk=old.pk).update(text="consent-full@0")
    assert len(rows_of(world).people) == len(before) - 2


def test_eleven_people_from_two_groups_or_nothing(world: World) -> None:
    two_groups(world, more=5)
    assert len(rows_of(world).people) == 11
    one = Consent.objects.filter(kind="research", person__organisation=world.organisation).first()
    Consent.objects.filter(pk=one.pk).update(withdrawn_at=world.at)
    with pytest.raises(TooFewPeople, match="at least 11 people"):
        rows_of(world)


def test_one_group_alone_is_never_enough(db: None) -> None:
    world = make_world(members=12)
    for person in world.members:
        say_yes_to_research(person, world)
    end(world, world.group)
    with pytest.raises(TooFewPeople, match="at least 2 groups"):
        rows_of(world)


def test_a_group_that_goes_on_is_not_in_it(world: World) -> None:
    two_groups(world)
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.RUNNING)
    with pytest.raises(TooFewPeople):
        rows_of(world)


def test_codes_hold_within_a_study_and_lead_nowhere_from_one_to_another(world: World) -> None:
    two_groups(world)
    one, again, other = rows_of(world), rows_of(world), rows_of(world, "another")
    assert one.people == again.people
    assert not {row.code for row in one.people} & {row.code for row in other.people}
    # Nor does the order tell: by code alone.
    assert [row.code for row in other.people] == sorted(row.code for row in other.people)


def test_whoever_does_not_lead_the_house_gets_nothing(world: World) -> None:
    two_groups(world)
    stranger = make_world()
    for by in (
        world.actor(world.facilitator),
        world.actor(world.member),
        world.actor(world.organisation_lead, strong=False),
        stranger.actor(stranger.organisation_lead),
    ):
        with pytest.raises(NotFound):
            dataset(world.organisation, PROGRAMME, study="kindness", extent=Extent(world.at, world.at), by=by)


def test_who_was_asked_at_night_stands_there_with_the_shorter_form(world: World) -> None:
    people = two_groups(world)
    other = Membership.objects.get(user=people[6]).group
    for person in people[:4]:
        answer(world, person, "phq-8", 9, "baseline")
    # So few would be told from the others by it.
    assert {row.instrument for row in rows_of(world).rows} == {"gad-7"}
    assert rows_of(world).withheld == (Withheld("phq-8", "before", whole=True),)
    answer(replace(world, group=other), people[6], "phq-8", 9, "baseline")
    values = [row.value for row in rows_of(world).rows if (row.instrument, row.score) == ("phq-8", "total")]
    assert values == [9.0] * 5 and not rows_of(world).withheld


def test_the_last_sheet_counts_and_what_was_asked_besides_does_not(world: World) -> None:
    two_groups(world)
    sheets = {(row.person, row.score, row.occasion) for row in rows_of(world).rows}
    assert len(sheets) == len(rows_of(world).rows)
    assert {row.occasion for row in rows_of(world).rows} <= {"before", "after", "later"}


def test_a_later_that_only_one_group_has_come_to_is_in_no_row(world: World) -> None:
    people = two_groups(world)
    for person in people[:6]:
        answer(world, person, "gad-7", 7, "follow-up")
    assert {row.occasion for row in rows_of(world).rows} == {"before", "after"}
    other = Membership.objects.get(user=people[6]).group
    answer(replace(world, group=other), people[6], "gad-7", 7, "follow-up")
    assert {row.occasion for row in rows_of(world).rows} == {"before", "after", "later"}


def test_a_version_that_only_one_group_had_is_in_no_row(world: World) -> None:
    """It would be that group's code by another name."""
    people = two_groups(world)
    for meeting in Gathering.objects.filter(group=world.group):
        Attendance.objects.get_or_create(gathering=meeting, user=people[0], defaults={"arrived_at": world.at})
    found = rows_of(world)
    assert {(one.version, one.finished) for one in found.people} == {(world.group.programme_version, True)}
    Group.objects.filter(memberships__user=people[6]).update(programme_version="0.9.0")
    assert {one.version for one in rows_of(world).people} == {None}


people = st.lists(
    st.tuples(st.sampled_from(["1", "2", "3"]), st.sampled_from([True, False, None])), min_size=11, max_size=60
)


@given(people)
def test_nobody_stands_alone_with_what_others_may_know(kinds: list[tuple[str, bool | None]]) -> None:
    rows = [Person(f"p{n}", version, finished, None) for n, (version, finished) in enumerate(kinds)]
    sat = {one.code: n // 6 for n, one in enumerate(rows)}
    found = coarse_enough(rows, sat)
    assert [one.code for one in found] == [one.code for one in rows]
    counts = Counter((one.version, one.finished) for one in found)
    assert min(counts.values()) >= FEWEST_ALIKE
    from_groups = {kind: {sat[one.code] for one in found if (one.version, one.finished) == kind} for kind in counts}
    assert min(len(some) for some in from_groups.values()) >= 2
    # Nor by the group: of a small one nobody says who sat in it.
    seated = [Person(one.code, one.version, one.finished, f"g{n // 6}") for n, one in enumerate(rows)]
    sizes = Counter((one.version, one.finished, one.group) for one in coarse_enough(seated, sat))
    assert min(sizes.values()) >= FEWEST_ALIKE
    # And nothing is left out without need.
    plain = Counter((one.version, one.finished) for one in rows)
    places = Counter(kind for kind, _place in {(kinds[n], n // 6) for n in range(len(kinds))})
    if min(plain.values()) >= FEWEST_ALIKE and min(places.values()) >= 2:
        assert found == rows
