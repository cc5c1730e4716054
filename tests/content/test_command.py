"""`kindcircle content` as a person at a terminal meets it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kindcircle.doors.cli.content import content
from kindcircle.spec.texts import SHIPPED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site's own handouts, under ids of their own."""
    copy = tmp_path / "words"
    (copy / "handouts").mkdir(parents=True)
    for file in (SHIPPED / "handouts").glob("*.md"):
        text = file.read_text(encoding="utf-8").replace("id: ", "id: our-", 1)
        (copy / "handouts" / f"our-{file.name}").write_text(text, encoding="utf-8")
    return copy


def test_the_shipped_words_pass() -> None:
    result = CliRunner().invoke(content, ["check"])
    assert result.exit_code == 0, result.output
    assert "Nothing to mend." in result.output


def test_what_to_mend_is_named_and_the_exit_code_is_1(folder: Path) -> None:
    card = folder / "handouts" / "our-hard-day-card.md"
    card.write_text(card.read_text(encoding="utf-8") + "\nYou must rest.\n", encoding="utf-8")
    result = CliRunner().invoke(content, ["check", str(folder)])
    assert result.exit_code == 1
    assert "handouts/our-hard-day-card.md" in result.output
    assert "text: says 'You must': an order; invite with" in result.output
    assert "→ Say it in the kinder way that the message gives. (text.unwanted)" in result.output
    assert "1 thing to mend." in result.output


def test_an_empty_folder_is_not_called_well(tmp_path: Path) -> None:
    result = CliRunner().invoke(content, ["check", str(tmp_path)])
    assert result.exit_code == 1
    assert "There is no content in" in result.output


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(content, ["check", str(tmp_path / "none")])
    assert result.exit_code == 2
    assert "does not exist" in result.output


def test_release_once_then_a_change_is_refused(folder: Path) -> None:
    run = CliRunner().invoke
    first = run(content, ["release", str(folder), "--only", "handouts/our-hard"])
    assert (first.exit_code, first.output) == (0, "handouts/our-hard-day-card.md\n1 file added to RELEASED.sha256.\n")
    assert run(content, ["release", str(folder)]).exit_code == 0
    assert run(content, ["release", str(folder)]).output == "0 files added to RELEASED.sha256.\n"
    assert "not released" not in run(content, ["check", str(folder)]).output
    card = folder / "handouts" / "our-hard-day-card.md"
    card.write_text(card.read_text(encoding="utf-8").replace("Sip water.", "Drink water."), encoding="utf-8")
    again = run(content, ["release", str(folder)])
    assert again.exit_code == 1
    assert "was released and has changed since" in again.output
    assert "Nothing was released." in again.output


def test_nothing_is_released_while_there_is_something_to_mend(folder: Path) -> None:
    (folder / "handouts" / "new.md").write_text("No front matter.\n", encoding="utf-8")
    result = CliRunner().invoke(content, ["release", str(folder)])
    assert result.exit_code == 1
    assert not (folder / "RELEASED.sha256").exists()
