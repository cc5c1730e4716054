"""`kindcircle measures import --preview` and `read-responses` say what real files of other programs hold."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kindcircle.doors.cli.measures import Unusable, measures
from kindcircle.doors.cli.wording import bring_in
from kindcircle.rooms.measures.models import Wording
from tests.doors.cli.test_commands import say
from tests.spec.documents.reference import INTEROP, expected, needs_reference
from tests.world import World

PREVIEWED = (
    "fhir/sdc-phq9-questionnaire.r4.json",
    "fhir/lforms-phq9-loinc.r4.json",
    "fhir/lforms-argonaut-phq9-ish.r5.json",
    "fhir/mii-phq9-total-observation.r4.json",
    "redcap/bridge2ai-phq9-gad7.dictionary.csv",
    "reproschema/PHQ-9",
    "spss/sample_missing.sav",
)
READ = (
    "fhir/sdc-phq9-response.r4.json",
    "fhir/mii-phq9-total-observation.r4.json",
    "redcap/redcapr-repeating-instruments.data.csv",
    "spss/sample_missing.sav",
)
# The list says 3 for this file. It holds ten questions, each with answers; a test below counts them by itself.
MISCOUNTED = {("fhir/lforms-argonaut-phq9-ish.r5.json", "n_items_with_answers"): 10}


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(measures, [str(word) for word in words])


def told(*words: str | Path) -> dict:
    found = run(*words)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def as_expected(name: str, report: dict) -> None:
    for key, value in expected(name).items():
        assert report[key] == MISCOUNTED.get((name, key), value), key


@needs_reference
@pytest.mark.parametrize("name", PREVIEWED)
def test_a_real_file_is_previewed_as_expected(name: str) -> None:
    as_expected(name, told("import", INTEROP / name, "--preview", "--json"))


@needs_reference
@pytest.mark.parametrize("name", READ)
def test_real_answers_are_read_as_expected(name: str) -> None:
    as_expected(name, told("read-responses", INTEROP / name, "--json"))


@needs_reference
def test_nothing_that_is_expected_is_left_out() -> None:
    names = json.loads((INTEROP / "expected.json").read_text(encoding="utf-8"))
    assert set(names) == {*PREVIEWED, *READ}


@needs_reference
def test_the_file_whose_questions_were_miscounted_holds_ten() -> None:
    text = (INTEROP / "fhir/lforms-argonaut-phq9-ish.r5.json").read_text(encoding="utf-8")
    assert text.count('"type": "coding"') == text.count('"answerValueSet"') == 10


@needs_reference
def test_a_site_is_not_needed_and_nothing_is_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    found = say("measures", "import", str(INTEROP / PREVIEWED[0]), "--preview", "--json", home=home)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["instrument"] == "PHQ-9"
    assert not home.exists()


@needs_reference
def test_each_line_says_ours_theirs_and_why() -> None:
    report = told("import", INTEROP / "fhir/sdc-phq9-questionnaire.r4.json", "--preview", "--json")
    (proposal,) = report["proposals"]
    assert [(one["value"], one["their_value"]) for one in proposal["answers"]] == [
        (0, "0"), (1, "1"), (2, "2"), (3, "4"),
    ]  # fmt: skip
    assert all(one["why"] for one in (*proposal["items"], *proposal["answers"]))
    assert "values_differ" in [one["name"] for one in proposal["to_confirm"]]


@needs_reference
def test_a_person_reads_the_same() -> None:
    found = run("import", INTEROP / "fhir/lforms-phq9-loinc.r4.json", "--preview")
    assert found.exit_code == 0
    assert "  9  /44260-8  (the same code, place 9 of 9)" in found.stdout
    assert "[confirm] safety_item_to_check" in found.stdout
    found = run("read-responses", INTEROP / "fhir/sdc-phq9-response.r4.json")
    assert "PHQ-9, 1: 0 0 0 1 2 1 3 2 1\n  total 10 (complete)\n" in found.stdout
    assert "[confirm] values_differ: " in found.stdout
    assert "stored_total_differs: The total in the file is 13, and the answers give 10." in found.stdout


@needs_reference
def test_answers_elsewhere_need_their_questions_named(tmp_path: Path) -> None:
    lonely = tmp_path / "answers.json"
    lonely.write_bytes((INTEROP / "fhir/sdc-phq9-response.r4.json").read_bytes())
    found = run("read-responses", lonely, "--json")
    assert found.exit_code == 2
    assert "Please name the file with the questions" in found.output
    questions = INTEROP / "fhir/sdc-phq9-questionnaire.r4.json"
    report = told("read-responses", lonely, "--questions", questions, "--json")
    assert (report["total"], report["stored_total"]) == (10, 13)


@needs_reference
def test_an_activity_is_read_from_its_file_too_and_in_another_language() -> None:
    report = told("import", INTEROP / "reproschema/PHQ-9/PHQ9_schema", "--preview", "--json", "--language", "es")
    assert report["language"] == "es"
    assert len(report["languages"]) > 20
    assert report["proposals"][0]["instruction"].startswith("Durante")


def test_json_goes_with_preview(tmp_path: Path) -> None:
    found = run("import", tmp_path / "a.csv", "--json")
    assert found.exit_code == 2
    assert "--preview" in found.output


@pytest.mark.parametrize("command", [("import", "--preview"), ("read-responses",)])
def test_a_file_that_is_not_there(command: tuple[str, ...], tmp_path: Path) -> None:
    found = run(command[0], tmp_path / "nowhere.json", *command[1:])
    assert found.exit_code == 2
    assert "There is no file called" in found.output


@needs_reference
def test_words_of_another_program_are_kept_on_a_site_with_their_instruction(world: World, capsys) -> None:
    file = INTEROP / "fhir/lforms-phq9-loinc.r4.json"

    def bring(*, accept: bool, instruction: str = "") -> str:
        bring_in(
            file,
            wanted=frozenset(),
            confirmed=frozenset({"safety_item_to_check"}),
            instruction=instruction,
            accept_terms=accept,
            language="",
            house_code="",
        )
        return capsys.readouterr().out

    assert "Nothing was kept." in bring(accept=False)
    with pytest.raises(Unusable):
        bring(accept=True)
    assert not Wording.objects.exists()
    assert "PHQ-9 is here now, in language en." in bring(accept=True, instruction="Think of a garden")
    kept = Wording.objects.get()
    assert kept.words["instruction"] == "Think of a garden"
    assert kept.words["source"]["kind"] == "fhir_questionnaire"
