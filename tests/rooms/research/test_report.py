"""The cohort report: everyone who started counts, small groups show nothing, and the figures are those of stats."""

from datetime import timedelta

import pytest

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.models import Score
from kindcircle.rooms.research.report import CohortReport, cohort_report
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.spec.instruments import load_instrument
from kindcircle.stats.change import Norms, reliable_change
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.effects.paired import PAIRED_EFFECTS
from kindcircle.stats.samples import summarise_pairs
from tests.world import World, make_world

BEFORE = [14, 12, 16, 9, 11, 13, 15, 10]
AFTER = [8, 12, 9, 10, 4, 13, None, 6]


def answer(world: World, member, instrument: str, total: int, occasion: str) -> None:
    """Send a whole sheet whose items add up to this total."""
    one = load_instrument(instrument)
    rest, answers = total, {}
    for item in one.scored_items:
        answers[item.id] = min(3, rest)
        rest -= answers[item.id]
    asked = asking.assign(
        member=member,
        group=world.group,
        instrument=instrument,
        occasion=occasion,
        opens_at=world.at - timedelta(days=1),
        closes_at=world.at + timedelta(days=40),
        by=SYSTEM,
    )
    measures.submit_response(
        assignment=asked,
        answers=answers,
        client_key=f"{instrument}-{occasion}-{member.code}",
        by=world.actor(member),
        at=world.at,
    )


def told(world: World, before=BEFORE, after=AFTER) -> None:
    for member, first, second in zip(world.members, before, after, strict=True):
        for total, occasion in ((first, "baseline"), (second, "after")):
            if total is not None:
                answer(world, member, "gad-7", total, occasion)


def report(world: World) -> CohortReport:
    return cohort_report(group=world.group, by=world.actor(world.facilitator), at=world.at)


def outcome(world: World, name: str = "gad-7"):
    return next(one for one in report(world).outcomes if one.instrument == name)


def hold_all(world: World, absent: dict[int, set[int]]) -> None:
    """Hold every meeting; `absent` maps a meeting's number to the places of members who were not there."""
    for one in world.gatherings:
        ends = one.starts_at + timedelta(hours=1)
        Gathering.objects.filter(pk=one.pk).update(state="closed", opened_at=one.starts_at, closed_at=ends)
        for place, member in enumerate(world.members):
            if place not in absent.get(one.number, set()):
                Attendance.objects.create(gathering=one, user=member, arrived_at=one.starts_at, left_at=ends)


def test_the_figures_are_those_of_the_statistics_library(world):
    told(world)
    found = outcome(world).result
    summary = summarise_pairs(BEFORE, AFTER)
    assert found.g_raw == PAIRED_EFFECTS["g_raw"](summary)
    assert found.pairs.n == 7
    assert found.pairs.missing_after == 1
    norms = Norms(reliability=0.83, sd_before=3.4)
    assert found.reliable.counts == reliable_change(BEFORE, AFTER, norms=norms, better="lower").counts
    assert found.reliable.smallest_reliable_change == pytest.approx(3.886, abs=1e-3)


def test_below_five_pairs_there_is_no_figure_and_no_line(world):
    told(world, after=[8, 12, 9, 10, None, None, None, None])
    small = outcome(world)
    assert isinstance(small.result, Suppressed)
    assert small.lines == ()


def test_lines_carry_no_name_and_no_order_of_seats(world):
    told(world)
    lines = outcome(world).lines
    assert [line.before for line in lines] == sorted(line.before for line in lines)
    # One point up is within what this score moves by itself, so it is no "worse".
    assert [(line.before, line.after, line.moved) for line in lines][:2] == [(9, 10, "same"), (10, 6, "better")]
    assert {line.moved for line in lines} == {"better", "same"}


def test_who_left_stays_in_every_denominator(world):
    hold_all(world, absent={2: {0, 1}, 3: {0, 1}, 4: {0}})
    Membership.objects.filter(user=world.members[0]).update(left_at=world.at + timedelta(days=8))
    found = report(world)
    assert (found.started, found.left, found.sessions_held) == (8, 1, 4)
    assert (found.attendance.sessions.count, found.attendance.sessions.n) == (27, 32)
    # Person 0 came once, person 1 twice; the rule is three of four.
    assert (found.completed.count, found.completed.n) == (6, 8)
    assert found.attendance.by_member.n == 32


def test_a_form_that_changed_in_between_is_not_compared(world):
    told(world)
    Score.objects.filter(response__assignment__occasion="after").update(rule="gad-7@0.9.0")
    assert outcome(world).result.sentence.key == "version_changed"


def test_our_own_form_gets_no_reliable_change(world):
    told(world)
    own = outcome(world, "wcc-6")
    assert own.validated is False
    assert isinstance(own.result, Suppressed)
    assert [one.primary for one in report(world).outcomes].count(True) == 1


def test_unwanted_events_stand_beside_how_often_people_were_asked(world):
    member = world.members[2]
    for severity in (1, 2):
        AdverseEvent.objects.create(
            group=world.group,
            member=member,
            category="sleep",
            severity=severity,
            related="possible",
            happened_on=world.at.date(),
            recorded_at=world.at,
            recorded_by=world.facilitator,
        )
    asking.assign_for_gathering(gathering=world.gathering, at=world.at)
    harms = report(world).harms
    assert (harms.people.count, harms.people.n, harms.events, harms.related, harms.open) == (1, 8, 2, 2, 2)
    assert (harms.asked, harms.answered) == (8, 0)


def test_only_its_own_facilitators_see_it_and_seeing_leaves_a_trace(world):
    other = make_world(at=world.at)
    for person in (world.member, world.safety_lead, world.organisation_lead):
        with pytest.raises(NotFound):
            cohort_report(group=world.group, by=world.actor(person), at=world.at)
    with pytest.raises(NotFound):
        cohort_report(group=world.group, by=other.actor(other.facilitator), at=world.at)
    report(world)
    assert AuditEntry.objects.filter(event="report opened", actor=world.facilitator.code).count() == 1


def test_a_group_of_nobody_has_a_report_and_no_figure(db):
    found = report(make_world(members=0))
    assert found.started == 0
    assert all(isinstance(one.result, Suppressed) for one in found.outcomes)


def test_all_values_equal_is_said_and_not_divided_by(world):
    told(world, before=[10] * 8, after=[10] * 8)
    found = outcome(world).result
    assert not hasattr(found.g_raw, "estimate")
    assert found.sentence.key == "too_few.even"


def test_the_shorter_form_of_the_night_has_a_line_of_its_own(world):
    """Where the last line was not asked it is PHQ-8: beside PHQ-9, never among it (ADR 53)."""
    assert "phq-8" not in {one.instrument for one in report(world).outcomes}
    for place, member in enumerate(world.members):
        before, after = ("phq-8", "phq-8") if place < 5 else ("phq-9", "phq-9") if place < 7 else ("phq-9", "phq-8")
        answer(world, member, before, 14 - place, "baseline")
        answer(world, member, after, 9 - place, "after")
    found = report(world)
    names = [one.instrument for one in found.outcomes]
    assert names.index("phq-8") == names.index("phq-9") + 1
    shorter, longer = outcome(world, "phq-8"), outcome(world, "phq-9")
    assert (shorter.stands_for, longer.stands_for, shorter.name) == ("PHQ-9", "", "PHQ-8")
    assert (shorter.ends, longer.ends) == ((0, 24), (0, 27))
    assert shorter.result.pairs.n == 5 and [line.before for line in shorter.lines] == [10, 11, 12, 13, 14]
    # Who answered one of each is in neither pair, and two with both of PHQ-9 are too few to show.
    assert shorter.result.pairs.missing_before == 1 and isinstance(longer.result, Suppressed)
    assert not shorter.primary and [one.primary for one in found.outcomes].count(True) == 1
