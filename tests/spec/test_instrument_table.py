"""The table of questionnaires and ours agree, fact by fact; what it marks as unsure is used nowhere."""

from __future__ import annotations

import csv
import os
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.parts import Likert
from kindcircle.spec.register import entries, entry
from kindcircle.spec.slots import load_slots

REFERENCE = Path(
    os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).resolve().parents[2].parent / "shared" / "reference")
)
TABLE, NORMS = REFERENCE / "instruments.csv", REFERENCE / "norms.csv"
pytestmark = pytest.mark.skipif(
    not TABLE.is_file(), reason="the reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)


def rows(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


ROWS = {row["id"]: row for row in rows(TABLE)}
HERE = {one.id for one in all_instruments()}
DEFINED = sorted(set(ROWS) & HERE)
SLOTS = {one.id: one for one in load_slots().slots}
# Ours ask whether somebody wants to be called, which no table counts.
OTHERS = [name for name in DEFINED if not load_instrument(name).wording.languages]

KINDS = {
    "free": {"free", "free_attribution"},
    "free with attribution": {"free_attribution"},
    "free with permission": {"permission"},
    "free, non-commercial": {"free_noncommercial"},
    "free (non-profit) / permission": {"free_noncommercial"},
    "free for care and research; permission for commercial software": {"free_noncommercial"},
    "free, no derivatives": {"free_no_derivatives"},
    "free, no changes, not for sale": {"free_no_derivatives"},
    "registration; free non-commercial, paid commercial": {"registration"},
    "permission": {"permission"},
    "permission (publisher)": {"permission"},
    "public domain": {"public_domain"},
    "original": {"original"},
}
SOLD = {"restricted": "restricted", "paid": "paid", "paid, wording forbidden": "paid"}


def keys(cell: str) -> dict[str, set[int]]:
    """`name=1|2|3; other=4-6`, without anything that is marked as unsure."""
    found = {}
    for part in re.split(r";\s*", cell):
        name, _, numbers = part.rpartition("=")
        numbers = re.sub(r"\s*\(.*\)$", "", numbers)
        if "?" in part or not re.fullmatch(r"[\d|-]+", numbers):
            continue
        listed = set()
        for piece in numbers.split("|"):
            first, _, last = piece.partition("-")
            listed |= set(range(int(first), int(last or first) + 1))
        found[name.rpartition(" ")[2]] = listed
    return found


def turned_over(one: Definition) -> set[int]:
    """Every question that some headline score turns over, also through the scores it is made of."""
    found = {number for score in one.scores for number in score.reverse}
    for score in one.scores:
        for name in score.reverse_scores:
            found |= set(one.score(name).items)
    return found


def test_every_row_is_here_as_a_form_or_as_a_slot() -> None:
    assert len(ROWS) == 44
    assert set(ROWS) <= HERE | set(SLOTS)
    assert not HERE & set(SLOTS)
    assert set(SLOTS) <= set(ROWS)
    assert {one.id for one in entries()} == HERE | set(SLOTS)


@pytest.mark.parametrize("name", DEFINED)
def test_as_many_questions_as_the_table_says(name: str) -> None:
    one, row = load_instrument(name), ROWS[name]
    besides = row["n_items_note"].startswith("+")
    n, unscored = int(row["n_items"]), int(row["n_unscored_items"])
    assert one.asked == (n + unscored if besides else n)
    assert sum(item.part_of is None for item in one.scored_items) == (n if besides else n - unscored)


@pytest.mark.parametrize("name", DEFINED)
def test_answers_go_from_the_lowest_to_the_highest_of_the_table(name: str) -> None:
    one, row = load_instrument(name), ROWS[name]
    low, high = int(row["response_min"]), int(row["response_max"])
    spans = {one.span(item) for item in one.scored_items}
    assert (low, high) in spans
    apart = {"promis-gh-10": {(0, 10)}, "neq-32": {(0, 1)}}
    assert spans - {(low, high)} == apart.get(name, set())
    if row["n_anchors"]:
        answers = [one.response(item) for item in one.scored_items if one.span(item) == (low, high)]
        assert all(isinstance(kind, Likert) and len(kind.values) == int(row["n_anchors"]) for kind in answers)
    days = row["timeframe_days"]
    assert one.administration.timeframe_days == (int(days) if days else None)


@pytest.mark.parametrize("name", DEFINED)
def test_the_same_questions_stand_under_each_score(name: str) -> None:
    one = load_instrument(name)
    for subscale, numbers in keys(ROWS[name]["subscales"]).items():
        if name == "ceas":
            for start, flow in ((0, "self"), (13, "to_others"), (26, "from_others")):
                assert set(one.score(f"{flow}_{subscale}").items) == {start + number for number in numbers}
        elif name == "sscs-s-6" or subscale == "single":
            continue  # one question for each pole, and no score of it
        elif subscale == "total" and one.total is not None:
            assert set(one.total.items) == numbers
        else:
            assert set(one.score(subscale).items) == numbers, subscale


@pytest.mark.parametrize("name", DEFINED)
def test_the_same_questions_are_turned_over(name: str) -> None:
    cell = ROWS[name]["reverse_items"]
    named = re.search(r"\d+(\|\d+)+", cell)
    unscored = name == "ceas"  # its three are fillers that count nowhere
    form_numbers = name == "promis-gh-10"  # stored with 5 as the best, so nothing is turned over here
    wanted = set() if cell.startswith("none") or unscored or form_numbers or named is None else named.group().split("|")
    assert turned_over(load_instrument(name)) == {int(number) for number in wanted}


def test_answers_of_promis_count_as_its_table_says() -> None:
    one = load_instrument("promis-gh-10")
    pain = {
        int(value): int(recoded)
        for values, recoded in re.findall(r"(\d+(?:-\d+)?)=(\d)", ROWS[one.id]["reverse_items"])
        for value in range(int(values.split("-")[0]), int(values.split("-")[-1]) + 1)
    }
    assert len(pain) == 11
    assert one.item(7).recode == {str(value): counted for value, counted in pain.items()}
    assert [score.id for score in one.scores if score.table] == ["physical_t", "mental_t"]
    for score, name in (("physical_t", "physical"), ("mental_t", "mental")):
        listed = re.search(rf"{name} 4\.\.20 = ([\d., ]+)", ROWS[one.id]["scoring_rule"])
        assert listed is not None
        values = [Fraction(value) for value in re.findall(r"[\d.]+\d", listed.group(1))]
        table = one.score(score).table
        assert table is not None
        assert [Fraction(str(table[str(raw)])) for raw in range(4, 21)] == values


def test_the_metric_score_of_swemwbs_is_the_one_of_the_table() -> None:
    pairs = re.findall(r"(\d+) (\d+\.\d+)", ROWS["swemwbs-7"]["scoring_rule"])
    assert [int(raw) for raw, _ in pairs] == list(range(7, 36))
    table = load_instrument("swemwbs-7").score("metric").table
    assert table is not None
    assert {raw: Fraction(str(value)) for raw, value in table.items()} == {raw: Fraction(value) for raw, value in pairs}


@pytest.mark.parametrize("name", OTHERS)
def test_scores_end_where_the_table_says(name: str) -> None:
    one = load_instrument(name)
    cell = re.sub(r"\(.*?\)", "", ROWS[name]["score_range"])
    wanted = {(float(a), float(b)) for a, b in re.findall(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", cell)}
    given = {(float(score.range[0]), float(score.range[1])) for score in one.scores if score.range}
    assert wanted <= given
    heads = {(float(score.range[0]), float(score.range[1])) for score in one.headlines}
    assert not wanted or heads & wanted


@pytest.mark.parametrize("name", OTHERS)
def test_better_runs_the_same_way(name: str) -> None:
    cell = ROWS[name]["direction"]
    heads = {score.better for score in load_instrument(name).headlines}
    if "=" in cell and "," not in cell and ";" not in cell and "(" not in cell:
        assert heads == {"lower" if re.search("worse|fear", cell) else "higher"}
    else:
        assert heads <= {"higher", "lower"}


@pytest.mark.parametrize("name", OTHERS)
def test_bands_and_marks_are_those_of_the_table(name: str) -> None:
    one, row = load_instrument(name), ROWS[name]
    for bands in one.bands:
        known = {Fraction(number) for number in re.findall(r"\d+(?:\.\d+)?", row["bands"])}
        inner = [cut.upto for cut in bands.cuts[:-1]]
        assert inner, bands.score
        assert {Fraction(str(value)) for value in inner} <= known, bands.score
    if "?" in row["bands"]:
        assert not one.bands
    sure = " ".join(part for part in re.split(r";", row["cutoffs"]) if "?" not in part)
    known = {Fraction(number) for number in re.findall(r"\d+(?:\.\d+)?", f"{sure} {row['bands']}")}
    for cutoff in one.cutoffs:
        mark = cutoff.at_least if cutoff.at_least is not None else cutoff.at_most
        assert Fraction(str(mark)) in known, cutoff


@pytest.mark.parametrize("name", OTHERS)
def test_a_change_that_matters_is_one_that_was_confirmed(name: str) -> None:
    one = load_instrument(name)
    sure = " ".join(part for part in ROWS[name]["mic_mcid"].split(";") if "?" not in part)
    points = {Fraction(number) for number in re.findall(r"\d+(?:\.\d+)?", sure)}
    for change in one.change:
        if change.value is not None:
            assert Fraction(str(change.value)) in points, change
        else:
            assert "?" not in ROWS[name]["test_retest"]
            assert str(change.reliability).removeprefix("0") in ROWS[name]["test_retest"]


@pytest.mark.parametrize("name", sorted(HERE))
def test_only_norms_that_somebody_confirmed_are_here(name: str) -> None:
    def same(norm: Any, row: dict[str, str]) -> bool:
        score = row["score"] if row["score"] != "T" else norm.score
        sd = float(row["sd"]) if row["sd"] else None
        return (norm.score, float(norm.mean), norm.sd) == (score, float(row["mean"]), sd)

    sure = [row for row in rows(NORMS) if row["instrument"] == name and row["confirmed"] == "yes"]
    one = load_instrument(name)
    assert all(any(same(norm, row) for row in sure) for norm in one.norms)
    assert all(any(same(norm, row) for norm in one.norms) for row in sure)


@pytest.mark.parametrize("name", OTHERS)
def test_the_safety_question_of_the_table_has_its_rule(name: str) -> None:
    one, cell = load_instrument(name), ROWS[name]["safety_items"]
    found = re.match(r"(\d+)\b.*>=(\d+)", cell)
    pressing = [(rule.item, rule.when.at_least) for rule in one.safety if rule.level == "concern"]
    assert pressing == ([(int(found.group(1)), int(found.group(2)))] if found else [])
    for number, _ in pressing:
        assert one.item(number).sensitive


@pytest.mark.parametrize("name", OTHERS)
def test_every_code_stands_in_the_table_and_is_not_in_doubt(name: str) -> None:
    one, row = load_instrument(name), ROWS[name]
    sure = " ".join(part for part in re.split(r"[;,(]", f"{row['loinc']};{row['snomed']}") if "?" not in part)
    if name == "phq-8":
        sure += ROWS["phq-9"]["loinc"]  # the table says that its questions have the codes of these
    if name in ("phq-8", "phq-4", "gad-7"):
        sure += ROWS["phq-9"]["loinc"]  # and the answers too
    codes = [code for item in one.items for code in item.codes] + [code for s in one.scores for code in s.codes]
    codes += [one.exports.questionnaire_code] if one.exports.questionnaire_code else []
    for answers in one.responses.values():
        if isinstance(answers, Likert):
            codes += [anchor.code for anchor in answers.values if anchor.code]
            codes += [answers.answer_list] if answers.answer_list else []
    assert all(code.code in sure for code in codes), [code.code for code in codes if code.code not in sure]


@pytest.mark.parametrize("name", DEFINED)
def test_the_licence_is_no_freer_than_the_table_says(name: str) -> None:
    one = load_instrument(name)
    assert one.licence.kind in KINDS[ROWS[name]["licence_class"].removesuffix("?")]
    assert one.licence.commercial <= (one.licence.kind in ("public_domain", "free", "free_no_derivatives", "original"))
    if ROWS[name]["licence_class"].startswith("registration"):
        assert one.licence.evidence == "registration_id"


@pytest.mark.parametrize("name", OTHERS)
def test_whoever_is_cited_is_cited_right(name: str) -> None:
    sure = {doi.strip() for doi in ROWS[name]["doi"].split(";") if "?" not in doi}
    assert {paper.doi for paper in load_instrument(name).citations if paper.doi} <= sure


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_in_doubt_is_said_to_be(name: str) -> None:
    assert "?" not in load_instrument(name).model_dump_json()
    if any("?" in ROWS[name][column] for column in ("missing_rule", "bands", "cutoffs", "mic_mcid", "licence_note")):
        assert load_instrument(name).provenance.unconfirmed


@pytest.mark.parametrize("name", sorted(SLOTS))
def test_a_slot_says_no_more_than_the_table(name: str) -> None:
    one, row = SLOTS[name], ROWS[name]
    assert one.items == (int(row["n_items"]) if row["n_items"].isdigit() else None)
    ends = (row["response_min"], row["response_max"])
    assert one.answers == ((int(ends[0]), int(ends[1])) if all(ends) else None)
    wanted = SOLD.get(row["licence_class"])
    assert one.reason == wanted if wanted else one.reason in ("keys_unknown", "not_a_questionnaire")
    assert one.doi is None or (one.doi in row["doi"] and f"{one.doi}?" not in row["doi"])
    assert all(code.code in row["loinc"] + row["snomed"] for code in one.codes)


@pytest.mark.parametrize("name", sorted(SLOTS))
def test_what_a_slot_proposes_instead_has_a_form(name: str) -> None:
    for other in SLOTS[name].instead:
        found = entry(other)
        assert found is not None
        assert found.standing != "no_form"
