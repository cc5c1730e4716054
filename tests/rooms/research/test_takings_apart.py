"""Real files, taken one after another and subtracted: what came in later shows no group by itself."""

import csv
import io
import json
import random
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.research import releases
from kindcircle.rooms.research.batches import FEWEST_GROUPS, FEWEST_PEOPLE
from kindcircle.rooms.research.dataset import _coded
from kindcircle.rooms.research.errors import TooFewNew, TooFewPeople
from kindcircle.rooms.research.models import Release
from tests.rooms.research.finished import one_more_group, two_groups
from tests.rooms.research.test_report import answer
from tests.world import PROGRAMME, World, make_world

DAY = timedelta(days=1)
STUDY = "kindness"
Cells = dict[tuple[str, str, str, str], str]
"""Every value in a file, by person, questionnaire, score and occasion."""


@pytest.fixture
def world(db: None) -> World:
    world = make_world(members=6)
    two_groups(world)
    return world


def let_go(world: World, day: int) -> Release:
    lead, safety, at = world.organisation_lead, world.safety_lead, world.at + day * DAY
    asked = releases.ask(
        organisation=world.organisation, programme=PROGRAMME, study=STUDY, why=releases.Why("To learn", "R. Example"),
        days=300, colleague=safety.code, client_key=codes.new_code(), staff=lead, by=world.actor(lead), at=at,
    )  # fmt: skip
    return releases.decide(release=asked, let_go=True, staff=safety, by=world.actor(safety), at=at)


def opened(world: World, release: Release, day: int) -> dict[str, str]:
    """The file's parts by their last name."""
    lead = world.organisation_lead
    made = releases.take(release=release, staff=lead, by=world.actor(lead), at=world.at + day * DAY)
    archive = zipfile.ZipFile(io.BytesIO(made))
    texts = [name for name in archive.namelist() if name.endswith((".csv", ".json", ".md"))]
    return {name.rpartition("/")[2].rpartition("_description-")[2]: archive.read(name).decode() for name in texts}


def rows(parts: dict[str, str], table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(parts[f"{table}_data.csv"])))


def cells(parts: dict[str, str]) -> Cells:
    return {
        (row["person"], row["instrument"], row["score"], row["occasion"]): row["value"] for row in rows(parts, "scores")
    }


def seats(world: World) -> dict[str, int]:
    """By the code that stands in the files: in which group somebody sat. Only who made the house knows it."""
    places = Membership.objects.filter(group__organisation=world.organisation, role="member").select_related("user")
    return {_coded("person", place.user.code, world.organisation, STUDY): place.group_id for place in places}


def members(group: Group) -> list[User]:
    return [place.user for place in Membership.objects.filter(group=group, role="member").order_by("pk")]


def follow_up(world: World, group: Group, day: int, instrument: str = "gad-7", occasion: str = "follow-up") -> None:
    for person in members(group):
        answer(replace(world, group=group, at=world.at + day * DAY), person, instrument, 7, occasion)


def both_groups(world: World) -> tuple[Group, Group]:
    return world.group, Group.objects.filter(organisation=world.organisation).exclude(pk=world.group.pk).get()


def test_two_takings_of_one_release_hold_the_same_rows(world: World) -> None:
    release = let_go(world, 0)
    first = cells(opened(world, release, 0))
    assert {when for _one, _name, _score, when in first} == {"before", "after"}
    for group in both_groups(world):
        follow_up(world, group, 3)
    assert cells(opened(world, release, 5)) == first


def test_follow_ups_of_one_group_wait_and_come_with_those_of_another(world: World) -> None:
    one, other = both_groups(world)
    first = cells(opened(world, let_go(world, 0), 0))
    follow_up(world, one, 1)
    second = opened(world, let_go(world, 2), 2)
    assert cells(second) == first
    [line] = [line for line in json.loads(second["codebook.json"]) if line["table"] == "withheld"]
    assert line["name"] == "gad-7 later" and line["means"].startswith("Left out.")
    assert json.loads(second["parameters.json"])["questionnaires_withheld"] == 1
    assert "Withheld: 1. In part:\n0." in second["README.md"]
    assert not [column for column in rows(second, "people")[0] if column.endswith("_later")]
    follow_up(world, other, 3)
    third = cells(opened(world, let_go(world, 4), 4))
    assert {cell: value for cell, value in third.items() if cell[3] != "later"} == first
    assert len({cell[0] for cell in third.keys() - first.keys()}) == 12


def test_a_first_file_of_an_older_release_shows_no_batch_by_itself(world: World) -> None:
    """Asked for before, taken after: subtracting it from the newer one must not show what came in between."""
    one, other = both_groups(world)
    older = let_go(world, 0)
    follow_up(world, one, 1)
    follow_up(world, other, 2)
    newer = cells(opened(world, let_go(world, 3), 3))
    assert {cell[0] for cell in newer if cell[3] == "later"} == set(seats(world))
    assert cells(opened(world, older, 4)) == newer


def test_a_file_is_made_anew_when_another_one_went_out_meanwhile(world: World) -> None:
    one, other = both_groups(world)
    opened(world, let_go(world, 0), 0)
    follow_up(world, one, 1)
    older = let_go(world, 2)
    follow_up(world, other, 3)
    newer = let_go(world, 4)
    between: list[Cells] = []

    def taking(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "measures_score" in sql and not between:
            between.append({})
            between[0] = cells(opened(world, newer, 5))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(taking):
        last = cells(opened(world, older, 5))
    assert last == between[0] and {cell[3] for cell in last} == {"before", "after", "later"}


def test_a_questionnaire_that_one_group_was_asked_is_told_as_left_out(world: World) -> None:
    one, _other = both_groups(world)
    follow_up(world, one, 0, "phq-8", "baseline")
    release = let_go(world, 1)
    seen = releases.scope_of(release, by=world.actor(world.safety_lead)).withheld
    assert [(gone.instrument, gone.occasion, gone.whole) for gone in seen] == [("phq-8", "before", True)]
    parts = opened(world, release, 1)
    assert {cell[1] for cell in cells(parts)} == {"gad-7"}
    assert not [column for column in rows(parts, "people")[0] if "phq" in column]


def test_what_was_left_out_because_of_somebody_does_not_come_back_when_they_are_gone(world: World) -> None:
    """One of them came to no meeting, so nobody's file says who finished; their going must not tell it."""
    release = let_go(world, 0)
    assert {row["finished"] for row in rows(opened(world, release, 0), "people")} == {""}
    Consent.objects.filter(kind="research", person=members(world.group)[0]).update(withdrawn_at=world.at + DAY)
    later = rows(opened(world, release, 2), "people")
    assert len(later) == 11 and {row["finished"] for row in later} == {""}


@pytest.mark.parametrize("seed", range(3))
def test_whoever_subtracts_any_two_files_finds_nobody_or_enough(world: World, seed: int) -> None:
    chance = random.Random(seed)
    groups = [*both_groups(world), *(one_more_group(world, 6, after=DAY) for _one in range(2))]
    sat = seats(world)
    plan: list[tuple[str, object]] = [("answer", (group, what)) for group in groups for what in KINDS]
    plan += [("ask", None)] * 4 + [("take", None)] * 6 + [("leave", None)]
    chance.shuffle(plan)
    let: list[Release] = []
    taken: list[tuple[set[str], Cells, Release]] = []
    for day, (what, about) in enumerate([("ask", None), ("take", None), *plan, ("ask", None), ("take", None)], start=2):
        try:
            if what == "answer":
                group, (instrument, occasion) = about
                if occasion == "follow-up" or group in groups[2:]:
                    follow_up(world, group, day, instrument, occasion)
            elif what == "ask":
                let.append(let_go(world, day))
            elif what == "take":
                release = let[-1] if day > len(plan) else chance.choice(let)
                parts = opened(world, release, day)
                taken.append(({row["person"] for row in rows(parts, "people")}, cells(parts), release))
            else:
                leaves = chance.choice(members(chance.choice(groups)))
                Consent.objects.filter(kind="research", person=leaves).update(withdrawn_at=world.at + day * DAY)
        except (TooFewNew, TooFewPeople):
            continue
    assert len(taken) >= 3
    for place, (people, later, release) in enumerate(taken):
        for stood, earlier, before in taken[:place]:
            if release == before:
                assert later.items() <= earlier.items()
                continue
            for kind in {(name, when) for _who, name, _score, when in later}:
                new = {
                    cell[0]
                    for cell, value in later.items()
                    if (cell[1], cell[3]) == kind and cell[0] in stood and earlier.get(cell) != value
                }
                again = any(other == release for _people, _cells, other in taken[:place])
                enough = len(new) >= FEWEST_PEOPLE and len({sat[one] for one in new}) >= FEWEST_GROUPS
                assert not new or enough or again, (kind, len(new))
        assert people >= {cell[0] for cell in later}


KINDS = [("gad-7", "baseline"), ("gad-7", "after"), ("gad-7", "follow-up"), ("phq-8", "baseline")]
