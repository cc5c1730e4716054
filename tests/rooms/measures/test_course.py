"""One's own course: the values that count, gaps where nothing was sent, and a band only where somebody may draw one."""

import pytest
from django.db.models import F

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.measures.course import Line, own_course, own_courses
from kindcircle.rooms.measures.models import Response, Score
from kindcircle.rooms.measures.norms import known_of, spread_here, stands_for
from kindcircle.spec.instruments import load_instrument
from kindcircle.stats.own_course import AtLeast, Word
from tests.rooms.measures.course_sheets import DAY, answered, asked
from tests.spec.test_norms import FIRM, plant
from tests.world import World, join, make_group, make_person, make_world


def lines(world: World, *, days: int = 200) -> dict[str, Line]:
    found = own_courses(world.member, by=world.actor(world.member), at=world.at + days * DAY)
    return {line.id: line for one in found for line in one.lines}


def test_values_stand_in_order_with_gaps_and_words(world: World) -> None:
    answered(world, "baseline", 12)
    asked(world, "asked")
    answered(world, "after", 6)
    asked(world, "follow-up")
    line = lines(world, days=95)["gad-7.total"]  # the last is still open: no gap yet
    assert [step.value for step in line.steps] == [12, None, 6]
    assert [step.word for step in line.steps] == [Word.FIRST, Word.MISSED, Word.EASIER]
    assert line.joined == [[0], [2]]
    assert line.band is not None and line.band.half == pytest.approx(3.886, abs=1e-3)
    assert len(lines(world)["gad-7.total"].steps) == 4


def test_of_our_own_form_there_is_the_value_and_nothing_else(world: World) -> None:
    answered(world, "baseline", 20, "wcc-6")
    answered(world, "after", 4, "wcc-6")
    line = lines(world)["wcc-6.balance"]
    assert (line.validated, line.band, line.known, line.research) == (False, None, None, ())
    assert [step.word for step in line.steps] == [Word.FIRST, Word.OWN]


def test_a_studied_form_without_a_confirmed_norm_says_no_more(world: World) -> None:
    answered(world, "baseline", 20, "phq-9")
    answered(world, "after", 2, "phq-9")
    line = lines(world)["phq-9.total"]
    assert line.validated and line.band is None and line.research == ()
    assert line.steps[-1].word is Word.NO_NORM


def test_what_keeps_people_safe_draws_no_line(world: World) -> None:
    for instrument in ("harm-check", "safety-week"):
        answered(world, "asked", 1, instrument)
    assert lines(world) == {}


def test_whoever_begins_at_the_good_end_has_no_room(world: World) -> None:
    answered(world, "baseline", 2)
    assert lines(world)["gad-7.total"].no_room


def test_nobody_else_opens_it(world: World) -> None:
    answered(world, "baseline", 12)
    place = Membership.objects.get(group=world.group, user=world.member)
    others = (world.members[1], *world.facilitators, world.safety_lead, world.organisation_lead, make_world().member)
    for person in others:
        with pytest.raises(NotFound):
            own_course(place, by=world.actor(person), at=world.at)
        with pytest.raises(NotFound):
            own_courses(world.member, by=world.actor(person), at=world.at)


def test_who_left_may_still_look_at_that_group(world: World) -> None:
    answered(world, "baseline", 12)
    Membership.objects.filter(user=world.member).update(left_at=world.at)
    place = Membership.objects.get(group=world.group, user=world.member)
    assert own_course(place, by=world.actor(world.member), at=world.at).lines


# --- the house's own people ---


def first_sheets(world: World, people: int) -> list[float]:
    """So many people of one house answered before they began: 5, 6, 7 … and around again."""
    group, _ = make_group(world.organisation, world.facilitators, at=world.at)
    values = [float(5 + number % 12) for number in range(people)]
    for number, value in enumerate(values):
        member = make_person(world.organisation, f"Nr{number}", at=world.at)
        join(group, member, Membership.Role.MEMBER, at=world.at)
        world.group, kept = group, world.group
        answered(world, "baseline", int(value), member=member)
        world.group = kept
    return values


def test_from_fifty_people_on_the_spread_is_that_of_the_house(world: World) -> None:
    gad = load_instrument("gad-7")
    values = first_sheets(world, 49)
    known = known_of(world.organisation, gad, "total")
    assert known is not None and known.own is None and known.norms.sd_before == 3.4
    answered(world, "baseline", 9)
    values.append(9.0)
    mean = sum(values) / 50
    sd = (sum((value - mean) ** 2 for value in values) / 49) ** 0.5
    known = known_of(world.organisation, gad, "total")
    assert known is not None and known.own is not None and known.own.people == 50
    assert known.norms.sd_before == pytest.approx(sd) and known.norms.reliability == 0.83
    # One more, far from all the others, moves nothing: else each member could read how far off the newest one is.
    joins = make_person(world.organisation, "Late", at=world.at)
    join(world.group, joins, Membership.Role.MEMBER, at=world.at)
    answered(world, "baseline", 21, member=joins)
    assert spread_here(world.organisation, gad, "total") == known.own
    # Another house, another score and a form whose firmness nobody confirmed are as before.
    assert spread_here(make_world().organisation, gad, "total") is None
    assert known_of(world.organisation, load_instrument("phq-9"), "total") is None


TEN = "kindcircle.rooms.measures.norms.ENOUGH_FOR_OWN_SD"


def test_only_the_first_sheets_of_this_house_before_they_began_make_its_spread(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TEN, 10)
    gad = load_instrument("gad-7")
    first_sheets(world, 10)
    mine = spread_here(world.organisation, gad, "total")
    assert mine is not None
    # A later sheet of the same people, another questionnaire, another score, another house: nothing moves.
    one = Score.objects.filter(scale="total", rule=gad.rule).order_by("pk")[0]
    again = one.response.assignment.member
    answered(world, "after", 21, member=again)
    answered(world, "baseline", 21, "phq-9", member=again)
    assert spread_here(world.organisation, gad, "total") == mine
    other = make_world()
    first_sheets(other, 5)
    Response.objects.filter(assignment__group__organisation=other.organisation).update(submitted_at=world.at - 9 * DAY)
    assert spread_here(world.organisation, gad, "total") == mine
    # A sheet without a number stands for nobody: nine are too few.
    Score.objects.filter(pk=one.pk).update(value=None)
    assert spread_here(world.organisation, gad, "total") is None
    # Whoever sent two counts with the one that was sent first.
    Score.objects.filter(pk=one.pk).update(value=one.value)
    answered(world, "baseline", 20, member=again)
    assert spread_here(world.organisation, gad, "total") == mine
    late = world.at + 100 * DAY
    Response.objects.filter(pk=one.response_id).update(submitted_at=late)
    assert spread_here(world.organisation, gad, "total") != mine
    # People may be close to one another, and without any spread there is nothing to say.
    Score.objects.filter(response__assignment__group__organisation=world.organisation).update(
        value=F("response_id") % 2
    )
    close = spread_here(world.organisation, gad, "total")
    assert close is not None and 0 < close.sd < 1
    Score.objects.filter(response__assignment__group__organisation=world.organisation).update(value=3)
    assert spread_here(world.organisation, gad, "total") is None
    Score.objects.filter(response__assignment__group__organisation=world.organisation).update(value=F("response_id"))
    # By another rule they are other numbers.
    Score.objects.filter(response__assignment__member=again).update(rule="gad-7@0.9.0")
    assert spread_here(world.organisation, gad, "total") is None


def test_what_is_known_says_from_whom(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TEN, 10)
    gad, house = load_instrument("gad-7"), world.organisation
    known = known_of(house, gad, "total")
    assert known is not None and known.source.startswith("Loewe 2008; ") and known.own is None
    first_sheets(world, 10)
    known = known_of(house, gad, "total")
    assert known is not None and known.own is not None and "10 people of this house" in known.source
    assert known.source.endswith("how firm the score is: Loewe 2008")
    # How firm it is and how far apart people are may come from two facts.
    spread = {"mean": 3, "sd": 9}
    plant(monkeypatch, spread, FIRM)
    known = known_of(house, gad, "total")
    assert known is not None and known.own is not None and known.norms.reliability == 0.8
    plant(monkeypatch, spread)
    assert known_of(house, gad, "total") is None


def test_a_step_that_only_its_authors_name_counts_for_their_score(world: World) -> None:
    core, house = load_instrument("core-10"), world.organisation
    known = known_of(house, core, "total")
    assert known is not None and known.norms is None and known.fact is None
    assert (known.usual, known.source) == (AtLeast(6.0), "Barkham 2013")
    assert known_of(house, core, "another") is None
    assert known_of(house, load_instrument("who-5"), "total") is None  # points that matter, and nothing of its error


def test_the_spread_of_a_house_moves_with_twice_as_many_people() -> None:
    assert [stands_for(n) for n in (0, 49, 50, 99, 100, 199, 200, 401)] == [0, 0, 50, 50, 100, 100, 200, 400]


def test_a_number_that_counts_no_more_is_not_in_the_spread_nor_on_the_line(world: World) -> None:
    sheet = answered(world, "baseline", 12)
    old = Score.objects.get(response__assignment=sheet, scale="total")
    Score.every.filter(pk=old.pk).update(current=False)
    Score.objects.create(
        response=old.response, scale="total", value=9, state="complete", answered=7, of=7, rule="gad-7@1.0.1"
    )
    assert [step.value for step in lines(world)["gad-7.total"].steps] == [9]
    assert Score.every.filter(response=old.response, scale="total").count() == 2
