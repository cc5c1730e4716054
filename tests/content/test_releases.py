"""What was released stays as it is, in every language and version; a site's ids are its own; waivers give reasons."""

import shutil
from pathlib import Path

import pytest

from kindcircle.spec.gate import check, not_ready
from kindcircle.spec.released import WAIVERS, content_files, release
from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import load_handout, pinned_handout
from tests.content import own
from tests.content.own import CARD, CUP, Edit, add, both, errors, session, stay, use, words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return own.write(tmp_path / "content")


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


@pytest.mark.parametrize(
    "file", ["safety/notes.yaml", "safety/ladder-x.yaml", "safety/ladder-1.txt", "helplines/a-1.yaml"]
)
def test_nothing_else_lies_beside_them(folder: Path, file: str) -> None:
    add(file, "a: b\n")(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("file.stray", file)]


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


def copy_programme(folder: Path) -> None:
    """A second version of the programme, without the mistake of the first."""
    for file in (folder / own.PROGRAMME).iterdir():
        text = file.read_text(encoding="utf-8").replace('version: "1"', 'version: "2"')
        add(f"programmes/five-weeks/2/{file.name}", text.replace("max_depth: 5", "max_depth: 4"))(folder)


def test_rules_bind_a_programme_until_it_is_both_released_and_followed_by_another(folder: Path) -> None:
    words(session(5), "max_depth: 4", "max_depth: 5")(folder)
    copy_programme(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("session.depth", session(5))]
    shutil.rmtree(folder / "programmes/five-weeks/2")
    release(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("session.depth", session(5))]
    copy_programme(folder)
    assert errors(folder) == []


def later_questionnaire(folder: Path) -> None:
    text = (folder / "instruments/our-pulse/1.0.0.yaml").read_text(encoding="utf-8")
    text = text.replace("version: 1.0.0", "version: 1.1.0", 1).replace("You must know: how", "How")
    add("instruments/our-pulse/1.1.0.yaml", text)(folder)


def test_so_it_is_with_questionnaires(folder: Path) -> None:
    file = "instruments/our-pulse/1.0.0.yaml"
    text = (SHIPPED / "instruments/after-session/1.0.0.yaml").read_text(encoding="utf-8")
    text = text.replace("id: after-session", "id: our-pulse", 1)
    add(file, text.replace("i3: How steady", 'i3: "You must know: how steady').replace("right now?", 'right now?"'))(
        folder
    )
    assert [(one.rule, one.file) for one in errors(folder)] == [("text.unwanted", file)]
    later_questionnaire(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("text.unwanted", file)]
    (folder / "instruments/our-pulse/1.1.0.yaml").unlink()
    release(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("text.unwanted", file)]
    later_questionnaire(folder)
    assert errors(folder) == []


def test_so_it_is_with_what_is_read_after_an_answer_that_matters(folder: Path) -> None:
    first, second = "safety/member-texts-1.yaml", "safety/member-texts-2.yaml"
    text = (SHIPPED / first).read_text(encoding="utf-8")
    add(first, text.replace("You can rest.", "You must rest."))(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("text.unwanted", first)]
    add(second, text.replace("version: 1\nlang", "version: 2\nlang"))(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("text.unwanted", first)]
    release(folder)
    assert errors(folder) == []
    add(
        "safety/member-texts-3.yaml",
        text.replace("version: 1\nlang", "version: 3\nlang").replace("You can rest.", "You must rest."),
    )(folder)
    release(folder)
    assert [(one.rule, one.file) for one in errors(folder)] == [("text.unwanted", "safety/member-texts-3.yaml")]


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
