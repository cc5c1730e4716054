"""How practices land: exposures at home and in meetings, and that no figure speaks of a few."""

from datetime import datetime, timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.backdraft import figures
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions as live
from tests.rooms.backdraft.test_asking import PAUSE, asked, say
from tests.rooms.live.stage import Stage, later
from tests.world import World, make_world

DAY = timedelta(days=1)


def met(world: World, at: datetime) -> figures.Landed:
    return figures.of_own_groups(by=world.actor(world.facilitator), at=at)


def test_a_rate_has_its_exact_limits() -> None:
    found = figures.rate(1, 8)
    assert found is not None
    # R: binom.test(1, 8)$conf.int
    assert (found.per_100, round(found.low, 4), round(found.high, 4)) == (12.5, 0.3160, 52.6510)
    none = figures.rate(0, 8)
    assert none is not None and (none.low, round(none.high, 4)) == (0.0, 36.9417)
    assert figures.rate(0, 0) is None


def test_home_and_meeting_are_exposures_of_the_same_practice(world: World) -> None:
    stage = Stage(world)
    stage.open()
    stage.come(0, 1, 2)
    live.start_practice(gathering=stage.gathering, practice=PAUSE, seconds=180, by=stage.guide, at=later(stage.at, 10))
    for seat in range(5):
        say(world, asked(world, key=f"{seat}", seat=seat, at=later(stage.at, 60)), seat=seat, how=seat % 3)
    [one] = met(world, stage.at + 9 * DAY).figures
    told = one.tally
    assert (told.exposures, told.asked, told.not_asked, told.fine, told.events) == (8, 5, 3, 2, 3)
    assert one.of_exposures == figures.rate(3, 8) and one.of_answers == figures.rate(3, 5)
    assert met(world, stage.at + 7 * DAY).figures == ()


def test_four_people_are_never_shown_and_their_practice_is_named_as_withheld(world: World) -> None:
    for seat in range(4):
        for time in range(3):
            say(world, asked(world, key=f"{seat} {time}", seat=seat), seat=seat, how=1)
    found = met(world, world.at + 30 * DAY)
    assert found.figures == () and found.withheld == ("Three-part pause",)


def test_groups_are_summed_in_whole_steps_and_never_beyond_ones_own(world: World) -> None:
    other = make_world(at=world.at)
    for each in (world, other):
        for seat in range(5):
            say(each, asked(each, key=f"{seat}", seat=seat), seat=seat, how=0)
    later_on = world.at + 30 * DAY
    assert met(world, later_on).figures[0].tally.exposures == 5
    house = figures.of_house(world.organisation, by=world.actor(world.organisation_lead), at=later_on)
    assert house.figures[0].tally.exposures == 5
    with pytest.raises(NotFound):
        figures.of_house(other.organisation, by=world.actor(world.organisation_lead), at=later_on)
    for person in (world.member, world.organisation_lead):
        with pytest.raises(NotFound):
            figures.of_own_groups(by=world.actor(person), at=later_on)


def test_who_came_later_or_had_gone_did_not_meet_it(world: World) -> None:
    stage = Stage(world)
    stage.open()
    stage.come(0, 1, 2, 3, 4, 5)
    live.mark_left(gathering=stage.gathering, member_code=stage.come(0)[0], by=stage.holder, at=later(stage.at, 5))
    live.start_practice(gathering=stage.gathering, practice=PAUSE, seconds=180, by=stage.guide, at=later(stage.at, 10))
    live.arrive(gathering=stage.gathering, by=stage.member(6), at=later(stage.at, 30))
    gathering = Gathering.objects.select_related("group__organisation").get(pk=stage.gathering.pk)
    people = {one.person for _group, _key, one in figures._in_meetings({gathering.group_id})}
    assert people == {stage.world.members[seat].pk for seat in range(1, 6)}
