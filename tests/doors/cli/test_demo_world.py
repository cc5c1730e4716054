"""The demo's house: what the documentation promises is in it, all of it made up, all of it in order."""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction

from kindcircle.base.audit.log import verify
from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.links import DEMO_HOUSE, person_of_demo_token
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.doors.cli.demo import sign_in_links
from kindcircle.doors.cli.demo_world.answers import answers_for
from kindcircle.doors.cli.demo_world.build import build
from kindcircle.doors.cli.demo_world.finished import STORIES
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership, StepRecord
from kindcircle.rooms.groups.queries import actor_for, gatherings_of, places
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.research import draw, trial_flow, trial_results, trials
from kindcircle.rooms.safety.models import AdverseEvent, Alert
from kindcircle.rooms.safety.queries import help_lines
from kindcircle.rooms.writing.models import JournalEntry, Letter
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.scoring import problems, score

Occasion = Assignment.Occasion


@pytest.fixture(scope="module")
def built_at(django_db_setup: None, django_db_blocker: object) -> Iterator[datetime]:
    """The house, built once for this file, inside a transaction that is taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        at = clock.now()
        build(at=at)
        yield at
        transaction.set_rollback(True)


@pytest.fixture
def running(built_at: datetime, db: None) -> Group:
    return Group.objects.get(name="Alder circle")


@pytest.fixture
def finished(built_at: datetime, db: None) -> Group:
    return Group.objects.get(name="Birch circle")


def totals(group: Group, occasion: str, instrument: str) -> dict[int, float]:
    rows = Score.objects.filter(
        response__assignment__group=group,
        response__assignment__occasion=occasion,
        response__assignment__instrument=instrument,
        scale="total",
    )
    return dict(rows.values_list("response__assignment__member_id", "value"))


# --- the group that meets today ---


def test_eight_members_and_two_facilitators_are_in_week_two(running: Group, built_at: datetime) -> None:
    assert places(running).count() == 8
    assert places(running, Membership.Role.FACILITATOR).count() == 2
    assert running.state == Group.State.RUNNING
    first, second, third, _ = gatherings_of(running)
    assert first.state == Gathering.State.CLOSED
    assert second.state == third.state == Gathering.State.PLANNED
    assert timedelta() <= second.starts_at - built_at <= timedelta(minutes=15)


def test_the_first_gathering_is_recorded_whole(running: Group) -> None:
    first = gatherings_of(running)[0]
    came = Attendance.objects.filter(gathering=first)
    assert came.count() == 7
    assert all(row.minutes is not None and 30 < row.minutes < 75 for row in came)
    assert first.recorded_at is not None
    outcomes = set(StepRecord.objects.filter(gathering=first).values_list("outcome", flat=True))
    assert {"done", "adapted"} <= outcomes
    assert Response.objects.filter(assignment__gathering=first, assignment__occasion=Occasion.LEAVING).count() == 6


def test_everybody_filled_in_the_beginning_and_most_their_week(running: Group) -> None:
    assert Response.objects.filter(assignment__group=running, assignment__occasion=Occasion.BASELINE).count() == 8 * 6
    assert Response.objects.filter(assignment__group=running, assignment__occasion=Occasion.WEEKLY).count() == 5


def test_one_alert_is_settled_and_one_is_waiting(running: Group, built_at: datetime) -> None:
    closed, waiting = Alert.objects.filter(group=running).order_by("raised_at")
    assert closed.state == Alert.State.CLOSED
    assert closed.close_reason == "plan-agreed"
    assert closed.steps.count() == 4
    assert waiting.state == Alert.State.RAISED
    assert set(waiting.rules.split(",")) == {"a_lot", "contact_asked"}
    assert waiting.with_person == Alert.Person.OWNER
    assert waiting.escalate_at is not None
    assert waiting.escalate_at > built_at + timedelta(minutes=90)


def test_one_member_writes_and_one_letter_has_come_back(running: Group) -> None:
    delivered, sealed, for_need = Letter.objects.order_by("deliver_on")
    assert delivered.delivered_at is not None
    assert sealed.delivered_at is None
    assert for_need.when_needed and for_need.delivered_at is None
    assert (
        delivered.author
        == sealed.author
        == for_need.author
        == JournalEntry.objects.get().author
        == places(running)[0].user
    )


def test_practice_at_home_has_been_played_to_its_end(running: Group) -> None:
    plays = Play.objects.filter(group=running)
    assert plays.count() > 15
    assert all(play.finished_at is not None and play.seconds_played == play.seconds_planned for play in plays)


# --- the earlier cohort ---


def test_seven_of_eight_completed_by_the_rule(finished: Group) -> None:
    assert finished.state == Group.State.FINISHED
    came = {
        place.user_id: Attendance.objects.filter(gathering__group=finished, user=place.user).count()
        for place in places(finished)
    }
    assert len(came) == 8
    assert sum(count >= 3 for count in came.values()) == 7
    left = places(finished).exclude(left_at=None)
    assert [came[place.user_id] for place in left] == [2]


def test_six_people_have_both_a_before_and_an_after(finished: Group) -> None:
    for instrument in ("gad-7", "phq-9", "who-5", "scs-sf-12"):
        before = totals(finished, Occasion.BASELINE, instrument)
        after = totals(finished, Occasion.AFTER, instrument)
        assert len(before) == 8
        assert len(before.keys() & after.keys()) == 6


def test_scores_are_those_of_the_stories(finished: Group) -> None:
    order = [place.user_id for place in places(finished)]
    for occasion, place in ((Occasion.BASELINE, 0), (Occasion.AFTER, 1)):
        anxiety = totals(finished, occasion, "gad-7")
        wellbeing = totals(finished, occasion, "who-5")
        kindness = totals(finished, occasion, "scs-sf-12")
        for user, story in zip(order, STORIES, strict=True):
            assert anxiety.get(user) == story.gad_7[place]
            assert wellbeing.get(user) == (None if story.who_5[place] is None else 4 * story.who_5[place])
            if story.scs[place] is not None:
                assert kindness[user] == pytest.approx(story.scs[place] / 12)


def test_one_overlooked_line_is_scored_as_such(finished: Group) -> None:
    states = Score.objects.filter(
        response__assignment__group=finished, response__assignment__instrument="phq-9", scale="total"
    ).values_list("state", flat=True)
    assert sorted(states).count("prorated") == 1


def test_one_unwanted_event_is_on_record(finished: Group) -> None:
    event = AdverseEvent.objects.get()
    assert (event.group, event.severity, event.related) == (finished, 2, "possible")
    assert event.resolved_on is not None
    assert event.resolved_on >= event.happened_on


# --- the whole house ---


def test_nobody_in_it_can_be_reached(built_at: datetime, db: None) -> None:
    people = list(User.objects.all())
    assert len(people) == 42
    assert all((seals.address_of(person) or "").endswith("@willowmere.invalid") for person in people)
    assert len(set(seals.names_of(people).values())) == 42


def test_a_trial_was_drawn_and_can_be_drawn_again(built_at: datetime, db: None) -> None:
    trial = Trial.objects.get(organisation__code=DEMO_HOUSE)
    assert trials.is_as_locked(trial) and trials.looks_within(trial) and draw.is_proven(trial)
    way = trial_flow.flow(trial, by=actor_for(trial.asked_by, strong=True))
    assert (way.asked, way.drawn, way.now.drawn) == (17, 13, 8)
    assert dict(way.left_out) == {"worse": 1, "no": 1, "silent": 1, "sheet": 1}
    # Nobody could answer a second time yet, so nothing of it is open.
    opens = trial_results.opens_on(trial)
    assert opens is not None and opens > built_at and trial.opened_at is None


def test_its_help_lines_say_that_they_are_not_real(built_at: datetime, db: None) -> None:
    lines = help_lines(Organisation.objects.get(code=DEMO_HOUSE), at=built_at)
    assert [line.emergency for line in lines] == [True, False]
    assert all("not a real number" in line.name for line in lines)


def test_nothing_in_it_happens_later_than_now(built_at: datetime, db: None) -> None:
    assert not Response.objects.filter(submitted_at__gt=built_at).exists()
    assert not Alert.objects.filter(raised_at__gt=built_at).exists()
    assert not Play.objects.filter(started_at__gt=built_at).exists()
    assert not User.objects.filter(joined_at__gt=built_at).exists()


def test_its_audit_record_holds(built_at: datetime, db: None) -> None:
    assert list(verify()) == []


def test_only_what_is_fresh_is_still_to_be_sent(built_at: datetime, db: None) -> None:
    waiting = Delivery.objects.filter(sent_at=None, due_at__lte=built_at)
    assert [delivery.kind for delivery in waiting] == ["staff-please-look"]


def test_every_link_opens_for_the_person_it_names(built_at: datetime, db: None) -> None:
    lines = re.findall(r"^  (.+?)  +(\w+) +(http\S+/demo/enter/(\S+)/)$", sign_in_links(), re.M)
    assert [role for role, *_ in lines] == [
        "Facilitator", "Member", "Member", "Member", "Applicant", "Applicant", "Safety lead", "Organisation lead",
    ]  # fmt: skip
    for _role, name, address, token in lines:
        person = person_of_demo_token(token)
        assert person is not None
        assert seals.name_of(person) == name
        assert address.startswith(settings.ORIGIN)


@pytest.mark.parametrize(
    ("instrument", "points", "scale", "value"),
    [
        ("gad-7", 0, "total", 0),
        ("gad-7", 21, "total", 21),
        ("phq-9", 24, "total", 24),
        ("who-5", 13, "total", 52),
        ("scs-sf-12", 12, "total", 1),
        ("scs-sf-12", 43, "total", 43 / 12),
        ("wcc-6", 15, "balance", 2.5),
        ("illness-burden", 7, "burden", 7),
    ],
)
def test_made_up_answers_come_to_what_was_wanted(instrument: str, points: int, scale: str, value: float) -> None:
    one = load_instrument(instrument)
    for seed in range(20):
        answers = answers_for(instrument, points, chance=random.Random(seed))
        assert not problems(one, answers)
        found = {result.score: result.value for result in score(one, answers)}
        assert found[scale] == pytest.approx(value)


def test_made_up_answers_never_raise_an_alert() -> None:
    for seed in range(50):
        assert answers_for("phq-9", 20, chance=random.Random(seed))["phq9_9"] == 0
