"""A programme's report: what may be told of each group, of all together, and what a plan opens."""

import json
from datetime import timedelta

import numpy as np
import pytest

from kindcircle.base.lib.errors import Invalid, NotFound
from kindcircle.doors.web.organisation.evidence_beyond import shown
from kindcircle.doors.web.organisation.evidence_printed import printed
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.research.models_programme import CohortRecord, ProgrammePlan
from kindcircle.rooms.research.programme import ProgrammeReport, programme_report, programme_to_keep
from kindcircle.rooms.research.programme_plan import say_plan
from kindcircle.rooms.research.programme_record import as_record
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.meta import pool, read_studies
from kindcircle.stats.results import Undefined
from tests.rooms.research.cohorts_made import EIGHT, MANY_LEFT, TWELVE, close_sheets, ended, five_groups
from tests.world import PROGRAMME, World

LATER = timedelta(days=60)


def report(world: World, *, days: int = 60) -> ProgrammeReport:
    return programme_report(
        organisation=world.organisation,
        programme=PROGRAMME,
        by=world.actor(world.organisation_lead),
        at=world.at + timedelta(days=days),
    )


@pytest.fixture
def told(world: World) -> World:
    five_groups(world)
    close_sheets(world, at=world.at + LATER)
    return world


def test_it_stands(told: World) -> None:
    found = report(told)
    assert [one.name for one in found.sides] == ["Birch", "Rowan", "Alder", "Hazel", "Willow"]
    json.dumps(as_record(found), allow_nan=False)
    assert printed(found)


def test_below_five_there_is_no_number_anywhere(told: World) -> None:
    found = report(told)
    hazel = found.sides[3]
    assert (hazel.started, hazel.left, hazel.completed, hazel.attendance) == (Suppressed(),) * 4
    main = found.primary
    assert main is not None and main.rows[3].score is not None and main.rows[3].score.means is None
    kept = CohortRecord.objects.get(group__name="Hazel", group__organisation=told.organisation).figures
    assert all(one["means"] is None and one["along"] is None for one in kept["scores"]) and kept["through"] == []
    record = as_record(found)
    assert record["groups"][3]["started"] == record["groups"][3]["left"] == {"shown": False}
    assert (record["together"]["left"]["groups"], record["together"]["left"]["n"]) == (4, 8 + 12 + 12 + 8)
    for row in (row for one in record["measures"] for row in one["groups"] if row["group"] == "Hazel"):
        assert set(row) == {"group", "shown", "asked"}


def test_everybody_who_started_is_in_the_figures_and_what_hides_nobody_is_told(told: World) -> None:
    birch, rowan, alder, _hazel, _willow = report(told).sides
    assert (birch.started, birch.left.count, birch.completed) == (8, 0, Suppressed())
    # Three seats of Birch's were empty, and four of Rowan's: too few, so neither they nor the rest are told.
    assert birch.attendance == rowan.attendance == Suppressed()
    assert (alder.attendance.sessions.count, alder.attendance.sessions.n) == (6 * 4 + 6, 48)
    assert (alder.left.count, alder.left.n, alder.completed.count) == (6, 12, 6)
    assert alder.attendance.by_member.clusters == 12


def test_what_was_told_once_stays_as_it_was(told: World) -> None:
    first = as_record(report(told))
    responses = Response.objects.filter(assignment__group__organisation=told.organisation)
    Score.objects.filter(response__in=responses).update(value=5.0)
    again = as_record(report(told, days=90))
    assert {name: value for name, value in again.items() if name != "made_at"} == {
        name: value for name, value in first.items() if name != "made_at"
    }
    aspen = ended(told, "Aspen", EIGHT)
    assert [one.group for one in report(told, days=30).waiting] == [aspen]
    assert [one.name for one in report(told, days=60).sides][-1] == "Aspen"


def test_a_group_whose_last_sheets_are_not_given_out_yet_is_not_told_for_good(world: World) -> None:
    """It was finished right after its last meeting, and nothing had gone round yet that gives sheets out."""
    aspen = ended(world, "Aspen", EIGHT)
    after = Assignment.objects.filter(group=aspen, occasion="after")
    Score.every.filter(response__assignment__in=after).delete()
    Response.objects.filter(assignment__in=after).delete()
    after.delete()
    Assignment.objects.filter(group=aspen).update(closes_at=world.at)
    Gathering.objects.filter(group=aspen).update(closed_at=world.at)
    assert [one.group for one in report(world, days=1).waiting] == [aspen]
    assert not CohortRecord.objects.filter(group=aspen).exists()
    assert [one.name for one in report(world).sides] == ["Aspen"]


def test_a_sum_over_groups_waits_where_it_would_give_one_away(world: World) -> None:
    for name in ("One", "Two"):
        ended(world, name, EIGHT, left=frozenset({1, 2}), away={0: 3, 1: 3})
    close_sheets(world, at=world.at + LATER)
    found = report(world)
    assert [one.left for one in found.sides] == [Suppressed(), Suppressed()]
    assert found.in_all.left is None and found.in_all.left_groups == 0
    # How many started stands in each row, so what was unwanted is told all the same.
    assert (found.unwanted.started, found.unwanted.people) == (16, 0)
    ended(world, "Three", EIGHT, left=frozenset({0, 5}), away={0: 3, 1: 3})
    close_sheets(world, at=world.at + LATER)
    whole = report(world).in_all
    assert (whole.left_groups, whole.left.count, whole.left.n) == (3, 6, 24)
    # A fourth group like these waits: the sum of four less the sum of three would be that group.
    ended(world, "Four", EIGHT, left=frozenset({0, 5}), away={0: 3, 1: 3})
    close_sheets(world, at=world.at + LATER)
    assert report(world).in_all.left_groups == 3


def test_no_view_shows_a_kind_of_fewer_than_five(told: World) -> None:
    views = {one.what: one for one in report(told).alike}
    assert views["met"].only == "in-person" and views["met"].kinds == ()
    assert views["answered"].only == "screen"
    Group.objects.filter(organisation=told.organisation).exclude(name="Rowan").update(name="Other")
    CohortRecord.objects.filter(group__organisation=told.organisation).delete()
    rowan = Group.objects.get(organisation=told.organisation, name="Rowan")
    rowan.gatherings.update(online=True)
    met = {one.what: one for one in report(told).alike}["met"]
    kinds = {one.name: one for one in met.kinds}
    assert {name: (one.left.n, one.left.count) for name, one in kinds.items()} == {
        "in-person": (28, 6),
        "online": (12, 0),
    }
    changes = [(after - before) / 12 for before, after in TWELVE]
    assert kinds["online"].change.estimate == pytest.approx(np.mean(changes))
    assert kinds["online"].change.se == pytest.approx(np.std(changes, ddof=1) / 12**0.5)
    # One person of another language: that view is told to nobody.
    member = rowan.memberships.filter(role="member").first()
    member.user.language = "nl"
    member.user.save()
    CohortRecord.objects.filter(group__organisation=told.organisation).delete()
    language = {one.what: one for one in report(told).alike}["language"]
    assert language.kinds == () and language.only == ""


def test_a_plan_opens_figures_of_those_who_may_stand_in_them(told: World) -> None:
    found = report(told)
    assert found.beyond is None and found.plan is None
    lead = told.organisation_lead
    say = {"organisation": told.organisation, "programme": PROGRAMME, "measures": found.measures, "staff": lead}
    say |= {"by": told.actor(lead), "at": told.at + LATER}
    with pytest.raises(Invalid):
        say_plan(**say, between="no-such:measure")
    with pytest.raises(Invalid):
        say_plan(**say, between=found.primary.key)
    say_plan(**say, between="gad-7:total")
    say_plan(**say, between="")
    plan = ProgrammePlan.objects.get(organisation=told.organisation)
    assert (plan.between, plan.seen) == ("gad-7:total", 4)

    found = report(told)
    part = found.beyond
    data = [[(after - before) / 12 for before, after in rows if after] for rows in (EIGHT, TWELVE, MANY_LEFT)]
    data.append([(after - before - 3) / 12 for before, after in EIGHT])
    expected = pool(
        read_studies([np.mean(one) for one in data], se=[np.std(one, ddof=1) / len(one) ** 0.5 for one in data])
    )
    assert part.together.pooled.estimate == pytest.approx(expected.estimate, rel=1e-9)
    assert part.together.pooled.k == 4 and isinstance(part.together.range, Undefined)
    assert (part.willing, part.both) == (8 + 12 + 5 + 8, 8 + 12 + 5 + 8)
    assert isinstance(part.way, Undefined)
    # The slope within groups, from the very people: meetings centred in each group.
    came = [[3, 4, 4, 2, 4, 4, 4, 4], [4, 3, *[4] * 7, 1, 4, 4], [4] * 5, [4] * 8]
    x = np.concatenate([np.array(one) - np.mean(one) for one in came])
    y = np.concatenate([np.array(one) - np.mean(one) for one in data])
    assert part.along.slope == pytest.approx(float(x @ y / (x @ x)), rel=1e-9)
    assert part.along.n == 33 and part.along.groups == 4
    assert shown(found)["way_words"][0].startswith("Not offered")
    assert printed(found) and as_record(found)["for_researchers"]["over_groups"]["k"] == 4


def test_without_a_yes_to_research_nothing_goes_along(world: World) -> None:
    for name in ("One", "Two"):
        ended(world, name, EIGHT, yes=False, away={0: 2, 4: 1})
    close_sheets(world, at=world.at + LATER)
    found = report(world)
    say_plan(
        organisation=world.organisation, programme=PROGRAMME, measures=found.measures, between="",
        staff=world.organisation_lead, by=world.actor(world.organisation_lead), at=world.at + LATER,
    )  # fmt: skip
    part = report(world).beyond
    assert part.willing == 0 and part.both == 16 and isinstance(part.along, Undefined) and part.way is None
    assert part.together.pooled.k == 2


def test_only_who_leads_the_house_reads_it(told: World) -> None:
    for person in (told.facilitator, told.safety_lead, told.member):
        with pytest.raises(NotFound):
            programme_to_keep(
                organisation=told.organisation, programme=PROGRAMME, by=told.actor(person), at=told.at, form="json"
            )
