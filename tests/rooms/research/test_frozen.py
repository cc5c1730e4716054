"""What two people decide on is what goes out: nobody joins it, and two files side by side show no group by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.research import releases
from kindcircle.rooms.research.errors import NotOpen, TooFewNew
from kindcircle.rooms.research.models import Release, Taking
from tests.rooms.research.finished import one_more_group, say_yes_to_research, two_groups
from tests.world import NAMES, PROGRAMME, World, join, make_person, make_world

DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    world = make_world(members=6)
    two_groups(world)
    return world


def let_go(world: World, study: str = "kindness", *, after: timedelta = timedelta(0)) -> Release:
    lead, safety, at = world.organisation_lead, world.safety_lead, world.at + after
    asked = releases.ask(
        organisation=world.organisation, programme=PROGRAMME, study=study, why=releases.Why("To learn", "R. Example"),
        days=90, colleague=safety.code, client_key=codes.new_code(), staff=lead, by=world.actor(lead), at=at,
    )  # fmt: skip
    return releases.decide(release=asked, let_go=True, staff=safety, by=world.actor(safety), at=at)


def take(world: World, release: Release, *, after: timedelta = timedelta(0)) -> int:
    """How many people are in the file."""
    lead = world.organisation_lead
    releases.take(release=release, staff=lead, by=world.actor(lead), at=world.at + after)
    return Taking.objects.filter(release=release).latest("pk").people


def take_back(world: World, people: list[User]) -> None:
    rows = Consent.objects.filter(kind="research", person__in=people)
    assert rows.update(withdrawn_at=world.at + 5 * DAY) == len(people)


def members(group: Group) -> list[User]:
    return [place.user for place in Membership.objects.filter(group=group, role="member").order_by("pk")]


def seen(world: World, release: Release) -> releases.Scope:
    return releases.scope_of(release, by=world.actor(world.safety_lead))


def test_a_group_that_ends_and_a_person_who_says_yes_later_are_not_in_what_was_let_go(world: World) -> None:
    late = make_person(world.organisation, NAMES[0], at=world.at)
    join(world.group, late, Membership.Role.MEMBER, at=world.at)
    release = let_go(world)
    assert (seen(world, release).people, seen(world, release).groups) == (12, 2)
    one_more_group(world, 12, after=DAY)
    yes = say_yes_to_research(late, world)
    Consent.objects.filter(pk=yes.pk).update(signed_at=world.at + DAY)
    assert take(world, release, after=2 * DAY) == 12
    assert (seen(world, release).people, seen(world, release).groups) == (12, 2)


def test_one_new_group_waits_until_it_does_not_stand_alone_beside_an_earlier_file(world: World) -> None:
    take(world, let_go(world))
    one_more_group(world, 12, after=DAY)
    second = let_go(world, "another", after=2 * DAY)
    found = seen(world, second)
    assert (found.people, found.groups, found.waits, found.as_of) == (12, 2, True, world.at)
    assert [(one.study, one.same, one.new) for one in found.before] == [("kindness", 12, 0)]
    assert take(world, second, after=2 * DAY) == 12
    one_more_group(world, 1, after=3 * DAY)
    third = let_go(world, after=4 * DAY)
    found = seen(world, third)
    assert (found.people, found.groups, found.waits) == (25, 4, False)
    assert {(one.study, one.same, one.new) for one in found.before} == {("kindness", 12, 13), ("another", 12, 13)}
    assert take(world, third, after=4 * DAY) == 25


def test_one_person_who_says_yes_later_is_not_shown_by_the_next_file_either(world: World) -> None:
    late = make_person(world.organisation, NAMES[0], at=world.at)
    join(world.group, late, Membership.Role.MEMBER, at=world.at)
    take(world, let_go(world))
    yes = say_yes_to_research(late, world)
    Consent.objects.filter(pk=yes.pk).update(signed_at=world.at + DAY)
    assert take(world, let_go(world, after=2 * DAY), after=2 * DAY) == 12


def test_whoever_took_their_yes_back_and_gave_it_anew_is_not_new(world: World) -> None:
    """Eleven people who were in the first file and sign again hide nobody who comes in beside them."""
    take(world, let_go(world))
    for person in members(world.group)[:6]:
        Consent.objects.filter(kind="research", person=person).update(replaced_at=world.at + DAY)
        again = say_yes_to_research(person, world)
        Consent.objects.filter(pk=again.pk).update(signed_at=world.at + DAY)
    one_more_group(world, 6, after=DAY)
    release = Release(organisation=world.organisation, programme=PROGRAMME, asked_at=world.at + 2 * DAY)
    assert releases._held_to(release) == world.at


def test_what_was_declined_or_never_taken_holds_nobody_back(world: World) -> None:
    lead, safety = world.organisation_lead, world.safety_lead
    stopped = let_go(world)
    releases.stop(release=stopped, by=world.actor(lead), at=world.at)
    asked = releases.ask(
        organisation=world.organisation, programme=PROGRAMME, study="no", why=releases.Why("To learn", "R. Example"),
        days=90, colleague=safety.code, client_key=codes.new_code(), staff=lead, by=world.actor(lead), at=world.at,
    )  # fmt: skip
    releases.decide(release=asked, let_go=False, staff=safety, by=world.actor(safety), at=world.at)
    one_more_group(world, 3, after=DAY)
    found = seen(world, let_go(world, after=2 * DAY))
    assert (found.people, found.waits, found.before) == (15, False, ())


def test_so_many_took_their_yes_back_that_the_rest_would_stand_alone_beside_the_first_file(world: World) -> None:
    take(world, let_go(world))
    groups = [one_more_group(world, 6, after=DAY) for _one in range(2)]
    second = let_go(world, after=2 * DAY)
    assert take(world, second, after=2 * DAY) == 24
    take_back(world, members(groups[0])[:2])
    with pytest.raises(TooFewNew):
        take(world, second, after=6 * DAY)
    # Asked anew, it leaves them out.
    assert take(world, let_go(world, after=6 * DAY), after=6 * DAY) == 12


def test_nobody_else_waits_while_the_file_is_made(world: World) -> None:
    release = let_go(world)
    with CaptureQueriesContext(connection) as asked:
        take(world, release)
    said = [one["sql"] for one in asked.captured_queries]
    kept = next(at for at, sql in enumerate(said) if 'INSERT INTO "research_taking"' in sql)
    begun = max(at for at, sql in enumerate(said[:kept]) if sql.startswith("SAVEPOINT"))
    read = max(at for at, sql in enumerate(said) if "measures_score" in sql)
    assert read < begun < kept


def test_what_is_stopped_while_the_file_is_made_leaves_nothing(world: World) -> None:
    release = let_go(world)
    done = []

    def stopping(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "measures_score" in sql and not done:
            done.append(sql)
            releases.stop(release=release, by=world.actor(world.safety_lead), at=world.at)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(stopping), pytest.raises(NotOpen):
        take(world, release)
    assert done and not Taking.objects.filter(release=release).exists()
