"""The draw of a trial: two people before it, once, whole or not at all, nobody in it who must not wait."""

from collections import Counter
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import verify
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import Invalid, NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.forming.waitlist import AFTER_DRAW, DRAW, JOINS, waitlist
from kindcircle.rooms.groups.actions import keep_place
from kindcircle.rooms.groups.models import Gathering, KeptPlace
from kindcircle.rooms.intake.actions import apply, decide, take_back
from kindcircle.rooms.intake.errors import DrawFirst, StartsLater
from kindcircle.rooms.intake.models_trial import Entrant, Trial
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.research import draw, trials
from kindcircle.rooms.research.errors import (
    AlreadyDecided,
    AnswerInTime,
    DrawnOnce,
    EverybodyFits,
    NotAPlan,
    NotLockedYet,
    OneTrialPerOffer,
    PlanTouched,
    StillChoosing,
    TakesTwo,
    TooLateForLater,
)
from kindcircle.stats.allocation import commitment
from tests.rooms.research.trying import (
    SOON,
    TIME_IS_UP,
    agrees,
    asked_for,
    design,
    drawn,
    locked,
    locked_before,
    may_join,
    offer,
)
from tests.world import World, fill_consent, make_group

Occasion = Assignment.Occasion


def arms(trial: Trial) -> Counter[str]:
    return Counter(Entrant.objects.filter(trial=trial).values_list("arm", flat=True))


def later(world: World):
    return world.at + 5 * SOON


def group_that_begins(world: World, trial: Trial, weeks: float):
    """A group of this offer whose first meeting is so many weeks from the beginning of this world."""
    group, _gatherings = make_group(
        world.organisation, world.facilitators, at=world.at, first_at=world.at + timedelta(weeks=weeks), version="2"
    )
    type(group).objects.filter(pk=group.pk).update(intake=trial.intake)
    group.intake = trial.intake
    Gathering.objects.filter(group=group).update(state=Gathering.State.PLANNED)
    return group


def test_22_people_for_12_seats(world: World) -> None:
    people = may_join(world, intake := offer(world), 22)
    trial = locked(world, intake)
    for one in people:
        agrees(world, one)
    done = drawn(world, trial)
    assert arms(done) == {"now": 12, "later": 10}
    # Everybody hears of it, and is asked once more on the very same day.
    for one in people:
        assert Delivery.objects.filter(user=one.person, about_kind="trial-draw").count() == 1
        after = Assignment.objects.get(member=one.person, occasion=Occasion.AFTER_DRAW)
        assert after.opens_at == done.drawn_at + timedelta(weeks=8)
        assert Delivery.objects.get(user=one.person, about_kind="sheets-trial-post").due_at == after.opens_at
    assert draw.is_proven(done) and trials.is_as_locked(done) and not list(verify())
    events = list(AuditEntry.objects.filter(chain=world.organisation.code).order_by("number"))
    order = [one.event for one in events if one.event.startswith("trial") and one.event != Event.TRIAL_ANSWERED]
    assert order == [
        Event.TRIAL_ASKED, Event.TRIAL_LOCKED, Event.TRIAL_SECRET_BOUND, Event.TRIAL_DRAWN, Event.TRIAL_RESULT_BOUND,
    ]  # fmt: skip


def test_it_takes_two_people_and_the_database_says_so(world: World) -> None:
    trial = asked_for(world, offer(world))
    lead = {"staff": world.organisation_lead, "by": world.actor(world.organisation_lead)}
    safety = {"staff": world.safety_lead, "by": world.actor(world.safety_lead)}
    with pytest.raises(TakesTwo):
        trials.decide(trial=trial, lock=True, at=later(world), **lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        Trial.objects.filter(pk=trial.pk).update(decided_by=world.organisation_lead)
    with pytest.raises(NotLockedYet):
        draw.draw(trial=trial, by=lead["by"], at=later(world))
    for column in ({"state": "drawn", "drawn_at": later(world)}, {"opened_at": later(world)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Trial.objects.filter(pk=trial.pk).update(**column)
    once = trials.decide(trial=trial, lock=True, at=later(world), **safety)
    assert trials.decide(trial=trial, lock=True, at=later(world) + SOON, **safety).decided_at == once.decided_at
    with pytest.raises(AlreadyDecided):
        trials.decide(trial=trial, lock=False, at=later(world), **safety)


def test_the_secret_is_bound_sealed_and_shown_only_after_the_draw(world: World) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake)
    assert len(trial.secret_mark) == 64 and not trial.shown_secret and bytes(trial.sealed_secret)
    for one in people:
        agrees(world, one)
    done = drawn(world, trial)
    assert commitment(bytes.fromhex(done.shown_secret)) == trial.secret_mark and not bytes(done.sealed_secret)
    # A swap of two people afterwards is found.
    now = Entrant.objects.filter(trial=done, arm="now").first()
    then = Entrant.objects.filter(trial=done, arm="later").first()
    Entrant.objects.filter(pk=now.pk).update(arm="later")
    Entrant.objects.filter(pk=then.pk).update(arm="now")
    assert not draw.is_proven(done)


def test_pressed_again_it_is_the_same_draw_and_a_crash_leaves_nothing(world: World, monkeypatch) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake)
    for one in people:
        agrees(world, one)
    entries = AuditEntry.objects.count()

    def falls(*_args: object, **_more: object) -> None:
        raise OSError("The machine went down.")

    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(trials, "record", falls)  # the very last step
        drawn(world, trial)
    assert arms(trial) == {"": 14} and Trial.objects.get(pk=trial.pk).state == "locked"
    assert AuditEntry.objects.count() == entries
    assert not Assignment.objects.filter(occasion=Occasion.AFTER_DRAW).exists()
    assert not Delivery.objects.filter(about_kind="trial-draw").exists()
    first = drawn(world, trial)
    there, entries = draw.result(first), AuditEntry.objects.count()
    again = draw.draw(trial=trial, by=world.actor(world.safety_lead), at=later(world))
    assert draw.result(again) == there and again.drawn_at == first.drawn_at and AuditEntry.objects.count() == entries
    with pytest.raises(DrawnOnce):
        trials.stop(trial=first, by=world.actor(world.safety_lead), at=later(world))


def test_two_people_press_at_once(committed: World) -> None:
    world = committed
    people = may_join(world, intake := offer(world), 13)
    trial = locked(world, intake)
    for one in people:
        agrees(world, one)
    ready, broken = Barrier(2), []
    pressing = [world.actor(one) for one in (world.organisation_lead, world.safety_lead)]

    def press(by) -> None:
        try:
            ready.wait()
            draw.draw(trial=trial, by=by, at=world.at + 4 * SOON)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [Thread(target=press, args=[by]) for by in pressing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not broken
    assert arms(trial) == {"now": 12, "later": 1}
    about = AuditEntry.objects.filter(about_code=trial.code)
    assert about.filter(event=Event.TRIAL_DRAWN).count() == 1


def test_who_must_not_wait_is_never_drawn_and_may_have_a_place_at_once(world: World) -> None:
    people = may_join(world, intake := offer(world), 15)
    trial = locked(world, intake)
    fill_consent(world.organisation, world.facilitator, at=world.at)
    for one in people:
        agrees(world, one)
    ada, at = world.actor(world.facilitator), later(world)
    group = group_that_begins(world, trial, 2)
    with pytest.raises(DrawFirst):
        keep_place(application=people[0], group=group, by=ada, at=at)
    with pytest.raises(Invalid):
        draw.keep_outside(application=people[0], why="a feeling", by=ada, at=at)
    with pytest.raises(NotFound):
        draw.keep_outside(application=people[0], why="risk", by=world.actor(people[0].person), at=at)
    draw.keep_outside(application=people[0], why="risk", by=ada, at=at)
    keep_place(application=people[0], group=group, by=ada, at=at)
    draw.keep_outside(application=people[1], why="worse", by=ada, at=at)
    draw.keep_outside(application=people[2], why="worse", by=ada, at=at)
    draw.keep_outside(application=people[2], why="", by=ada, at=at)
    drawn(world, trial)
    known = {one.application_id: one for one in Entrant.objects.filter(trial=trial)}
    assert [known[one.pk].arm for one in people[:2]] == ["", ""] and known[people[2].pk].arm
    assert sum(bool(one.arm) for one in known.values()) == 13
    with pytest.raises(IntegrityError), transaction.atomic():
        Entrant.objects.filter(pk=known[people[0].pk].pk).update(arm="now")
    with pytest.raises(AnswerInTime):
        draw.keep_outside(application=people[2], why="risk", by=ada, at=at)


def test_only_those_who_said_yes_and_answered_are_drawn_and_all_others_start_later(world: World) -> None:
    people = may_join(world, intake := offer(world), 16)
    trial = locked(world, intake)
    fill_consent(world.organisation, world.facilitator, at=world.at)
    silent, no, unanswered, *rest = people
    draw.answer(application=no, yes=True, by=world.actor(no.person), at=world.at + 3 * SOON)
    draw.answer(application=no, yes=False, by=world.actor(no.person), at=world.at + 3 * SOON)
    agrees(world, unanswered, total=None)
    for one in rest:
        agrees(world, one)
    assert [one.stands for one in draw.places(trial, at=later(world))][:4] == ["asked", "no", "sheet", "ready"]
    ada = world.actor(world.facilitator)
    assert {one.stands for one in waitlist(intake, by=ada, at=later(world)).entries} == {DRAW}
    with pytest.raises(StillChoosing):
        drawn(world, trial)
    done = drawn(world, trial, after=TIME_IS_UP)
    assert arms(done) == {"now": 12, "later": 1, "": 3}
    standing = {one.application.pk: one.stands for one in waitlist(intake, by=ada, at=later(world)).entries}
    assert Counter(standing.values()) == {JOINS: 12, AFTER_DRAW: 4}
    assert {standing[one.pk] for one in (silent, no, unanswered)} == {AFTER_DRAW}
    # The questionnaire before the draw cannot be answered after it.
    sheet = Assignment.objects.get(member=unanswered.person, occasion=Occasion.BEFORE_DRAW)
    assert sheet.closes_at == done.drawn_at


def test_later_means_later_and_each_arm_is_placed_in_its_group(world: World) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake, seats=8)
    fill_consent(world.organisation, world.facilitator, at=world.at)
    for one in people:
        agrees(world, one)
    done = drawn(world, trial)
    ada = world.actor(world.facilitator)
    soon, then = group_that_begins(world, done, 2), group_that_begins(world, done, 13)
    kept, left = draw.place_arm(trial=done, arm="now", group=soon, by=ada, at=later(world))
    assert len(kept) == 8 and not left
    waiting = [one.application for one in draw.places(done, at=later(world)) if one.stands == "later"]
    with pytest.raises(StartsLater):
        keep_place(application=waiting[0], group=soon, by=ada, at=later(world))
    kept, left = draw.place_arm(trial=done, arm="later", group=soon, by=ada, at=later(world))
    assert not kept and len(left) == 6
    kept, left = draw.place_arm(trial=done, arm="later", group=then, by=ada, at=later(world))
    assert {one.pk for one in kept} == {one.pk for one in waiting} and not left
    assert draw.place_arm(trial=done, arm="later", group=then, by=ada, at=later(world)) == ([], [])
    assert KeptPlace.objects.filter(group=then).count() == 6
    with pytest.raises(NotFound):
        draw.place_arm(trial=done, arm="now", group=soon, by=world.actor(world.organisation_lead), at=later(world))


def test_whoever_gets_worse_after_the_draw_need_not_wait_and_stays_where_they_were_drawn(world: World) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake, seats=8)
    fill_consent(world.organisation, world.facilitator, at=world.at)
    ada = world.actor(world.facilitator)
    with pytest.raises(NotLockedYet):
        draw.let_start(application=people[0], why="risk", by=ada, at=later(world))
    for one in people[1:]:
        agrees(world, one)
    draw.answer(application=people[0], yes=False, by=world.actor(people[0].person), at=world.at + 3 * SOON)
    done = drawn(world, trial)
    soon = group_that_begins(world, done, 2)
    rows = {one.application.pk: one for one in draw.places(done, at=later(world))}
    worse = next(one.application for one in rows.values() if one.stands == "later")
    starts = next(one.application for one in rows.values() if one.stands == "now")
    with pytest.raises(StartsLater):
        keep_place(application=worse, group=soon, by=ada, at=later(world))
    for why, by, error in (("promised", ada, Invalid), ("worse", world.actor(worse.person), NotFound)):
        with pytest.raises(error):
            draw.let_start(application=worse, why=why, by=by, at=later(world))
    for one in (worse, worse, people[0], starts):
        draw.let_start(application=one, why="worse", by=ada, at=later(world))
    for one in (worse, people[0]):
        keep_place(application=one, group=soon, by=ada, at=later(world))
    assert Entrant.objects.get(trial=done, application=worse).arm == "later" and draw.is_proven(done)
    assert not Entrant.objects.get(trial=done, application=starts).early
    told = AuditEntry.objects.filter(event=Event.TRIAL_OUTSIDE, chain=world.organisation.code)
    # The record that never goes says that it was so, and not how somebody was.
    assert [one.reason for one in told] == ["early", "early"]


def test_asking_anew_is_no_way_past_the_draw(world: World) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake, seats=8)
    fill_consent(world.organisation, world.facilitator, at=world.at)
    for one in people:
        agrees(world, one)
    done, ada = drawn(world, trial), world.actor(world.facilitator)
    waiting = next(one.application for one in draw.places(done, at=later(world)) if one.stands == "later")
    by = world.actor(waiting.person)
    take_back(application=waiting, by=by, at=later(world))
    again = apply(intake=intake, person=waiting.person, answers={}, source="again", by=by, at=later(world))
    decide(application=again, outcome="join", reason="So.", letter="Warmly.", plan="", by=ada, at=later(world))
    with pytest.raises(StartsLater):
        keep_place(application=again, group=group_that_begins(world, done, 2), by=ada, at=later(world))
    # Getting worse is told of the person, whichever of their requests it is.
    draw.let_start(application=waiting, why="worse", by=ada, at=later(world))
    keep_place(application=again, group=group_that_begins(world, done, 2), by=ada, at=later(world))
    # Whoever comes for the first time after the draw has nothing to do with it.
    [new] = may_join(world, intake, 1)
    keep_place(application=new, group=group_that_begins(world, done, 2), by=ada, at=later(world))


def test_blocks_in_strata_stay_balanced(world: World) -> None:
    intake = offer(world)
    plain = may_join(world, intake, 13)
    planned = may_join(world, intake, 9, outcome="join-with-plan")
    trial = locked(world, intake, way="blocks", seats=None, ratio_now=1, ratio_later=1, strata="plan")
    for one in [*plain, *planned]:
        agrees(world, one)
    done = drawn(world, trial)
    for stratum in ("plan", "no-plan"):
        rows = Counter(Entrant.objects.filter(trial=done, stratum=stratum).values_list("arm", flat=True))
        assert sum(rows.values()) == (9 if stratum == "plan" else 13) and abs(rows["now"] - rows["later"]) <= 4
    assert draw.is_proven(done)


def test_strata_by_the_score_before(world: World) -> None:
    people = may_join(world, intake := offer(world), 12)
    trial = locked(world, intake, seats=6, strata="score", cut=5)
    for place, one in enumerate(people):
        agrees(world, one, total=place % 10)
    done = drawn(world, trial)
    rows = Counter(Entrant.objects.filter(trial=done).values_list("stratum", "arm"))
    below = sum(n for (stratum, _arm), n in rows.items() if stratum == "below")
    assert below == 7 and rows["below", "now"] in (3, 4) and rows["from", "now"] in (2, 3)


def test_nobody_is_drawn_where_all_fit_or_it_is_too_late(world: World) -> None:
    people = may_join(world, intake := offer(world), 12)
    trial = locked(world, intake)
    for one in people:
        agrees(world, one)
    with pytest.raises(EverybodyFits):
        drawn(world, trial)
    agrees(world, may_join(world, intake, 1)[0])
    late = trial.decided_at + timedelta(weeks=3)
    with pytest.raises(TooLateForLater):
        draw.draw(trial=trial, by=world.actor(world.organisation_lead), at=late)
    stopped = trials.stop(trial=trial, by=world.actor(world.safety_lead), at=later(world))
    assert stopped.state == "stopped" and not bytes(stopped.sealed_secret)
    # Nothing holds anybody back any more, and nobody is asked.
    assert {one.stands for one in waitlist(intake, by=world.actor(world.facilitator), at=later(world)).entries} == {
        JOINS
    }
    with pytest.raises(AnswerInTime):
        draw.answer(application=people[0], yes=True, by=world.actor(people[0].person), at=later(world))


@pytest.mark.parametrize("column", ["margin", "words", "later_on", "seats"])
def test_a_plan_that_was_touched_draws_nothing(world: World, column: str) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake)
    for one in people:
        agrees(world, one)
    other = {"margin": 0.1, "words": "Other words.", "later_on": trial.later_on + timedelta(days=1), "seats": 11}[
        column
    ]
    Trial.objects.filter(pk=trial.pk).update(**{column: other})
    with pytest.raises(PlanTouched):
        drawn(world, trial)
    # Also where the mark was made anew with it: it is another one than the record of the house has.
    Trial.objects.filter(pk=trial.pk).update(plan_mark=trials.mark_of(Trial.objects.get(pk=trial.pk)))
    with pytest.raises(PlanTouched):
        drawn(world, trial)


def test_a_plan_names_the_model_that_goes_with_what_is_kept_alike(world: World) -> None:
    named = {}
    for strata, cut in (("none", None), ("plan", None), ("score", 5.0)):
        trial = locked(world, offer(world), strata=strata, cut=cut)
        named[strata] = trials.plan(trial)["model"]
        assert trials.is_as_locked(trial) and trials.looks_within(trial) == (strata == "plan")
    assert "+ stratum +" in named["plan"] and "put together" in named["plan"]
    assert "stratum" not in named["none"] and "the score before, which is in the model" in named["score"]
    assert named["score"].startswith(named["none"])


@pytest.mark.parametrize("strata", ["none", "plan", "score"])
def test_a_plan_that_was_locked_earlier_keeps_its_model_and_its_mark(world: World, strata: str) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake, strata=strata, cut=5.0 if strata == "score" else None)
    locked_before(trial, trials.MODEL)
    assert trials.model_of(trial) == trials.MODEL and trials.mark_of(trial) == trial.plan_mark
    assert trials.is_as_locked(trial) and not trials.looks_within(trial)
    for one in people:
        agrees(world, one)
    assert trials.is_as_locked(drawn(world, trial))
    # A model that no plan ever named is no way of another plan.
    locked_before(trial, "after ~ now")
    assert not trials.is_as_locked(trial)


@pytest.mark.parametrize(
    "other",
    [
        {"title": " "}, {"words": ""}, {"seats": None}, {"seats": 0}, {"ratio_now": 1}, {"way": "coin"},
        {"way": "blocks"}, {"strata": "score"}, {"cut": 3.0}, {"margin": 0.0}, {"attend": 9}, {"weeks": 0},
        {"weeks": 12}, {"df": "guessed"}, {"instrument": "phq-9", "scale": "total"}, {"scale": "none"},
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_no_plan(world: World, other) -> None:
    with pytest.raises(NotAPlan):
        asked_for(world, offer(world), **other)
    assert not Trial.objects.filter(organisation=world.organisation).exists()


def test_one_trial_per_offer_and_sent_twice_is_once(world: World) -> None:
    intake = offer(world)
    first = asked_for(world, intake)
    with pytest.raises(OneTrialPerOffer):
        asked_for(world, intake)
    again = trials.set_up(
        intake=intake, design=design(world.at), colleague=world.safety_lead.code, staff=world.organisation_lead,
        client_key=first.client_key, by=world.actor(world.organisation_lead), at=later(world),
    )  # fmt: skip
    assert again.pk == first.pk
    assert intake not in trials.offers(world.organisation)


def test_nobody_else_keeps_a_trial_or_answers_for_others(world: World) -> None:
    [one, other] = may_join(world, intake := offer(world), 2)
    trial = locked(world, intake)
    for user in (world.facilitator, world.member, one.person):
        with pytest.raises(NotFound):
            draw.draw(trial=trial, by=world.actor(user), at=later(world))
        with pytest.raises(NotFound):
            trials.trials(world.organisation, by=world.actor(user))
    for user in (other.person, world.organisation_lead, world.facilitator):
        with pytest.raises(NotFound):
            draw.answer(application=one, yes=True, by=world.actor(user), at=later(world))


def test_a_yes_taken_back_after_the_draw_leaves_the_place_and_asks_no_more(world: World) -> None:
    people = may_join(world, intake := offer(world), 14)
    trial = locked(world, intake)
    for one in people:
        agrees(world, one)
    drawn(world, trial)
    gone = people[3]
    for _ in range(2):
        draw.take_back(application=gone, by=world.actor(gone.person), at=later(world))
    entrant = Entrant.objects.get(trial=trial, application=gone)
    assert entrant.taken_back_at == later(world) and entrant.arm
    assert not Assignment.objects.filter(member=gone.person, occasion=Occasion.AFTER_DRAW).exists()
