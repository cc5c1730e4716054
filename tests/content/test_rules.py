"""Each rule of the gate finds the mistake that was planted for it, says what is wrong, and nothing else cries out."""

# ruff: noqa: E501 (one mistake, one line: the table is read across)

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kindcircle.spec.gate import RULES, Finding, check, deepest_sharing, not_ready
from kindcircle.spec.gate.programmes import ENDING
from kindcircle.spec.programmes import load_programme
from kindcircle.spec.readability import grade
from kindcircle.spec.released import WAIVERS, content_files, release
from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import load_handout, pinned_handout
from tests.content import own
from tests.content.own import CARD, CUP, FRAME, PAGE, errors, plant, put, session

Edit = Callable[[Path], None]
GROUND = "practice: p22-soles-of-the-feet, seconds: 180"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return own.write(tmp_path / "content")


def test_what_mistakes_are_planted_in_has_none(folder: Path) -> None:
    assert {finding.rule for finding in check(folder)} == {"release.new"}


def words(file: str, old: str, new: str) -> Edit:
    return lambda folder: plant(folder, file, old, new)


def stay(say: str, more: str = "") -> Edit:
    """Other words for the third step of the practice, and other ways below it."""
    return words(
        CUP, "say: You could stay with it for a little. What do you notice? This is ours.", f"say: {say}{more}"
    )


def way(name: str, said: str) -> str:
    return f"\n        {name}: {said}"


def both(*edits: Edit) -> Edit:
    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit


def use(number: int, slot: str, part: str, practice: str | None) -> Edit:
    return lambda folder: put(folder, number, slot, part, practice)


def stirring(number: int, practice: str, *, ground: str | None = GROUND) -> Edit:
    """A practice that stirs a lot in a session, with grounding after it unless that is left out."""
    return both(use(number, "practice-a", "practice", practice), use(number, "sharing", "ground_first", ground))


def add(file: str, text: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")

    return edit


def add_length(*seconds: int, kind: str = "say", name: str = "") -> Edit:
    """One more length of the practice, in steps of these seconds, with the name given."""
    named = f"\n    name: {name}" if name else ""
    box = "\n        prompt: cup\n        low_literacy: Say it out loud." if kind == "write" else ""
    said = "If you like, look round and find one thing that is pleasant to see. Rest with it for a little."
    steps = "".join(
        f"      - seconds: {one}\n        purpose: rest\n        kind: {kind}\n        say: {said}{box}\n"
        for one in seconds
    )
    length = f"  - seconds: {sum(seconds)}{named}\n    steps:\n{steps}"
    return words(CUP, "---\n## How to lead it", f"{length}---\n## How to lead it")


LETTER = "practice: p06-letter-from-a-wise-friend, version: '2', seconds: 480"
PAUSE = "practice: p01-three-part-pause, version: '2', seconds: 180"
NO_BACKDRAFT = words(session(1), "what-backdraft-is", "the-right-to-pass")
HARD = (
    "Notwithstanding considerable physiological variability, individualised understanding of accompanying "
    "psychological phenomena facilitates accommodation, particularly regarding uncontrollable deterioration and "
    "multidimensional conceptualisations."
)
LONG = "You can look and " + "rest or look and " * 6 + "be here."

# rule, what is planted, the file it is found in, and a part of what is said
PLANTED: list[tuple[str, Edit, str, str]] = [
    # files as such
    ("file.unknown-field", words(session(2), "theme:", "colour: blue\ntheme:"), session(2), "colour: this field is not known"),
    ("file.missing-field", words(CUP, "after: What", "# after: What"), CUP, "after: this field is missing"),
    ("file.not-there", words(FRAME, "session-5.yaml", "session-6.yaml"), session(6), "there is no such file"),
    ("file.format", words(CUP, "[mindfulness]", "[mindfulness"), CUP, "not valid YAML"),
    ("file.name", words(CUP, "number: P90", "number: P91"), CUP, "does not begin with its number"),
    ("file.name", words(CARD, "id: our-card", "id: your-card"), CARD, "unlike the file name"),
    ("file.sum", words(session(2), "minutes: 75", "minutes: 74"), session(2), "adds up to 75 minutes, not 74"),
    ("file.sum", words(CUP, "seconds: 35", "seconds: 36"), CUP, "add up to 121 seconds, not 120"),
    ("file.sum", words(FRAME, "weeks: 5", "weeks: 6"), FRAME, "that is not 6 weeks"),
    ("file.value", words(FRAME, "min: 6", "min: 1"), FRAME, "greater than or equal to 2"),
    ("file.stray", add(f"{own.PROGRAMME}/notes.md", "Mine.\n"), f"{own.PROGRAMME}/notes.md", "is not part of the programme"),
    # other ways through a step
    ("practice.way-missing", stay("You could follow your breath for a little."), CUP, "has no no_breath"),
    ("practice.way-missing", stay("You could rest a hand on your heart for a little."), CUP, "has no no_touch"),
    ("practice.way-missing", stay("If you like, stand for a moment and look out."), CUP, "has no seated"),
    ("practice.way-missing", stay("You could imagine a warm room for a little while."), CUP, "has no eyes_open"),
    ("practice.way-missing", both(add_length(80, 80, kind="write", name="Longer"), words(CUP, "        low_literacy: Say it out loud.\n", ""), words(CUP, "  - seconds: 120\n", "  - seconds: 120\n    name: Spoken\n"), words(CUP, "before: This", "prompts:\n  - {id: cup, prompt: The cup, help: One word.}\nbefore: This")), CUP, "a box to write in') and has no low_literacy"),
    (
        "practice.way-not-free",
        stay("You could follow your breath for a little.", way("no_breath", "Or breathe as you like.")),
        CUP,
        "no_breath speaks of breath ('breathe')",
    ),
    (
        "practice.way-not-free",
        stay("You could follow your breath for a little.", way("no_breath", "Or lay a hand on your chest.")),
        CUP,
        "no_breath speaks of touch",
    ),
    (
        "practice.way-not-free",
        stay("You could feel your belly, if you like.", "\n        zone: belly" + way("zone_skipped", "Feel round your belly.")),
        CUP,
        "names the part it leaves out ('your belly')",
    ),
    # pace and invitation
    ("practice.too-fast", stay("You could look. " * 40), CUP, "are too many for 35 seconds"),
    ("practice.too-quiet", add_length(100, 100), CUP, "is quiet for more than 60 seconds"),
    (
        "practice.no-invitation",
        both(
            words(CUP, "If you like, look round", "Look round"),
            words(CUP, "You could stay with it", "Stay with it"),
            words(CUP, "You can stop at any point. This is ours.", "Stop at any point. This is ours."),
        ),
        CUP,
        "gives orders only",
    ),
    # easing, names and sources of a practice
    ("practice.easier-stirs", words(CUP, "practice: p22-soles-of-the-feet", "practice: p25-goodwill"), CUP, "p25-goodwill stirs more than p90-slow-cup"),
    ("practice.length-name", add_length(65, 65), CUP, "is about as long as another, and has no name"),
    ("practice.length-name", both(add_length(60, 60, 60, name="The same"), words(CUP, "  - seconds: 120\n", "  - seconds: 120\n    name: The same\n")), CUP, "two lengths have the same name"),
    ("practice.length-name", both(add_length(60, 60, 60), words(CUP, "  - seconds: 180\n", "  - seconds: 180\n    open_circle: true\n")), CUP, "may be used in an open circle"),
    ("practice.source-year", words(CUP, "Ferrari et al. (2019). Mindfulness 10, 1455.", "Many people say so."), CUP, "no source has a year"),
    # wording
    ("text.grade", words(CARD, "Feel the ground.", HARD), CARD, "6 is the most for a member"),
    ("text.grade", words(f"{own.PROGRAMME}/session-2-talk.md", "This is ours.", HARD), session(2), "8 is the most for a guide"),
    ("text.unwanted", words(CARD, "You could rest", "You must rest"), CARD, "says 'You must'"),
    ("text.unwanted", stay("You could rest. Just relax."), CUP, "says 'Just relax'"),
    ("text.unwanted", stay("You could listen to your breath.", way("no_breath", "Close your eyes and listen.")), CUP, "says 'Close your eyes'"),
    ("text.unchecked", words(f"{own.PROGRAMME}/session-2-talk.md", "This is ours.", "It helps nine in ten (?)."), session(2), "marked (?)"),
    ("text.unchecked", words(CUP, "No study has tested this alone.", "Did a study test this?"), CUP, "holds a fact marked with ?"),
    # what is named is there
    ("names.practice", use(2, "practice-b", "practice", "practice: p89-nothing, seconds: 120"), session(2), "there is no practice 'p89-nothing' version 1"),
    ("names.practice", use(2, "practice-b", "practice", "practice: p01-three-part-pause, version: '9', seconds: 120"), session(2), "version 9"),
    ("names.practice", words(PAGE, "[p90-slow-cup]", "[p89-nothing]"), PAGE, "there is no practice 'p89-nothing'"),
    ("names.length", use(2, "practice-b", "practice", "practice: p90-slow-cup, seconds: 130"), session(2), "no length of 130 seconds; it has 120"),
    ("names.handout", words(session(2), "our-card", "lost-card"), session(2), "there is no handout 'lost-card"),
    ("names.handout", words(session(1), "group-agreements@2", "group-agreements@9"), session(1), "no handout 'group-agreements@9"),
    ("names.questionnaire", words(FRAME, "[arrival-check]", "[arrival-chart]"), FRAME, "there is no questionnaire 'arrival-chart'"),
    ("names.page", words(PAGE, "related: []", "related: [no-such-page]"), PAGE, "there is no page 'no-such-page'"),
    # a slot
    ("slot.too-full", use(2, "practice-b", "practice", "practice: p90-slow-cup, seconds: 900"), session(2), "900 seconds of practice do not fit in 7 minutes"),
    ("slot.gentler-missing", use(2, "practice-a", "gentler", None), session(2), "needs a gentler alternative"),
    ("slot.gentler-missing", words(CUP, "backdraft: low\neasier:\n  practice: p22-soles-of-the-feet", "backdraft: medium\neasier:"), CUP, "needs an easier practice"),
    ("slot.gentler-stirs", use(2, "practice-a", "gentler", PAUSE), session(2), "p01-three-part-pause stirs more than p22-soles-of-the-feet"),
    ("slot.gentler-same", both(use(2, "practice-b", "practice", "practice: p90-slow-cup, seconds: 120"), use(2, "practice-b", "gentler", "practice: p90-slow-cup, seconds: 120")), session(2), "is the same as the practice"),
    ("slot.then-stirs", use(2, "practice-a", "then", PAUSE), session(2), "p01-three-part-pause stirs more than p22-soles-of-the-feet"),
    ("slot.ground-after", stirring(3, LETTER, ground=None), session(3), "begins with grounding (ground_first)"),
    ("slot.ground-after", stirring(3, LETTER, ground="practice: p22-soles-of-the-feet, seconds: 60"), session(3), "two to five minutes"),
    ("slot.ground-after", stirring(3, LETTER, ground="practice: p27-something-i-love, seconds: 120"), session(3), "begins with grounding"),
    ("slot.handout-audience", words(CARD, "audience: member", "audience: facilitator"), session(2), "is written for facilitators"),
    ("slot.handout-audience", words(CARD, "purpose: A card to keep near.\n---\n", "purpose: A card to keep near.\nfields: [name]\n---\n{name}. "), session(2), "has gaps to fill"),
    # when a practice may come
    ("use.too-early", stirring(2, LETTER), session(2), "it comes in session 3 or later"),
    ("use.too-early", both(words(CUP, "kind: informal", "from_session: 4\nkind: informal"), use(2, "practice-b", "practice", "practice: p90-slow-cup, seconds: 120")), session(2), "p90-slow-cup comes in session 4 or later"),
    ("use.short-form", stirring(3, "practice: p24-ease-comfort-make-room, seconds: 720"), session(3), "in its shortest length here, 300 seconds"),
    ("use.leader", stirring(3, "practice: p29-kind-companion, seconds: 480"), session(3), "only a clinician may lead p29-kind-companion"),
    # a session
    ("session.bookends", words(session(2), "kind: close", "kind: sharing"), session(2), "closing can never be removed"),
    ("session.bookends", words(session(2), "kind: open", "kind: checkin"), session(2), "a session opens with"),
    ("session.depth", words(session(1), "max_depth: 2", "max_depth: 3"), session(1), "may go to level 2 in session 1, not 3"),
    ("session.depth", words(session(2), "depth: 2", "depth: 4"), session(2), "asks deeper (4) than 3"),
    ("session.leaving-questions", words(FRAME, "moment: after\n", "moment: after\n    sessions: [1, 2, 3, 4]\n"), session(5), "after-session is not asked"),
    ("session.close-script", words(session(4), "Please answer the four short questions before you go. Your answers change what we do.", "Go well."), session(4), "does not speak of the questions"),
    # a programme
    ("programme.backdraft-first", both(NO_BACKDRAFT, stirring(3, LETTER)), session(3), "no earlier session tells people about backdraft"),
    ("programme.ending-named", words(session(3), "After today we have two more meetings.", "It is good to be here."), session(3), "nothing in it says that the end is in sight"),
    ("programme.elements", both(*(use(n, slot, "practice", "practice: p22-soles-of-the-feet, seconds: 180") for n in range(1, 6) for slot in ("practice-a", "practice-b")), *(use(n, slot, "gentler", "practice: p21-five-sense-landing, seconds: 60") for n in range(1, 6) for slot in ("practice-a", "practice-b"))), FRAME, "no practice in any session trains self-kindness"),
    ("programme.credits", words(FRAME, "Ferrari et al. (2019). Mindfulness 10, 1455.", "Many studies."), FRAME, "no line names a source with a year"),
    ("measure.main-score", words(FRAME, "[scs-sf-12, who-5]", "[fscrs-22, scs-sf-12]"), FRAME, "'fscrs-22' comes first and has 3 main scores"),
    # the library
    ("library.source-year", words(PAGE, "(2019)", "(a while ago)"), PAGE, "names a source without a year"),
    ("library.order", add("library/our-other.md", own._PAGE.replace("id: our-page", "id: our-other")), "library/our-page.md", "90 is the place of 'our-other' already"),
    # a site's own ids
    ("site.id-taken", add("handouts/hard-day-card.md", own._CARD.replace("our-card", "hard-day-card")), "handouts/hard-day-card.md", "'hard-day-card' is the id of something that comes with Kindcircle"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "edit", "file", "message"), PLANTED, ids=[f"{one[0]}-{n}" for n, one in enumerate(PLANTED)]
)
def test_a_planted_mistake_is_found_by_its_rule_and_by_no_other(
    folder: Path, rule: str, edit: Edit, file: str, message: str
) -> None:
    if rule == "slot.handout-audience":
        (folder / session(2)).write_text(
            (folder / session(2))
            .read_text(encoding="utf-8")
            .replace("[hard-day-card@2]", "[our-card]")
            .replace("[hard-day-card]", "[our-card]"),
            encoding="utf-8",
        )
    edit(folder)
    found = errors(folder)
    assert {finding.rule for finding in found} == {rule}, found
    assert any(one.file == file and message in f"{one.place}: {one.message}" for one in found), found
    assert all(finding.mend and finding.message for finding in found)


def no_main_score(folder: Path) -> None:
    """A questionnaire of our own with three scores of equal rank."""
    text = (SHIPPED / "instruments/after-session/1.0.0.yaml").read_text(encoding="utf-8")
    text = text.replace("id: after-session", "id: our-pulse", 1).replace("role: primary", "role: secondary")
    add("instruments/our-pulse/1.0.0.yaml", text)(folder)


def test_two_minutes_of_grounding_are_enough_and_they_do_ground(folder: Path) -> None:
    stirring(3, LETTER, ground="practice: p90-slow-cup, seconds: 120")(folder)
    assert {one.rule for one in errors(folder)} == {"slot.ground-after"}
    words(CUP, "elements: [mindfulness]", "elements: [grounding]")(folder)
    assert errors(folder) == []


def test_a_length_with_some_writing_in_it_differs_from_one_without(folder: Path) -> None:
    add_length(60, 60, 60, kind="write")(folder)
    words(CUP, "before: This", "prompts:\n  - {id: cup, prompt: The cup, help: One word.}\nbefore: This")(folder)
    box = "        kind: write\n        say: If you like"
    words(CUP, box, box.replace("write", "say"))(folder)
    words(CUP, "        prompt: cup\n        low_literacy: Say it out loud.\n", "")(folder)
    assert [(one.rule, one.place) for one in errors(folder)] == [("practice.length-name", "durations.120")]


def found(folder: Path, rule: str) -> list[Finding]:
    return [finding for finding in check(folder) if finding.rule == rule]


@pytest.mark.parametrize(
    ("rule", "edit", "file", "message"),
    [
        ("text.long-sentence", words(CARD, "Feel the ground.", LONG), CARD, "could it be two?"),
        ("text.draft", words(CARD, "Feel the ground.", "[[ How to feel the ground. ]]"), CARD, "still to write: How to feel the ground."),
        ("measure.no-main-score", both(words(FRAME, "[scs-sf-12, who-5]", "[scs-sf-12, our-pulse]"), no_main_score), FRAME, "'our-pulse' has no main score"),
        ("release.new", add("handouts/our-other.md", own._CARD.replace("our-card", "our-other")), "handouts/our-other.md", "is new"),
    ],
)  # fmt: skip
def test_what_is_only_worth_a_look_stops_nothing(folder: Path, rule: str, edit: Edit, file: str, message: str) -> None:
    edit(folder)
    assert errors(folder) == []
    assert any(one.file == file and message in one.message and one.level == "warning" for one in found(folder, rule))


def test_all_files_of_a_programme_are_read_before_anything_is_said(folder: Path) -> None:
    words(session(2), "minutes: 75", "minutes: 74")(folder)
    words(session(4), "theme:", "colour: blue\ntheme:")(folder)
    words(FRAME, "form: closed", "form: weekly")(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [
        ("file.value", FRAME),
        ("file.sum", session(2)),
        ("file.unknown-field", session(4)),
    ]


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


# Languages ----------------------------------------------------------------------------------------


def test_every_language_has_all_the_words(folder: Path) -> None:
    file = "instruments/our-pulse/1.0.0.yaml"
    text = (
        (SHIPPED / "instruments/wcc-6/1.0.0.yaml").read_text(encoding="utf-8").replace("id: wcc-6", "id: our-pulse", 1)
    )
    english = text.partition("    en:\n")[2].partition("\nexports:")[0]
    whole = text.replace("\nexports:", f"\n    cy:\n{english}\nexports:")
    add(file, whole)(folder)
    assert errors(folder) == []
    before, item, after = whole.rpartition("        i2: ")
    add(file, before + after.partition("\n")[2])(folder)
    assert item
    assert [(one.rule, one.file) for one in errors(folder)] == [("languages.complete", file)]
    assert "cy: items lack 'i2'" in errors(folder)[0].message


def test_a_language_people_were_given_after_an_answer_that_matters_is_not_taken_away(folder: Path) -> None:
    first = (SHIPPED / "safety/member-texts-1.yaml").read_text(encoding="utf-8")
    english = first.partition("  en:\n")[2].partition("\nitem_missing:")[0]
    both_spoken = (
        first.replace("\nitem_missing:", f"\n  cy:\n{english}\nitem_missing:") + "  cy: You left one line blank.\n"
    )
    add("safety/member-texts-1.yaml", both_spoken)(folder)
    assert errors(folder) == []
    add("safety/member-texts-2.yaml", first.replace("version: 1\nlang", "version: 2\nlang"))(folder)
    assert [(one.rule, one.message) for one in errors(folder)] == [
        ("languages.complete", "an earlier version also speaks cy")
    ]


# What is done after an answer that matters -----------------------------------------------------


@pytest.mark.parametrize(
    ("shipped", "old", "new", "rule"),
    [
        ("safety/ladder-1.yaml", "after_staffed_minutes: 0", "after_staffed_minutes: 5", "file.value"),
        ("helplines/emergency-1.yaml", "source: https://", "source: ftp://", "file.value"),
    ],
)
def test_timings_and_numbers_are_read_too(folder: Path, shipped: str, old: str, new: str, rule: str) -> None:
    text = (SHIPPED / shipped).read_text(encoding="utf-8")
    assert old in text
    add(shipped, text)(folder)
    assert errors(folder) == []
    later = shipped.replace("-1.", "-2.")
    add(later, text.replace("version: 1\n", "version: 2\n").replace(old, new, 1))(folder)
    assert {(one.rule, one.file) for one in errors(folder)} == {(rule, later)}


def test_nothing_else_lies_beside_them(folder: Path) -> None:
    add("safety/notes.yaml", "a: b\n")(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("file.stray", "safety/notes.yaml")]


# Released texts -----------------------------------------------------------------------------------


def test_a_released_text_that_has_a_later_version_is_only_read_and_compared(folder: Path) -> None:
    stay("You could follow your breath for a little.")(folder)
    assert [one.rule for one in errors(folder)] == ["practice.way-missing"]
    release(folder)
    assert [one.rule for one in errors(folder)] == ["practice.way-missing"]
    later = (folder / CUP).read_text(encoding="utf-8").replace('version: "1"', 'version: "2"', 1)
    add("practices/p90-slow-cup.v2.md", later.replace("follow your breath", "look at the cup"))(folder)
    assert errors(folder) == []
    words(CUP, "follow your breath", "follow the breath")(folder)
    assert [one.rule for one in errors(folder)] == ["release.changed"]


def test_an_earlier_version_that_was_never_released_is_still_looked_over(folder: Path) -> None:
    later = (folder / CARD).read_text(encoding="utf-8").replace('version: "1"', 'version: "2"', 1)
    add("handouts/our-card.v2.md", later)(folder)
    words(CARD, "You could rest", "You must rest")(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("text.unwanted", CARD)]


def test_a_programme_keeps_the_handout_it_named(folder: Path) -> None:
    later = (folder / CARD).read_text(encoding="utf-8").replace('version: "1"', 'version: "2"', 1)
    add("handouts/our-card.v2.md", later.replace("Feel the ground.", "Feel your seat."))(folder)
    assert "Feel the ground" in pinned_handout("our-card", folder=folder).text
    assert "Feel your seat" in pinned_handout("our-card@2", folder=folder).text
    assert "Feel your seat" in load_handout("our-card", folder=folder).text
    words(session(2), "[our-card]", "[our-card@2]")(folder)
    assert errors(folder) == []


def test_a_released_programme_stands_on_released_texts(folder: Path) -> None:
    use(2, "practice-b", "practice", "practice: p90-slow-cup, seconds: 120")(folder)
    names = [name for name in content_files(folder) if name.startswith("programmes/")]
    wanting = [one.message for one in not_ready(folder, check(folder), names)]
    assert wanting == [
        "is released and stands on handouts/our-card.md, which is not",
        "is released and stands on practices/p90-slow-cup.md, which is not",
    ]
    release(folder, names)
    assert [one.rule for one in errors(folder)] == ["release.leans"] * 2
    release(folder)
    assert check(folder) == []


def test_words_still_to_write_stop_a_release_and_nothing_else(folder: Path) -> None:
    words(f"{own.PROGRAMME}/session-2-talk.md", "This is ours.", "[[ One idea. ]]")(folder)
    names = content_files(folder)
    assert [one.rule for one in not_ready(folder, check(folder), names)] == ["text.draft"]
    others = [name for name in names if not name.startswith("programmes/")]
    assert not_ready(folder, check(folder), others) == []


# A site's own ids -----------------------------------------------------------------------------


def test_the_very_same_file_in_both_places_is_no_clash(folder: Path) -> None:
    shutil.copy(SHIPPED / "handouts/hard-day-card.md", folder / "handouts/hard-day-card.md")
    assert errors(folder) == []


def test_a_later_version_of_a_shipped_text_is_a_clash_too(folder: Path) -> None:
    text = (SHIPPED / "handouts/hard-day-card.md").read_text(encoding="utf-8")
    add("handouts/hard-day-card.v9.md", text.replace('version: "1"', 'version: "9"'))(folder)
    assert [one.rule for one in errors(folder)] == ["site.id-taken"]


# Waivers ------------------------------------------------------------------------------------------


def waive(file: str, place: str, rule: str, reason: str) -> Edit:
    entry = f"  - {{file: {file}, place: {place!r}, rule: {rule}, reason: {reason!r}}}\n"

    def edit(folder: Path) -> None:
        path = folder / WAIVERS
        text = path.read_text(encoding="utf-8") if path.exists() else "waivers:\n"
        path.write_text(text + entry, encoding="utf-8")

    return edit


BREATH = stay("You could look. Breath is not asked of you.")
STEP = "durations.120.steps.2"
REASON = "The step names breath only to say that it is left alone."


def test_a_waiver_with_a_reason_takes_exactly_its_own_finding_away(folder: Path) -> None:
    BREATH(folder)
    words(CUP, "You can stop at any point.", "You can stop at any breath.")(folder)
    assert [one.place for one in errors(folder)] == ["durations.120.steps.0", STEP]
    waive(CUP, STEP, "practice.way-missing", REASON)(folder)
    assert [one.place for one in errors(folder)] == ["durations.120.steps.0"]


@pytest.mark.parametrize(
    ("edit", "rule", "message"),
    [
        (
            waive(CUP, STEP, "practice.way-missing", REASON),
            "waiver.unused",
            "nothing is found for practice.way-missing in",
        ),
        (both(BREATH, waive(CUP, STEP, "practice.way-missing", "Fine.")), "waiver.reason", "gives no reason"),
        (
            waive(session(2), "agenda.sharing", "slot.ground-after", REASON),
            "waiver.rule",
            "'slot.ground-after' cannot be waived",
        ),
        (waive(CUP, STEP, "no.such-rule", REASON), "waiver.rule", "'no.such-rule' cannot be waived"),
        (add(WAIVERS, "waivers: all of them\n"), "file.value", "valid array"),
        (add(WAIVERS, "- a list\n"), "file.format", "expected named fields"),
    ],
)
def test_a_waiver_that_is_not_one_is_an_error_itself(folder: Path, edit: Edit, rule: str, message: str) -> None:
    edit(folder)
    assert [one.rule for one in errors(folder)] == [rule]
    assert message in errors(folder)[0].message
    assert errors(folder)[0].file == WAIVERS


def test_waivers_are_no_text_that_is_released(folder: Path) -> None:
    both(BREATH, waive(CUP, STEP, "practice.way-missing", REASON))(folder)
    assert WAIVERS not in content_files(folder)
    release(folder)
    waive(CUP, STEP, "text.grade", REASON)(folder)
    assert [one.rule for one in errors(folder)] == ["waiver.unused"]


# The rules as such ------------------------------------------------------------------------------


def test_every_rule_has_a_mistake_planted_for_it() -> None:
    planted = {rule for rule, *_ in PLANTED}
    elsewhere = {
        "text.long-sentence", "text.draft", "measure.no-main-score", "release.new", "use.open-circle",
        "languages.complete", "release.changed", "release.leans", "waiver.unused", "waiver.reason", "waiver.rule",
    }  # fmt: skip
    assert planted | elsewhere == set(RULES)
    assert not planted & elsewhere


def test_no_rule_that_keeps_people_safe_can_be_waived() -> None:
    weighing_words = {
        "practice.way-missing",
        "practice.way-not-free",
        "text.grade",
        "text.unwanted",
        "text.long-sentence",
        "programme.ending-named",
    }
    assert {name for name, rule in RULES.items() if rule.waivable} == weighing_words


def test_how_to_mend_is_said_in_plain_sentences() -> None:
    for name, rule in RULES.items():
        assert rule.mend.endswith("."), name
        assert grade(rule.mend) <= 9, (name, grade(rule.mend))


@pytest.mark.parametrize(
    ("file", "place", "said"),
    [
        (session(3), "agenda.practice-a.gentler", "session 3, slot 'practice-a', the gentler practice"),
        (session(3), "agenda.2.minutes", "session 3, part 3, minutes"),
        (session(3), "home.usual.0", "session 3, home, usual practice 1"),
        (CUP, "durations.120.steps.2.no_breath", "the 2-minute length, step 3, no_breath"),
        (CUP, "durations.0.steps.2", "length 1, step 3"),
        (CUP, "durations.150", "the 2.5-minute length"),
        (CUP, "short texts for the member, together", "short texts for the member, together"),
        (FRAME, "measures.1", "line of the measures 2"),
        (FRAME, "", ""),
    ],
)
def test_a_place_is_said_as_a_person_would_say_it(file: str, place: str, said: str) -> None:
    assert Finding("error", file, place, "", "file.value").where == said


def test_a_look_can_be_narrowed_to_one_programme(folder: Path) -> None:
    words(CARD, "You could rest", "You must rest")(folder)
    words(session(2), "max_depth: 3", "max_depth: 4")(folder)
    narrow = check(folder, only=own.PROGRAMME)
    assert {one.rule for one in narrow if one.level == "error"} == {"session.depth"}
    assert all(one.file.startswith(own.PROGRAMME) for one in narrow)
