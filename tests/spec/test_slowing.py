"""When to go more slowly: each threshold of the clinical brief, on it and beside it; and what a lighter meeting is."""

from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.spec import slowing
from kindcircle.spec.practices import all_practices, load_practice
from kindcircle.spec.programmes import PracticeUse, load_programme
from kindcircle.spec.slowing import Landing, Signs, lighten, reasons_for_person

AT = datetime(2026, 5, 20, 12, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def ago(weeks: float) -> datetime:
    return AT - weeks * WEEK


def steady(*values: float) -> Signs:
    return Signs(steadiness=[(ago(number), value) for number, value in enumerate(values)])


def landed(*hows: int | None, **more: int) -> Signs:
    return Signs(landings=[Landing(ago(number), how, **more) for number, how in enumerate(hows)])


def worse(how_long: float | None, daily: float | None) -> Signs:
    return Signs(worse=[(AT, how_long, daily)])


@pytest.mark.parametrize(
    ("signs", "reasons"),
    [
        (Signs(), ()),
        (steady(4), ()),
        (steady(4, 4.5), ()),
        (steady(4, 5, 4), ("shaky",)),
        (steady(0, 4), ("shaky",)),
        (landed(1), ()),
        (landed(1, 0), ()),
        (landed(1, 0, 2), ("a-lot",)),
        (landed(None, 2), ()),
        (landed(1, in_the_way=1), ()),
        (landed(1, in_the_way=2), ("in-the-way",)),
        (landed(0, in_the_way=2), ()),
        (Signs(landings=[Landing(AT, 1, 1, over="day")]), ()),
        (Signs(landings=[Landing(AT, 1, 1, over="longer")]), ("lasting",)),
        (Signs(landings=[Landing(AT, 2, 1, over="still")]), ("lasting",)),
        (Signs(landings=[Landing(AT, None, too_much=True)]), ()),
        (Signs(landings=[Landing(AT, None, too_much=True), Landing(ago(1), 1)]), ("a-lot",)),
        (worse(0, 3), ()),
        (worse(1, 0), ()),
        (worse(1, 1), ("worse",)),
        (worse(None, 3), ()),
        (worse(3, None), ()),
    ],
)
def test_each_rule_for_a_person_on_its_edge(signs: Signs, reasons: tuple[str, ...]) -> None:
    assert reasons_for_person(signs, at=AT) == reasons


def test_signs_count_for_four_weeks_and_from_the_last_decision_on() -> None:
    low = Signs(steadiness=[(ago(4), 2), (ago(1), 3)])
    assert reasons_for_person(low, at=AT) == ("shaky",)
    assert reasons_for_person(low, at=AT + timedelta(seconds=1)) == ()
    assert reasons_for_person(low, at=AT, since=ago(4)) == ()
    assert reasons_for_person(low, at=AT, since=ago(4.1)) == ("shaky",)
    assert reasons_for_person(low, at=ago(2)) == (), "what comes later is not known yet"


def test_several_reasons_stand_side_by_side() -> None:
    signs = Signs([(AT, 1), (AT, 2)], [Landing(AT, 1, 1, 2, "longer"), Landing(AT, 2)], [(AT, 3, 3)])
    assert reasons_for_person(signs, at=AT) == ("shaky", "a-lot", "in-the-way", "lasting", "worse")


@pytest.mark.parametrize(("outs", "a_lot"), [(0, False), (1, False), (2, True), (5, True)])
def test_two_who_step_out_are_a_lot_for_a_group(outs: int, a_lot: bool) -> None:
    assert slowing.was_a_lot(outs) is a_lot


@pytest.mark.parametrize(
    ("values", "unsteady"),
    [([], False), ([0] * 4, False), ([6] * 5, False), ([6, 6, 6, 6, 5.9], True), ([10, 10, 5, 2, 2.9], True)],
)
def test_a_group_went_home_unsteady_below_six_of_five_answers(values: list[float], unsteady: bool) -> None:
    assert slowing.went_home_unsteady(values) is unsteady


def test_who_goes_slowly_keeps_the_light_and_the_informal_and_never_the_strongest() -> None:
    for practice in all_practices():
        light = practice.backdraft == "low"
        in_passing = practice.kind == "informal" and practice.backdraft != "high"
        assert slowing.stays_open(practice) is (light or in_passing)
    assert slowing.stays_open(load_practice("p22-soles-of-the-feet"))
    assert not all(map(slowing.stays_open, all_practices()))


def test_a_long_practice_has_a_length_of_half_and_a_short_one_stays() -> None:
    found = 0
    for practice in all_practices():
        for length in practice.durations:
            half = slowing.shorter(PracticeUse(practice=practice.id, version=practice.version, seconds=length.seconds))
            lengths = [one.seconds for one in practice.durations if 60 <= one.seconds <= length.seconds / 2]
            if length.seconds < 300 or not lengths:
                assert half is None
            else:
                assert half is not None and half.seconds == max(lengths)
                found += 1
    assert found > 10


class TestLighter:
    programme = load_programme("eight-weeks-of-self-compassion", "1")

    def pairs(self):
        return list(zip(self.programme.sessions, self.programme.sessions[1:], strict=False))

    def test_the_last_theme_again_brings_its_talk_and_touches_no_step(self) -> None:
        before, session = self.pairs()[0]
        found = lighten(session, before, ["theme"])
        assert (found.theme, found.talk, found.agenda) == (before.theme, before.talk, session.agenda)
        assert found.number == session.number and found.home == session.home

    def test_gentler_and_shorter_take_the_place_and_give_their_minutes_back(self) -> None:
        swapped = halved = 0
        for before, session in self.pairs():
            gentle, short = lighten(session, before, ["gentler"]), lighten(session, before, ["shorter"])
            for slot, easy, brief in zip(session.agenda, gentle.agenda, short.agenda, strict=True):
                if slot.locked or slot.practice is None:
                    assert slot == easy == brief
                    continue
                if slot.practice.load().backdraft != "low" and slot.gentler:
                    assert easy.practice == slot.gentler and easy.minutes == slot.minutes
                    swapped += 1
                else:
                    assert easy == slot
                if brief != slot:
                    assert brief.practice and brief.practice.seconds <= slot.practice.seconds / 2
                    saved = slot.practice.seconds - brief.practice.seconds
                    assert brief.minutes == slot.minutes - saved // 60
                    assert brief.minutes * 60 >= brief.practice.seconds
                    halved += 1
            assert short.minutes == sum(slot.minutes for slot in short.agenda) <= session.minutes
        assert swapped and halved

    def test_no_question_goes_to_depth_five(self) -> None:
        deep = 0
        programmes = [self.programme, load_programme("compassionate-mind-group", "1")]
        for session in (one for programme in programmes for one in programme.sessions):
            found = lighten(session, session, ["depth"])
            deep += sum(slot.prompt is not None and slot.prompt.depth >= 5 for slot in session.agenda)
            assert all(slot.prompt is None or slot.prompt.depth < 5 for slot in found.agenda)
            assert found.max_depth <= 4
        assert deep

    def test_nothing_chosen_is_nothing_changed(self) -> None:
        before, session = self.pairs()[0]
        assert lighten(session, before, []) == session
