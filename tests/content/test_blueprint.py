"""The six programmes keep the shape they were designed with: minutes of each part, practices of each session."""

import pytest

from kindcircle.spec.programmes import Programme, Session
from tests.newest import newest_programme

# Minutes of each part of a session in order, and the practices led in it; "P45/P22" means either of the two.
BLUEPRINT: dict[str, list[tuple[str, str]]] = {
    "kind-to-a-body-that-hurts": [
        ("4 10 10 10 12 6 4 4", "P08 P01"),
        ("4 8 8 12 14 6 4 4", "P19 P03"),
        ("4 8 8 16 12 4 4 4", "P06 P12"),
        ("4 8 8 12 16 4 4 4", "P05 P25"),
    ],
    "eight-weeks-of-self-compassion": [
        ("10 35 25 15 20 15 20 10 8 7", "P08 P03 P01"),
        ("10 25 20 20 25 15 20 15 8 7", "P18 P45/P22"),
        ("10 25 20 20 25 15 20 15 8 7", "P25 P13"),
        ("10 25 20 20 25 15 20 15 8 7", "P10 P11"),
        ("10 25 20 20 25 15 20 15 8 7", "P34 P31 P42"),
        ("15 25 20 20 25 15 15 25 20 20 10", "P20 P45 P44 P18 P09 P25 P31 P43"),
        ("10 25 20 20 25 15 20 15 8 7", "P24 P12 P19"),
        ("10 25 20 20 25 15 20 15 8 7", "P33 P32"),
        ("10 20 15 20 25 15 20 20 8 12", "P35 P36 P41"),
    ],
    "eight-weeks-of-self-compassion-short": [
        ("5 12 10 15 18 5 12 6 7", practices)
        for practices in ("P08 P01", "P18 P22", "P25 P13", "P10 P11", "P34 P31", "P24 P12", "P33 P32", "P35 P36")
    ],
    "compassionate-mind-group": [
        ("5 20 12 10 16 5 10 6 6", "P17 P27"),
        ("5 12 14 14 18 5 11 6 5", "P17 P05"),
        ("5 12 10 18 18 5 11 6 5", "P15 P46"),
        ("5 12 12 15 18 5 12 6 5", "P28 P42"),
        ("5 12 14 10 22 5 11 6 5", "P17 P03"),
        ("5 12 10 18 18 5 11 6 5", "P30 P29/P27"),
        ("5 12 8 20 20 5 9 6 5", "P39 P30"),
        ("5 12 10 16 20 5 11 6 5", "P10 P30"),
        ("5 12 14 10 22 5 11 6 5", "P24 P12"),
        ("5 12 8 20 18 5 11 6 5", "P06 P07"),
        ("5 12 10 14 20 5 13 6 5", "P33"),
        ("5 12 12 16 18 5 11 6 5", "P38 P26"),
        ("5 12 8 18 20 5 11 6 5", "P41 P34"),
        ("5 10 5 10 35 5 8 6 6", "P36/P26"),
    ],
    "care-for-those-who-care": [
        ("4 8 12 8 12 8 4 4", "P08 P02"),
        ("4 8 10 10 12 8 4 4", "P22 P03 P01"),
        ("4 8 8 14 12 6 4 4", "P10 P14"),
        ("4 8 10 10 12 8 4 4", "P32 P31"),
        ("4 8 10 10 14 6 4 4", "P33 P05"),
        ("4 8 6 12 16 6 4 4", "P34 P35"),
    ],
    "writing-our-own-story": [
        ("5 20 12 12 18 5 8 5 5", "P40 P01"),
        ("5 12 14 14 18 5 12 5 5", "P08 P03"),
        ("5 12 12 15 18 5 12 6 5", "P20/P22 P35"),
        ("5 12 12 15 18 5 12 6 5", "P10 P12"),
        ("5 12 12 15 18 5 12 6 5", "P32 P42"),
        ("5 12 12 12 20 5 13 6 5", "P33"),
        ("5 10 6 25 22 5 6 6 5", "P40"),
        ("5 10 6 15 30 5 8 5 6", "P41 P26"),
    ],
    "circle-of-practice": [("4 6 4 12 20 8 2 4", "")] * 12,
    "circle-of-practice-short": [("3 4 2 10 16 5 2 3", "")] * 12,
}

# Weeks, minutes of a session, meetings to attend of meetings that count, fewest, most and most online.
FRAMES = {
    "kind-to-a-body-that-hurts": (4, 60, 3, 4, 6, 10, 10),
    "eight-weeks-of-self-compassion": (8, 165, 6, 8, 8, 16, 12),
    "eight-weeks-of-self-compassion-short": (8, 90, 6, 8, 8, 16, 12),
    "compassionate-mind-group": (14, 90, 10, 14, 6, 10, 10),
    "care-for-those-who-care": (6, 60, 4, 6, 6, 14, 12),
    "writing-our-own-story": (8, 90, 6, 8, 6, 12, 12),
}

# Halves of a long practice, and short forms of what stirs a lot: session, practice and its seconds.
LENGTHS = [
    ("writing-our-own-story", 1, "P40", 720),
    ("writing-our-own-story", 7, "P40", 780),
    ("kind-to-a-body-that-hurts", 3, "P06", 480),
    ("care-for-those-who-care", 3, "P10", 480),
]

SESSIONS = [(name, number) for name, sessions in BLUEPRINT.items() for number in range(1, len(sessions) + 1)]


def led_in(session: Session) -> set[tuple[str, int]]:
    """Number and seconds of every practice that is led, the gentler ones left out."""
    led = [use for slot in session.agenda for use in (slot.ground_first, slot.practice, slot.then) if use]
    return {(use.practice[:3].upper(), use.seconds) for use in led}


@pytest.mark.parametrize(("name", "number"), SESSIONS)
def test_each_session_has_the_minutes_and_practices_of_its_blueprint(name: str, number: int) -> None:
    minutes, practices = BLUEPRINT[name][number - 1]
    session = newest_programme(name).session(number)
    assert [slot.minutes for slot in session.agenda] == [int(part) for part in minutes.split()]
    led = {practice for practice, _ in led_in(session)}
    missing = [wanted for wanted in practices.split() if not set(wanted.split("/")) & led]
    assert missing == [], f"led: {sorted(led)}"


@pytest.mark.parametrize("name", BLUEPRINT)
def test_each_programme_has_as_many_sessions_as_its_blueprint(name: str) -> None:
    assert len(newest_programme(name).sessions) == len(BLUEPRINT[name])


@pytest.mark.parametrize("name", FRAMES)
def test_each_frame_is_that_of_its_blueprint(name: str) -> None:
    plan = newest_programme(name)
    size, rule = plan.size, plan.completion
    assert (plan.weeks, plan.session_minutes, rule.attend, rule.of, size.min, size.max, size.online_max) == FRAMES[name]


@pytest.mark.parametrize(("name", "number", "practice", "seconds"), LENGTHS)
def test_lengths_that_were_settled_beforehand(name: str, number: int, practice: str, seconds: int) -> None:
    assert (practice, seconds) in led_in(newest_programme(name).session(number))


def test_only_the_compassionate_mind_group_is_led_by_clinicians_and_only_the_circles_are_open() -> None:
    plans = [newest_programme(name) for name in BLUEPRINT]
    assert {plan.id for plan in plans if plan.led_by == "clinician"} == {"compassionate-mind-group"}
    assert {plan.id for plan in plans if plan.form == "open"} == {"circle-of-practice", "circle-of-practice-short"}


def test_the_retreat_stands_between_two_weeks_and_counts_for_nobody() -> None:
    plan = newest_programme("eight-weeks-of-self-compassion")
    retreat = plan.session(6)
    assert (retreat.minutes, retreat.counts) == (210, False)
    assert plan.begins_after(5) < plan.begins_after(6) < plan.begins_after(7) == plan.begins_after(5) + 7
    assert retreat.label is not None


def uses(plan: Programme) -> set[str]:
    return {practice for session in plan.sessions for practice, _ in led_in(session)}


def test_care_for_an_older_hurt_is_left_out_where_nobody_may_lead_it() -> None:
    for name in BLUEPRINT:
        assert "P37" not in uses(newest_programme(name)) or name == "compassionate-mind-group"
    assert not {"P37", "P38"} & uses(newest_programme("eight-weeks-of-self-compassion-short"))
