"""What a trial found: closed until everybody could answer, from real rows, each person in one place of the way."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils.formats import number_format

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.organisation.trial_printed import printed
from kindcircle.doors.web.organisation.trial_words import parts
from kindcircle.paper.setting import pdf
from kindcircle.rooms.ending.models import Ending
from kindcircle.rooms.ending.taking import take_records
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.intake.actions import apply, take_back
from kindcircle.rooms.intake.models_trial import Entrant, Trial
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.research import draw, trial_flow, trial_results, trials
from kindcircle.rooms.research.errors import NotBefore, NotLockedYet, PlanTouched, RecordsGone
from kindcircle.stats.partly_grouped import Comparison, compare
from kindcircle.stats.results import Reason, Undefined
from tests.rooms.research.trying import (
    SOON,
    TIME_IS_UP,
    agrees,
    answers,
    asked_for,
    drawn,
    locked,
    locked_before,
    may_join,
    offer,
)
from tests.world import World, admit, make_group, make_person

AFTER = Assignment.Occasion.AFTER_DRAW


def lead(world: World):
    return {"staff": world.organisation_lead, "by": world.actor(world.organisation_lead)}


def in_groups(world: World, trial: Trial, rows: list[Entrant], many: int, meetings: int) -> None:
    """These people sit in so many groups and came to so many meetings."""
    groups = []
    for _ in range(many):
        group, gatherings = make_group(
            world.organisation, world.facilitators, at=world.at, first_at=world.at + timedelta(weeks=1), version="2"
        )
        Group.objects.filter(pk=group.pk).update(intake=trial.intake)
        group.intake = trial.intake
        groups.append((group, gatherings))
    for place, one in enumerate(rows):
        group, gatherings = groups[place % many]
        person = one.application.person
        Membership.objects.create(
            group=group, user=person, role=Membership.Role.MEMBER, seat=place + 1,
            joined_at=trial.drawn_at + timedelta(days=1), **admit(group, person, at=world.at),
        )  # fmt: skip
        for gathering in gatherings[:meetings]:
            Attendance.objects.create(gathering=gathering, user=person, arrived_at=gathering.starts_at)
    Gathering.objects.filter(group__in=[group for group, _gatherings in groups]).update(state="planned")


def lived_through(world: World, *, planned: int = 0, earlier: bool = False, heavier: int = 0, **other: object) -> Trial:
    """Twenty-four were drawn, twelve sit in four groups; whoever started carries less after eight weeks.

    `planned`: with so many of them a plan was agreed, and they carry as much more as `heavier` says. `earlier`: the
    plan was locked while plans looked at everybody as one.
    """
    people = may_join(world, intake := offer(world), 24 - planned)
    people += may_join(world, intake, planned, outcome="join-with-plan")
    trial = locked(world, intake, **other)
    if earlier:
        locked_before(trial, trials.MODEL)
    for place, one in enumerate(people):
        agrees(world, one, total=4 + place % 5)
    trial = drawn(world, trial)
    rows = list(Entrant.objects.filter(trial=trial).select_related("application__person", "application__intake"))
    now = [one for one in rows if one.arm == "now"]
    in_groups(world, trial, now, 4, 3)
    at = trial.drawn_at + timedelta(weeks=8, hours=1)
    # Counted within each arm, so that it does not matter whom chance put where.
    for place, one in enumerate(now):
        more = heavier if one.stratum == "plan" else 0
        answers(world, one.application, AFTER, more + 1 + place // 4, at=at)
    for place, one in enumerate(one for one in rows if one.arm == "later"):
        more = heavier if one.stratum == "plan" else 0
        answers(world, one.application, AFTER, more + 6 - heavier + place % 3, at=at)
    return trial


@pytest.fixture
def done(world: World) -> Trial:
    return lived_through(world)


def opens(trial: Trial):
    return trial_results.opens_on(trial)


def test_no_outcome_is_opened_before_a_locked_plan_a_draw_and_the_last_day(world: World) -> None:
    people = may_join(world, intake := offer(world), 14)
    late = world.at + timedelta(days=400)
    trial = asked_for(world, intake)
    with pytest.raises(NotLockedYet):
        trial_results.open_results(trial=trial, at=late, **lead(world))
    Trial.objects.filter(pk=trial.pk).delete()
    trial = locked(world, intake)
    with pytest.raises(NotLockedYet):
        trial_results.open_results(trial=trial, at=late, **lead(world))
    for one in people:
        agrees(world, one)
    trial = drawn(world, trial)
    with pytest.raises(NotBefore):
        trial_results.open_results(trial=trial, at=opens(trial) - timedelta(seconds=1), **lead(world))
    assert Trial.objects.get(pk=trial.pk).opened_at is None
    assert not AuditEntry.objects.filter(event=Event.TRIAL_OPENED, chain=world.organisation.code).exists()
    Trial.objects.filter(pk=trial.pk).update(margin=0.5)
    with pytest.raises(PlanTouched):
        trial_results.open_results(trial=trial, at=late, **lead(world))
    Trial.objects.filter(pk=trial.pk).update(margin=trial.margin)
    trial_results.open_results(trial=trial, at=opens(trial), **lead(world))
    later = trial_results.open_results(trial=trial, at=opens(trial) + SOON, **lead(world))
    assert later.trial.opened_at == opens(trial)
    assert AuditEntry.objects.filter(event=Event.TRIAL_OPENED, chain=world.organisation.code).count() == 2


def test_the_planned_comparison_is_that_of_the_rows(world: World, done: Trial) -> None:
    found = trial_results.open_results(trial=done, at=opens(done), **lead(world))
    one = found.planned.comparison
    assert isinstance(one, Comparison)
    # The scale says less is better, so fewer points are a gain.
    assert one.contrast.estimate == pytest.approx(-5, abs=0.9) and one.contrast.method == "Satterthwaite"
    assert one.groups == (3, 3, 3, 3) and found.finding == "better-by-margin"
    assert (found.planned.now.people, found.planned.later.people) == (12, 12)
    assert "unblinded" in found.warnings and "silent" not in found.warnings
    told = trial_results.record_of(found)
    assert told["planned"]["difference"] == one.contrast.estimate and told["plan"]["margin"] == 2.0


def across(trial: Trial) -> Comparison:
    """The same people, compared as if nothing had been kept alike."""
    found = compare([replace(one.person, stratum="") for one in trial_flow.cases(trial)], df="satterthwaite").comparison
    assert isinstance(found, Comparison)
    return found


def test_what_the_draw_kept_alike_by_plans_stands_in_the_comparison(world: World) -> None:
    trial = lived_through(world, planned=8, heavier=3, strata="plan")
    found = trial_results.open_results(trial=trial, at=opens(trial), **lead(world))
    one = found.planned.comparison
    assert isinstance(one, Comparison) and one.strata == ("no-plan", "plan")
    assert one.contrast.estimate == pytest.approx(-2, abs=0.9)
    assert one.contrast.se < 0.8 * across(trial).contrast.se
    record = trial_results.record_of(found)
    assert record["planned"]["within_strata"] == ["no-plan", "plan"] and "+ stratum +" in record["plan"]["model"]
    for part in parts(found):
        assert part.alike.startswith("People are compared with those like them in whether a plan was agreed")
    assert parts(found)[0].alike in told(printed(found, at=opens(trial))["parts"])


def test_a_plan_that_was_locked_without_strata_is_worked_out_without_them(world: World) -> None:
    trial = lived_through(world, planned=8, heavier=3, earlier=True, strata="plan")
    found = trial_results.open_results(trial=trial, at=opens(trial), **lead(world))
    assert found.planned.comparison == across(trial) and not found.planned.comparison.strata
    assert trial_results.record_of(found)["plan"]["model"] == trials.MODEL
    assert "was locked without that in the comparison" in told(printed(found, at=opens(trial))["parts"])


def test_a_stratum_with_answers_in_one_arm_only_is_told_and_leaves_nobody_out(world: World) -> None:
    trial = lived_through(world, planned=1, strata="plan")
    found = trial_results.open_results(trial=trial, at=opens(trial), **lead(world))
    one = found.planned.comparison
    assert isinstance(one, Comparison) and (one.strata, one.together) == ((), ("plan",))
    assert one.contrast == across(trial).contrast
    assert (found.planned.now.scored, found.planned.later.scored) == (12, 12)
    assert "both count as one here" in parts(found)[0].alike


@pytest.mark.parametrize(
    ("strata", "words"),
    [("none", ""), ("plan", "All who answered were the same"), ("score", "The draw kept the two alike in the score")],
)
def test_where_nothing_is_added_for_what_was_kept_alike_it_is_said(world: World, strata: str, words: str) -> None:
    trial = lived_through(world, strata=strata, cut=6.0 if strata == "score" else None)
    found = trial_results.open_results(trial=trial, at=opens(trial), **lead(world))
    one = found.planned.comparison
    assert isinstance(one, Comparison) and one == across(trial)
    assert parts(found)[0].alike.startswith(words) and bool(parts(found)[0].alike) == bool(words)


def test_by_protocol_leaves_out_who_did_otherwise_and_the_plan_does_not(world: World, done: Trial) -> None:
    now = Entrant.objects.filter(trial=done, arm="now").first()
    Attendance.objects.filter(user=now.application.person, gathering__number=3).delete()
    found = trial_results.open_results(trial=done, at=opens(done), **lead(world))
    assert (found.planned.now.scored, found.by_protocol.now.scored) == (12, 11)
    assert found.flow.now.kept_to == 11 and found.flow.now.counted == 12


def test_who_asked_to_be_left_out_is_counted_and_not_compared(world: World, done: Trial) -> None:
    gone = Entrant.objects.filter(trial=done, arm="later").first().application
    draw.take_back(application=gone, by=world.actor(gone.person), at=opens(done))
    found = trial_results.open_results(trial=done, at=opens(done), **lead(world))
    assert (found.planned.later.people, found.planned.later.scored) == (12, 11)
    assert (found.flow.later.taken_back, found.flow.later.silent) == (1, 0)


def test_few_groups_are_described_and_no_more(world: World, done: Trial) -> None:
    seats = Membership.objects.filter(group__intake=done.intake, role="member")
    first = seats.order_by("group_id").first().group
    for place, one in enumerate(seats.exclude(group=first)):
        Membership.objects.filter(pk=one.pk).update(group=first, seat=50 + place)
    found = trial_results.open_results(trial=done, at=opens(done), **lead(world))
    assert isinstance(found.planned.comparison, Undefined)
    assert found.planned.comparison.reason == Reason.TOO_FEW_GROUPS and found.finding is None
    assert found.planned.now.mean_after is not None


def test_once_answers_were_taken_away_as_promised_no_other_figures_are_told(world: World, done: Trial) -> None:
    gone = Entrant.objects.filter(trial=done, arm="now").select_related("application").first()
    outside = Entrant.objects.filter(trial=done, arm="later").first()
    Entrant.objects.filter(pk=gone.pk).update(early="worse", early_by=world.facilitator)
    group = Group.objects.get(memberships__user=gone.application.person, intake=done.intake)
    looks = AuditEntry.objects.count()
    take_records(group)
    years = opens(done) + timedelta(days=3000)
    Ending.objects.create(
        group=group, finished_at=opens(done), records_warned_at=years - timedelta(days=15), records_gone_at=years
    )
    sheets = Assignment.objects.filter(intake=done.intake)
    assert not sheets.filter(member=gone.application.person).exists()
    assert sheets.filter(member=outside.application.person).count() == 2
    gone.refresh_from_db()
    assert (gone.early, gone.early_by, gone.arm) == ("", None, "now")
    with pytest.raises(RecordsGone, match="as they were promised"):
        trial_results.open_results(trial=done, at=years, **lead(world))
    with pytest.raises(RecordsGone):
        trial_flow.flow(done, by=world.actor(world.organisation_lead))
    assert AuditEntry.objects.count() == looks  # nothing was opened


def test_below_five_answers_an_arm_has_no_mean(world: World) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake)
    for one in people:
        agrees(world, one)
    trial = drawn(world, trial)
    for one in Entrant.objects.filter(trial=trial, arm="now").select_related("application__person")[:4]:
        answers(world, one.application, AFTER, 3, at=trial.drawn_at + timedelta(weeks=8, hours=1))
    found = trial_results.open_results(trial=trial, at=opens(trial), **lead(world))
    assert found.planned.now.scored == 4 and found.planned.now.mean_after is None
    assert "silent" in found.warnings


def test_everybody_who_asked_is_in_one_place_of_the_way(world: World) -> None:
    ada, intake = world.actor(world.facilitator), offer(world)
    people = may_join(world, intake, 20)
    may_join(world, intake, 2, outcome="later")
    may_join(world, intake, 1, outcome="other-help")
    untalked = make_person(world.organisation, "Untalked", at=world.at)
    apply(intake=intake, person=untalked, answers={}, source="page", by=world.actor(untalked), at=world.at)
    trial = locked(world, intake)
    outside, no, silent, unanswered, gone, *rest = people
    draw.keep_outside(application=outside, why="risk", by=ada, at=world.at + 3 * SOON)
    draw.answer(application=no, yes=False, by=world.actor(no.person), at=world.at + 3 * SOON)
    agrees(world, unanswered, total=None)
    take_back(application=gone, by=world.actor(gone.person), at=world.at + 3 * SOON)
    for one in rest:
        agrees(world, one)
    trial = drawn(world, trial, after=TIME_IS_UP)
    found = trial_flow.flow(trial, by=world.actor(world.safety_lead))
    assert dict(found.left_out) == {
        "back": 1, "talk": 1, "later": 2, "other-help": 1, "risk": 1, "no": 1, "silent": 1, "sheet": 1,
    }  # fmt: skip
    assert found.asked == 24 and found.drawn == 15
    assert found.asked == found.drawn + sum(n for _why, n in found.left_out)
    # What leaves the house does not say of one person that waiting was not safe.
    leaves = dict(trial_flow.to_leave(found).left_out)
    assert leaves["outside"] == 1 and "risk" not in leaves and sum(leaves.values()) == found.asked - found.drawn
    assert silent.pk and found.now.drawn == 12 and found.later.drawn == 3
    with pytest.raises(NotFound):
        trial_flow.flow(trial, by=ada)


def told(blocks: object) -> str:
    """Every letter of a report on paper, without its pictures."""
    if isinstance(blocks, dict):
        return " ".join(told(one) for name, one in blocks.items() if name != "svg")
    return " ".join(map(told, blocks)) if isinstance(blocks, list) else str(blocks)


def test_on_paper_stands_what_the_page_says(world: World, done: Trial) -> None:
    found = trial_results.open_results(trial=done, at=opens(done), **lead(world))
    made = printed(found, at=opens(done))
    text, one = told(made["parts"]), found.planned.comparison
    assert "better off, by more than the smallest that matters" in text and "Whether it lasts" in text
    assert f"{number_format(one.contrast.estimate, 2)} points (from {number_format(one.interval.low, 2)}" in text
    # What has to be known stands with the planned comparison, before what people chose themselves.
    assert text.index("As planned") < text.index("People knew whether") < text.index("By what was done")
    assert "Asked to come: 24" in text and "Start now, In the comparison: 12" in text
    for entrant in Entrant.objects.filter(trial=done).select_related("application__person"):
        for code in (entrant.code, entrant.application.code, entrant.application.person.code):
            assert code not in text
    assert pdf("report", made, keep=False).startswith(b"%PDF")


def test_on_paper_nothing_is_claimed_of_few_groups(world: World, done: Trial) -> None:
    seats = Membership.objects.filter(group__intake=done.intake, role="member")
    first = seats.order_by("group_id").first().group
    for place, one in enumerate(seats.exclude(group=first)):
        Membership.objects.filter(pk=one.pk).update(group=first, seat=50 + place)
    found = trial_results.open_results(trial=done, at=opens(done), **lead(world))
    text = told(printed(found, at=opens(done))["parts"])
    assert "No comparison can be given." in text and "Whether starting now made a difference." in text
    assert "95 in 100" not in text and "better off" not in text
