"""The gate passes what ships, and catches faults planted in released files. test_rules.py has one for each rule."""

import shutil
from pathlib import Path

import pytest

from kindcircle.spec.gate import check
from kindcircle.spec.released import altered, content_files, release, released, unreleased
from kindcircle.spec.texts import SHIPPED, ContentError
from tests.content import own
from tests.content.own import CUP, errors

PROGRAMME = "programmes/kind-to-a-body-that-hurts/1"
FEET = "practices/p22-soles-of-the-feet.md"
LETTER = "practices/p06-letter-from-a-wise-friend.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site's own finished words. Nothing in it is released."""
    return own.write(tmp_path / "content")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site's own folder, empty; a fault planted in it brings its file along."""
    return tmp_path


def bring(site: Path, file: str) -> None:
    """Copy one file into a site's folder, or the whole programme when it is part of one."""
    if file.startswith(PROGRAMME):
        shutil.copytree(SHIPPED / PROGRAMME, site / PROGRAMME)
    else:
        (site / file).parent.mkdir(parents=True)
        shutil.copy(SHIPPED / file, site / file)


def plant(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    if not path.exists():
        bring(folder, file)
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_ships_has_nothing_to_mend() -> None:
    assert errors(SHIPPED) == []


def test_everything_that_ships_is_released() -> None:
    """What ships can be started by groups at once, so none of it may still change."""
    assert unreleased(SHIPPED) == []
    assert altered(SHIPPED) == []


def test_an_untouched_copy_has_nothing_to_mend(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "content")
    assert errors(tmp_path / "content") == []


FAULTS = [
    # what must add up
    (f"{PROGRAMME}/session-2.yaml", "minutes: 14", "minutes: 13", "agenda adds up to 59 minutes, not 60"),
    (FEET, "- seconds: 10", "- seconds: 11", "steps add up to 61 seconds, not 60"),
    (f"{PROGRAMME}/session-2.yaml", "seconds: 600}", "seconds: 900}", "900 seconds of practice do not fit in 12"),
    # bookends
    (f"{PROGRAMME}/session-1.yaml", "kind: close", "kind: sharing", "closing can never be removed"),
    (
        f"{PROGRAMME}/session-1.yaml",
        "{practice: p48-leaving-gently, seconds: 240}",
        "{practice: p22-soles-of-the-feet, seconds: 180}",
        "closing can never be removed",
    ),
    (f"{PROGRAMME}/session-1.yaml", "kind: open", "kind: checkin", "a session opens with"),
    # references
    (f"{PROGRAMME}/session-2.yaml", "p19-scan-and-name", "p98-nothing", "there is no practice 'p98-nothing'"),
    (
        f"{PROGRAMME}/session-2.yaml",
        "{practice: p03-comforting-contact, seconds: 150}",
        "{practice: p03-comforting-contact, seconds: 160}",
        "no length of 160 seconds; it has 20, 150",
    ),
    (f"{PROGRAMME}/session-2.yaml", "handouts: [hard-day-card]", "handouts: [lost-card]", "no handout 'lost-card'"),
    (f"{PROGRAMME}/session-2.yaml", "handout_file: session-2-handout.md", "handout_file: gone.txt", "names a .md file"),
    (
        f"{PROGRAMME}/session-2.yaml",
        "handout_file: session-2-handout.md",
        "handout_file: ../../x.md",
        "names a .md file in the same folder",
    ),
    (f"{PROGRAMME}/programme.yaml", "[arrival-check]", "[arrival-chart]", "no questionnaire 'arrival-chart'"),
    (LETTER, "practice: p08-friend-and-self", "practice: p99-nothing", "there is no practice 'p99-nothing'"),
    ("practices/p12-human-too.md", "easier:\n", "easier:\n  practice: p25-goodwill\n", "p25-goodwill stirs more"),
    # a gentler way that is gentler
    (
        f"{PROGRAMME}/session-2.yaml",
        "gentler: {practice: p22-soles-of-the-feet, seconds: 300}",
        "gentler: {practice: p06-letter-from-a-wise-friend, seconds: 480}",
        "stirs more than p19-scan-and-name",
    ),
    (
        f"{PROGRAMME}/session-2.yaml",
        "gentler: {practice: p47-arriving-together, seconds: 120}",
        "gentler: {practice: p47-arriving-together, seconds: 240}",
        "is the same as the practice",
    ),
    # practices that stir
    (
        f"{PROGRAMME}/session-2.yaml",
        "practice: {practice: p19-scan-and-name, seconds: 600}",
        "practice: {practice: p06-letter-from-a-wise-friend, seconds: 480}",
        "comes in session 3 or later",
    ),
    (
        f"{PROGRAMME}/session-3.yaml",
        "ground_first: {practice: p22-soles-of-the-feet, seconds: 180}",
        "",
        "begins with grounding",
    ),
    (
        f"{PROGRAMME}/session-3.yaml",
        "ground_first: {practice: p22-soles-of-the-feet, seconds: 180}",
        "ground_first: {practice: p22-soles-of-the-feet, seconds: 60}",
        "two to five minutes",
    ),
    (
        f"{PROGRAMME}/session-3.yaml",
        "ground_first: {practice: p22-soles-of-the-feet, seconds: 180}",
        "ground_first: {practice: p27-something-i-love, seconds: 120}",
        "begins with grounding",
    ),
    (f"{PROGRAMME}/session-1.yaml", "max_depth: 2", "max_depth: 4", "may go to level 2 in session 1"),
    (f"{PROGRAMME}/session-1.yaml", "  depth: 2", "  depth: 3", "asks deeper (3) than 2"),
    ("practices/p01-three-part-pause.md", "difficulty: 3", "difficulty: 5", "less than or equal to 3"),
    # pace
    (
        "practices/p25-goodwill.md",
        "kind: silence\n        say: A quiet minute, the last one. Come back early if you like.",
        "kind: say\n        say: Rest.\n      - {seconds: 90, purpose: rest, kind: say, say: Rest.}",
        "steps add up to 990 seconds, not 900",
    ),
    (
        LETTER,
        "seconds: 60\n        purpose: what happened\n        kind: write",
        "seconds: 60\n        purpose: what happened\n        kind: say",
        "only a write step can open a writing prompt",
    ),
    (LETTER, "prompt: facts", "prompt: fakts", "no such writing prompt: fakts"),
    (FEET, "kind: say", "kind: breath", "needs no_breath words"),
    (FEET, "say: The floor is holding you.", "say: " + "The floor is holding you. " * 20, "too many for 15 seconds"),
    # reading
    (
        f"{PROGRAMME}/session-2-handout.md",
        "There is the hurt in the body.",
        "Notwithstanding considerable physiological variability, individualised understanding of accompanying "
        "psychological phenomena facilitates accommodation, particularly regarding uncontrollable deterioration. "
        "Characteristically, multidimensional conceptualisations emphasise interdependent physiological, "
        "psychological, interpersonal and environmental determinants, necessitating comprehensive, "
        "collaborative, individualised rehabilitation. Contemporary interdisciplinary recommendations "
        "consequently prioritise psychoeducational interventions.",
        "6 is the most for a member",
    ),
    ("instruments/wcc-6/1.0.0.yaml", "i2: I told myself off", "i2: I should be broken. I told myself off", "'broken'"),
    (
        "safety/member-texts-1.yaml",
        "That was a lot, and it is good to know.",
        "Your multidimensional psychological circumstances necessitate immediate professional consideration, "
        "notwithstanding organisational communication limitations and institutional responsibilities.",
        "4 is the most for a crisis",
    ),
    # wording
    (FEET, "The floor is holding you.", "You must feel the floor.", "says 'You must'"),
    (FEET, "purpose: shift", "purpose: just relax", "says 'just relax'"),
    (f"{PROGRAMME}/session-2.yaml", "- Blankets and water", "- Prayer mats", "says 'Prayer'"),
    (f"{PROGRAMME}/programme.yaml", "- A crisis in end-of-life care.", "- A broken mind.", "says 'broken'"),
    (FEET, "The floor is holding you.", "Just relax.", "says 'Just relax'"),
    (FEET, "The floor is holding you.", "Let it go. Let go.", "says 'Let go'"),
    (FEET, "The floor is holding you.", "Surrender to it.", "says 'Surrender'"),
    (FEET, "The floor is holding you.", "Now close your eyes.", "says 'close your eyes'"),
    (FEET, "The floor is holding you.", "Take a deep breath.", "says 'deep breath'"),
    (f"{PROGRAMME}/session-1.yaml", "Welcome, and thank you", "This is a safe space. Thank you", "'safe space'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "We heal your trauma.", "says 'heal your trauma'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "It can rewire you.", "says 'rewire'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "Oxytocin flows.", "says 'Oxytocin'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "The vagus wakes.", "says 'vagus'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "You failed.", "says 'failed'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "It will heal you.", "says 'will heal you'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "As taught in MSC.", "says 'MSC'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "Let us pray.", "says 'pray'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "Open the chakras.", "says 'chakras'"),
    (f"{PROGRAMME}/session-1-talk.md", "So there are two loads.", "This is metta.", "says 'metta'"),
    ("handouts/weekly-reminder.md", "Your seat is kept.", "Your form is overdue.", "says 'overdue'"),
    ("handouts/what-backdraft-is.md", "It is common.", "You are high risk.", "says 'high risk'"),
    ("handouts/what-happens-here.md", "This is a small group", "TODO. This is a small group", "is not finished"),
    # facts nobody checked
    (
        "practices/p03-comforting-contact.md",
        "In one trial of 20 seconds",
        "In one trial (?) of 20 seconds",
        "holds a fact marked with ?",
    ),
    (f"{PROGRAMME}/session-4-talk.md", "Flares will come.", "Flares come to nine in ten (?).", "marked (?)"),
    # what every practice says
    (FEET, "evidence:\n", "proof:\n", "evidence: this field is missing"),
    (FEET, "  no_touch:", "  no_tuch:", "access.no_touch: this field is missing"),
    (FEET, "  no_touch:", "  no_tuch:", "access.no_tuch: this field is not known here"),
    (FEET, "  - In a group you can step out, or tap please come. On your own you can close the page.\n", "", "exits: "),
    (FEET, "number: P22", "number: P23", "does not begin with its number"),
    (FEET, "title: Soles", "title: Feet\ntitle: Soles", "'title' is written twice"),
    (FEET, "version: '1'", "version: 1", "version: Input should be a valid string"),
    ("handouts/weekly-reminder.md", "{place}", "{planet}", "fields must name exactly the gaps"),
    ("instruments/wcc-6/1.0.0.yaml", "balance: 4,", "balance: 3,", "expects balance to be 3"),
]


@pytest.mark.parametrize(("file", "old", "new", "message"), FAULTS)
def test_a_planted_fault_is_found_in_its_own_file(site: Path, file: str, old: str, new: str, message: str) -> None:
    plant(site, file, old, new)
    found = errors(site)
    # A session's talk and handout are parts of that session, and are reported there.
    session = file.replace("-talk.md", ".yaml").replace("-handout.md", ".yaml")
    assert any(one.file == session and message in f"{one.place}: {one.message}" for one in found), found


def rewrite_steps(site: Path, seconds: int, steps: str) -> None:
    """Replace every length of Soles of the feet by one."""
    bring(site, FEET)
    path = site / FEET
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition("durations:\n")
    body = rest.partition("---\n")[2]
    path.write_text(f"{head}durations:\n  - seconds: {seconds}\n    steps:\n{steps}---\n{body}", encoding="utf-8")


STEP = "      - {{seconds: {seconds}, purpose: notice, kind: {kind}, say: {say}}}\n"


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([(70, "silence", "You can rest.")], "is quiet for more than 60 seconds"),
        ([(100, "say", "You can feel your feet.")], "is quiet for more than 60 seconds"),
        ([(200, "write", "You can write.")], "is quiet for more than 150 seconds"),
        ([(60, "say", "Feel your feet. Look at the floor.")], "gives orders only"),
    ],
)
def test_pace_and_invitation(site: Path, steps: list[tuple[int, str, str]], message: str) -> None:
    total = sum(step[0] for step in steps)
    rewrite_steps(site, total, "".join(STEP.format(seconds=s, kind=k, say=w) for s, k, w in steps))
    assert any(one.file == FEET and message in one.message for one in errors(site)), errors(site)


def test_exactly_as_fast_and_exactly_as_quiet_as_may_be(site: Path) -> None:
    fast = " ".join(["You can look."] * 8 + ["Look here."])  # 26 words in 10 seconds
    quiet = " ".join(["You can look."] * 6 + ["Look here."])  # 20 words, then a minute
    rewrite_steps(
        site,
        80,
        STEP.format(seconds=10, kind="say", say=fast) + STEP.format(seconds=70, kind="say", say=quiet),
    )
    assert not [one for one in errors(site) if one.rule in ("practice.too-fast", "practice.too-quiet")]


def test_a_minute_of_silence_is_allowed_and_no_more(site: Path) -> None:
    rewrite_steps(site, 60, STEP.format(seconds=60, kind="silence", say="You can rest."))
    assert not [one for one in errors(site) if one.file == FEET and "quiet" in one.message]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"---\ntitle: \xff\n---\n", "cannot be read"),
        (b"no front matter", "expected front matter"),
        (b"---\n- a list\n---\n", "expected named fields"),
        (b"---\nid: [\n---\n", "not valid YAML"),
        (b"---\nid: words: and more\n---\n", "a colon stands inside the words, which then need quotes"),
        (b"---\nid: a\n\ttitle: b\n---\n", "a tab stands at the beginning of the line; use spaces"),
        (b"---\nid: a\nno colon here\ntitle: b\n---\n", "has no colon after it"),
        (b"---\nid: `code`\n---\n", "put them between quotes"),
        (b'---\nid: "open\n---\n', "a quote is opened and not closed"),
        (b"---\nid: a\n   title: b\n---\n", "the line begins too far to the right"),
        (b"---\nlist: [a, b\n---\n", "a quote or bracket is not closed"),
        (b"---\nid: 2026-01-01\n---\n", "holds a value that is not plain text or a number"),
        (b"", "expected front matter"),
    ],
)
def test_a_damaged_file_is_named_kindly(site: Path, content: bytes, message: str) -> None:
    bring(site, FEET)
    (site / FEET).write_bytes(content)
    assert any(one.file == FEET and message in one.message for one in errors(site)), errors(site)


# Released texts -----------------------------------------------------------------------------------


def test_new_files_are_only_told_how_to_be_released(folder: Path) -> None:
    assert unreleased(folder) == content_files(folder)
    assert errors(folder) == []
    assert all("kindcircle content release" in one.message for one in check(folder) if "is new" in one.message)


def test_release_lists_each_new_file_once(folder: Path) -> None:
    assert release(folder, [CUP]) == [CUP]
    assert release(folder) == [name for name in content_files(folder) if name != CUP]
    assert sorted(released(folder)) == content_files(folder)
    assert release(folder) == []
    assert check(folder) == []


@pytest.mark.parametrize("how", ["changed", "removed"])
def test_a_released_file_never_changes(folder: Path, how: str) -> None:
    release(folder)
    before = (folder / "RELEASED.sha256").read_bytes()
    if how == "changed":
        plant(folder, "handouts/our-card.md", "Look round the room.", "Look at the sky.")
    else:
        (folder / "handouts/our-card.md").unlink()
    assert altered(folder) == ["handouts/our-card.md"]
    assert any(one.file == "handouts/our-card.md" and "was released" in one.message for one in errors(folder))
    with pytest.raises(ContentError, match="was released and has changed since"):
        release(folder)
    assert (folder / "RELEASED.sha256").read_bytes() == before


def test_line_ends_alone_are_no_change(folder: Path) -> None:
    release(folder)
    card = folder / "handouts/our-card.md"
    card.write_bytes(card.read_bytes().replace(b"\n", b"\r\n"))
    assert altered(folder) == []


@pytest.mark.parametrize("line", ["abc  x.md", "0" * 64 + " x.md", ("0" * 64 + "  x.md\n") * 2])
def test_a_damaged_list_is_an_error(folder: Path, line: str) -> None:
    (folder / "RELEASED.sha256").write_text(line + "\n", encoding="utf-8")
    assert any(one.file == "RELEASED.sha256" for one in errors(folder))


def test_release_refuses_a_name_it_does_not_know(folder: Path) -> None:
    with pytest.raises(ContentError, match="is not a content file"):
        release(folder, ["handouts/none.md"])
