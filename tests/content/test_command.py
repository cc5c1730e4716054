"""`kindcircle content` as a person at a terminal meets it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kindcircle.doors.cli.content import content
from kindcircle.spec.practices import load_practice
from kindcircle.spec.programmes import load_programme
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


# A text of one's own ------------------------------------------------------------------------------


def test_a_new_programme_is_written_once_and_never_over_another(tmp_path: Path) -> None:
    words = ["new", "programme", "our-weeks", "--weeks", "3", "--minutes", "60", "--folder", str(tmp_path / "own")]
    begun = CliRunner().invoke(content, [*words, "--title", "Our weeks: a start"])
    assert begun.exit_code == 0, begun.output
    assert "/words/programmes/our-weeks/1/" in begun.output
    assert load_programme("our-weeks", "1", folder=tmp_path / "own").title == "Our weeks: a start"
    again = CliRunner().invoke(content, words)
    assert (again.exit_code, again.output) == (1, "Error: There is a programme called our-weeks already.\n")
    checked = CliRunner().invoke(content, ["check", str(tmp_path / "own")])
    assert checked.exit_code == 0
    assert "Still to write" in checked.output
    refused = CliRunner().invoke(content, ["release", str(tmp_path / "own")])
    assert refused.exit_code == 1
    assert "Nothing was released." in refused.output


def test_a_new_practice_gets_a_number_and_a_name_of_its_own(tmp_path: Path) -> None:
    words = ["new", "practice", "slow-cup", "--folder", str(tmp_path)]
    assert CliRunner().invoke(content, words).exit_code == 0
    practice = load_practice("p90-slow-cup", folder=tmp_path)
    assert (practice.number, practice.title) == ("P90", "Slow cup")
    assert CliRunner().invoke(content, words).output == "Error: There is a practice called slow-cup already.\n"
    assert CliRunner().invoke(content, ["new", "practice", "tea", "--folder", str(tmp_path)]).exit_code == 0
    assert load_practice("p91-tea", folder=tmp_path).number == "P91"


@pytest.mark.parametrize("name", ["Our Weeks", "our_weeks", "../weeks", "7weeks", "-weeks", "a" * 41, "weeks-"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    result = CliRunner().invoke(content, ["new", "programme", "--folder", str(tmp_path), "--", name])
    assert result.exit_code == 2
    assert "use small letters, digits and single hyphens" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_shipped_programme_s_id_is_taken(tmp_path: Path) -> None:
    result = CliRunner().invoke(content, ["new", "programme", "kind-to-a-body-that-hurts", "--folder", str(tmp_path)])
    assert "There is a programme called kind-to-a-body-that-hurts already." in result.output


def test_what_is_written_is_for_its_own_account_only(tmp_path: Path) -> None:
    CliRunner().invoke(content, ["new", "programme", "our-weeks", "--folder", str(tmp_path / "own")])
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "own").rglob("*")} == {0}


def test_one_folder_at_a_time(tmp_path: Path) -> None:
    result = CliRunner().invoke(content, ["check", "--site", str(tmp_path)])
    assert "Please name a folder or say --site, not both." in result.output


def test_the_site_s_own_folder_is_found_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDCIRCLE_HOME", str(tmp_path))
    assert "There is no content in" in CliRunner().invoke(content, ["check", "--site"]).output
    CliRunner().invoke(content, ["new", "practice", "slow-cup"])
    assert (tmp_path / "content" / "practices" / "p90-slow-cup.md").is_file()
    assert CliRunner().invoke(content, ["check", "--site"]).exit_code == 0
