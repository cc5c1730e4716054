"""Every small mistake in the code that decides about alerts is noticed by a test (TRUST G2, hazards H01, H06, H30).

Comparisons are turned and moved by one, conditions and parts of them left out, steps and words of queries dropped,
people and states taken for their neighbours, times and tables changed. After each of these at least one test of the
safety path must object. What nobody could notice is named here, with the reason. The rules inside questionnaires are
changed in tests/spec/test_rule_mutants.py.

In the ordinary run one change of every so many is tried. All of them, in some minutes, or those of some files:
MUTANTS=all pytest -s tests/rooms/safety/test_alert_mutants.py
MUTANTS=ladder,staffed pytest -s tests/rooms/safety/test_alert_mutants.py
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from kindcircle.doors.worker import mail
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.safety import actions, duty, ladder, queries, raising, rungs, staffed, states
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec import safety as rules
from tests.doors.worker import test_mail
from tests.rooms.safety import (
    test_administrations,
    test_alert_edges,
    test_alert_queue,
    test_escalation,
    test_handling,
    test_hours,
    test_levels,
    test_raising,
    test_rota,
    test_staffed_hours,
    test_states,
)
from tests.rooms.safety.jury import Jury
from tests.rooms.safety.mutants import Mutant, of_functions, of_model, of_moves, of_order, of_some, of_value
from tests.spec import test_safety_rules

TESTS = (
    test_administrations, test_alert_edges, test_alert_queue, test_escalation, test_handling, test_raising, test_rota,
    test_staffed_hours, test_states, test_hours, test_levels, test_safety_rules, test_mail,
)  # fmt: skip
LONG = ("test_a_year_of_", "test_the_ladder_hour_by_hour")
"""They go through everything and take as long; the others have to notice by themselves."""

RULES = {
    rules: [
        "SafetyHit.flag", "SafetyItemMissing.flag", "positive", "missing", "highest", "_meets", "Ladder._whole",
        "Ladder.plan", "load_ladder",
    ],
    measures: ["screen_sheet"],
    raising: [
        "administration", "screen", "raise_alert", "_is_new", "_answer_in", "_new", "_begin", "_take_in", "_keep",
        "_highest", "_fitting",
    ],
    ladder: ["tell", "once_key", "pass_on", "passes_on_at", "in_touch_by", "grows", "locked", "record"],
    staffed: ["StaffedHours.shifts", "next_staffed", "staffed_deadline", "end_of_next_shift"],
    states: ["may"],
    actions: [
        "mark_delivered", "see", "act", "contacted", "not_reached", "close", "escalate_due", "delivery_failed",
        "reckon_again", "beat", "_step", "_move", "_still_there",
    ],
    queries: [
        "waiting_for", "closed_for", "in_touch_by", "_handled_by", "alert_about", "people_to_tell", "_first_two",
        "_named", "staffed_hours", "promise", "promise_before", "_promise", "alerts_may_be_late", "trial_is_late",
    ],
    duty: ["Rota.__init__", "Rota.stretches", "Rota.on_duty", "Rota.is_away", "Rota.away_at", "Rota._instants"],
    rungs: ["rung_of", "choose", "written_down", "reached", "look_after", "_tell_leads"],
    mail: ["_deliver", "_for_good", "_try_later", "_give_up", "_tell_of_failure"],
}  # fmt: skip
"""Which answers speak, one alert for one sitting, its times, who is told after whom, who is there when, closing."""

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
EVERY = 60

LOCK = "a stronger lock keeps out the same ones, and some more"
WAITS = "two of one person at once: tests/rooms/measures/test_alerts_equal_positives.py lets them wait for each other"
NEW = "a row that is not there yet is put in either way"
OWN = "nobody of another house stands on this one's rota: the page and the database refuse it"
SAME = {
    "raising.screen: User.objects.select_for_update(no_key=True).only('pk').get(pk=member.pk) -> pass": WAITS,
    "raising.screen: True -> False": LOCK,
    "raising.screen: True -> False (2)": LOCK,
    "raising.screen: True -> False (3)": NEW,
    "raising._take_in: row.again_at == at and grows(row) -> grows(row)": "nobody is told twice of one step",
    "ladder.tell: return -> pass": "there is nobody at this step: that is why it passed on",
    "ladder.pass_on: row.state not in states.UNSEEN or at >= in_touch_by(row) -> at >= in_touch_by(row)": (
        "what somebody has seen moves on at that moment only"
    ),
    "ladder.locked: True -> False": LOCK,
    "staffed.staffed_deadline: ends > begins -> ends >= begins": "no time is taken off where none has passed",
    "actions.escalate_due: Alert.objects.filter(escalate_at__lte=at) -> Alert.objects.filter()": (
        "each is asked again once it is held; this only spares the asking"
    ),
    "actions.delivery_failed: True -> False": LOCK,
    "actions.reckon_again: True -> False": LOCK,
    "actions.reckon_again: rows.filter(ours, escalate_at__isnull=False) -> rows.filter(ours)": (
        "what moves on no more has no time by the new calendar either"
    ),
    "actions._move: True -> False": NEW,
    "queries._handled_by: Permission.ALERT_HANDLE -> Permission.ALERTS_REVIEW": (
        "for a whole house both are the safety leads'; tests/house/test_matrix_mutants.py turns the rows themselves"
    ),
    "queries._handled_by: 3 -> 4": "the last stays the last",
    "queries._handled_by: handled_alerts().filter(mine).distinct().order_by(turn, 'raised_at', 'pk') -> "
    "handled_alerts().filter(mine).distinct().order_by(turn, 'raised_at')": "among equals SQLite keeps the order of pk",
    "queries._first_two: Delivery.objects.filter(about_kind='alert', about_code=alert ... f':{Alert.Person.OWNER}') -> "
    "Delivery.objects.filter(about_code=alert.code, once_key__end ... f':{Alert.Person.OWNER}')": (
        "no two things have the same code"
    ),
    "duty.Rota.__init__: StaffRole.objects.filter(role__in=ANSWERS, user__organisatio ... on, user__is_active=True) -> "
    "StaffRole.objects.filter(role__in=ANSWERS, user__is_active=True)": OWN,
    "duty.Rota.__init__: {'organisation': organisation, 'person__in': answer.values('user')} -> "
    "{'person__in': answer.values('user')}": OWN,
    "duty.Rota.__init__: Away.objects.filter(**here) -> Away.objects.filter()": "leave of people nobody asks for",
    "duty.Rota.on_duty: for one in self.stretches(at, at + timedelta(microseconds=1)) if one.starts <= at -> "
    "for one in self.stretches(at, at + timedelta(microseconds=1))": "nothing begins between two microseconds",
    "duty.Rota.on_duty: 1 -> 2": "a microsecond earlier nobody has come",
    "tables.WITHOUT_CONTACT: with raised": "what nobody has seen is asked for first",
    "tables.WITHOUT_CONTACT: with delivered": "what nobody has seen is asked for first",
}
"""Changes that nobody could notice in a test like these, and why."""


def tables() -> Iterator[Mutant]:
    """Who comes after whom, which step may follow, which words close, and every time."""
    yield from of_order("tables.LEVELS", rules.LEVELS)
    yield from of_order("tables.LADDER", ladder.LADDER)
    called = ladder.CALLED
    for one in called:
        for other in called:
            if one < other:
                yield from of_value("tables.CALLED", called, {**called, one: called[other], other: called[one]})
    yield from of_moves("tables.MOVES", states.MOVES)
    for name in ("UNSEEN", "SETTLED", "WITHOUT_CONTACT"):
        yield from of_some(f"tables.{name}", getattr(states, name), Alert.State)
    reasons = actions.CLOSE_REASONS
    every = sorted({one for some in reasons.values() for one in some})
    for state, some in reasons.items():
        for one in every:
            changed = tuple(other for other in some if other != one) if one in some else (*some, one)
            said = f"tables.CLOSE_REASONS {state} {one}"
            yield from of_value(said, reasons, {**reasons, state: changed})
    yield from of_some("tables.ANSWERS", duty.ANSWERS)
    yield from of_value("tables.DAY_BEGINS", raising.DAY_BEGINS, raising.DAY_BEGINS - HOUR, raising.DAY_BEGINS + HOUR)
    for module, name in ((actions, "BEAT_EVERY"), (queries, "LATE_AFTER"), (queries, "TRIAL_SEEN_WITHIN")):
        value = getattr(module, name)
        yield from of_value(f"tables.{name}", value, value - SECOND, value + SECOND)
    yield from of_model("tables.ladder", rules.load_ladder, rules.load_ladder())


def mutants() -> Iterator[Mutant]:
    for module, names in RULES.items():
        yield from of_functions(module, names)
    yield from tables()


def wanted(name: str, number: int) -> bool:
    """Whether this one is tried in this run."""
    asked = os.environ.get("MUTANTS", "")
    return asked == "all" or (name.partition(".")[0] in asked.split(",") if asked else number % EVERY == 0)


@pytest.mark.slow
def test_every_small_mistake_is_noticed(db: None) -> None:
    jury, alive, tried, began = Jury(TESTS, RULES, without=LONG), set[str](), Counter[str](), time.monotonic()
    with jury.sits():
        heard = time.monotonic() - began
        assert len(jury.excused) <= 3, jury.excused
        for number, mutant in enumerate(mutants()):
            if wanted(mutant.name, number):
                with mutant.put_in():
                    noticed = jury.judge(mutant.of)
                tried[mutant.name.partition(".")[0]] += 1
                if not noticed:
                    alive.add(mutant.name)
    took = time.monotonic() - began - heard
    print(
        f"\n{tried.total() - len(alive)} of {tried.total()} mistakes noticed by {len(jury.jurors)} tests (heard in "
        f"{heard:.0f} s, asked in {took:.0f} s), {len(alive & set(SAME))} change nothing; {dict(tried)}"
    )
    assert alive <= set(SAME), sorted(alive - set(SAME))
    if os.environ.get("MUTANTS"):
        # What is named as the same really is, as far as it was tried.
        assert alive == {name for name in SAME if wanted(name, 0)}
