"""The sequence of a course is kept safe: in open circles, where clinicians lead, and in short and long programmes."""

from pathlib import Path

import pytest

from kindcircle.spec.gate import deepest_sharing
from kindcircle.spec.gate.programmes import ENDING
from kindcircle.spec.programmes import load_programme
from tests.content import own
from tests.content.own import FRAME, LETTER, PAUSE, errors, found, plant, put, session, stirring, words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return own.write(tmp_path / "content")


# An open circle ---------------------------------------------------------------------------------


GENTLE = "practice: p22-soles-of-the-feet, version: '2', seconds: 180"
GENTLER = "practice: p21-five-sense-landing, version: '2', seconds: 60"


def open_circle(folder: Path) -> None:
    """The programme as an open circle in which only gentle lengths are used and sharing stays shallow."""
    plant(folder, FRAME, "form: closed", "form: open")
    for number in range(1, 6):
        for slot in ("practice-a", "practice-b"):
            put(folder, number, slot, "practice", GENTLE)
            put(folder, number, slot, "gentler", GENTLER)
        text = (folder / session(number)).read_text(encoding="utf-8").replace("max_depth: 4", "max_depth: 3")
        lines = [
            f"      practice: {{{GENTLE}}}" if line.startswith("      practice: {") else line
            for line in text.split("\n")
        ]
        (folder / session(number)).write_text("\n".join(lines), encoding="utf-8")
    put(folder, 1, "practice-a", "practice", PAUSE)


def test_an_open_circle_uses_open_lengths_stays_shallow_and_needs_no_ending(folder: Path) -> None:
    open_circle(folder)
    plant(folder, session(3), "After today we have two more meetings.", "It is good to be here.")
    assert errors(folder) == []


def test_an_open_circle_refuses_a_length_that_is_not_marked_for_it(folder: Path) -> None:
    open_circle(folder)
    put(folder, 2, "practice-a", "practice", "practice: p19-scan-and-name, version: '2', seconds: 600")
    assert [(one.rule, one.message) for one in errors(folder)] == [
        ("use.open-circle", "p19-scan-and-name with 600 seconds is not for an open circle")
    ]


def test_an_open_circle_goes_no_deeper_than_three(folder: Path) -> None:
    open_circle(folder)
    plant(folder, session(5), "max_depth: 3", "max_depth: 4")
    assert [(one.rule, one.file) for one in errors(folder)] == [("session.depth", session(5))]


def test_the_two_taps_of_a_circle_are_leaving_questions_only_in_a_circle(folder: Path) -> None:
    plant(folder, FRAME, "[after-session]", "[circle-pulse]")
    assert {one.rule for one in errors(folder)} >= {"session.leaving-questions"}
    open_circle(folder)
    assert found(folder, "session.leaving-questions") == []


@pytest.mark.parametrize(
    "said",
    [
        "After today there are two meetings left.",
        "After today two meetings are left.",
        "We have two more sessions.",
        "Next week is the last but one.",
        "An ending can bring up other endings.",
        "A word about time, so that the ending takes nobody by surprise.",
        "Our time together ends in two weeks.",
        "Two more after this, and then we say goodbye.",
        "In two weeks it will be our last meeting.",
    ],
)
def test_the_ending_may_be_named_in_many_words(said: str) -> None:
    assert ENDING.search(said)


@pytest.mark.parametrize(
    "said",
    [
        "If you think of ending your life, use Help now.",
        "If a letter starts to sound like a goodbye, stop, and ring us.",
        "What you said last time is still with us.",
        "How was the last week?",
        "What you told us after the last meeting.",
        "The ending of the practice is quiet.",
        "Two people are left in the room.",
        "Come past one of us, so that we can say goodbye.",
    ],
)
def test_words_that_only_sound_like_it_do_not_name_the_ending(said: str) -> None:
    assert not ENDING.search(said)


# Where clinicians lead --------------------------------------------------------------------------


def test_where_clinicians_lead_more_is_allowed_and_not_before_its_time(folder: Path) -> None:
    plant(folder, FRAME, "led_by: facilitator", "led_by: clinician")
    stirring(3, "practice: p29-kind-companion, seconds: 480")(folder)
    assert errors(folder) == []
    plant(folder, session(4), "max_depth: 4", "max_depth: 5")
    assert [one.rule for one in errors(folder)] == ["session.depth"]


def test_an_exercise_may_be_followed_by_what_stirs_a_little_and_not_by_what_stirs_a_lot(folder: Path) -> None:
    plant(folder, session(4), "kind: practice", "kind: exercise")
    put(folder, 4, "practice-a", "practice", None)
    put(folder, 4, "practice-a", "gentler", GENTLER)
    put(folder, 4, "practice-a", "then", PAUSE)
    assert errors(folder) == []
    put(folder, 4, "practice-a", "then", LETTER)
    assert {one.rule for one in errors(folder)} == {"slot.then-stirs", "slot.ground-after"}


# Length of a course -----------------------------------------------------------------------------


EASE = "practice: p24-ease-comfort-make-room, seconds: {}"


@pytest.mark.parametrize(
    ("weeks", "number", "seconds", "rules"),
    [
        (6, 2, 300, {"use.too-early"}),
        (6, 3, 300, set()),
        (6, 4, 720, {"use.short-form"}),
        (7, 3, 300, {"use.too-early"}),
        (7, 4, 300, set()),
        (7, 4, 720, set()),
    ],
)
def test_what_stirs_a_lot_comes_late_and_in_a_short_course_short(
    tmp_path: Path, weeks: int, number: int, seconds: int, rules: set[str]
) -> None:
    folder = own.write(tmp_path / "content", weeks=weeks)
    stirring(number, EASE.format(seconds))(folder)
    assert {one.rule for one in errors(folder)} == rules


def test_a_session_that_does_not_count_makes_no_course_longer(tmp_path: Path) -> None:
    folder = own.write(tmp_path / "content", weeks=7)
    words(session(4), "number: 4\n", "number: 4\nlabel: Retreat\ncounts: false\n")(folder)
    words(FRAME, "  of: 7", "  of: 6")(folder)
    stirring(3, EASE.format(300))(folder)
    assert errors(folder) == []


def test_home_practice_that_stirs_a_lot_waits_as_long_as_practice_in_the_room(folder: Path) -> None:
    words(session(2), "  at_need: {practice: p21", "  at_need: {practice: p24-ease-comfort-make-room, seconds: 300} #")(
        folder
    )
    assert [(one.rule, one.place) for one in errors(folder)] == [("use.too-early", "home.at_need")]


@pytest.mark.parametrize("weeks", [3, 4])
def test_only_from_four_sessions_on_the_ending_is_named_two_ahead(tmp_path: Path, weeks: int) -> None:
    folder = own.write(tmp_path / "content", weeks=weeks)
    for number in range(1, weeks + 1):
        for old in ("After today we have two more meetings.", "This is our last meeting."):
            text = (folder / session(number)).read_text(encoding="utf-8")
            (folder / session(number)).write_text(text.replace(old, "Hello."), encoding="utf-8")
    found = [(one.rule, one.file) for one in errors(folder)]
    assert found == ([("programme.ending-named", session(2))] if weeks == 4 else [])


@pytest.mark.parametrize(
    ("number", "form", "led_by", "deepest"),
    [
        (1, "closed", "facilitator", 2),
        (2, "closed", "facilitator", 3),
        (3, "closed", "facilitator", 3),
        (4, "closed", "facilitator", 4),
        (14, "closed", "facilitator", 4),
        (7, "closed", "clinician", 4),
        (8, "closed", "clinician", 5),
        (1, "open", "peer", 3),
        (9, "open", "clinician", 3),
    ],
)
def test_how_deep_sharing_may_go(folder: Path, number: int, form: str, led_by: str, deepest: int) -> None:
    programme = load_programme("five-weeks", "1", folder=folder).model_copy(update={"form": form, "led_by": led_by})
    one = programme.session(1).model_copy(update={"number": number})
    assert deepest_sharing(one, programme) == deepest
