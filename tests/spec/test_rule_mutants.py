"""A questionnaire whose rules are wrong in one small way is noticed, whichever it is (TRUST G2).

Each change is either refused when the definition is read, or a worked example or one of the kept forms comes out
differently. What comes out the same on every form anybody could send is no mistake: that is worked out, not believed.
"""

import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import floor
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from kindcircle.spec.definition import Definition
from kindcircle.spec.figures import Change
from kindcircle.spec.instruments import example_faults, load_instrument
from kindcircle.spec.safety import missing, positive
from kindcircle.spec.scoring import form_state, is_shown, score
from kindcircle.stats.change import Norms
from kindcircle.stats.own_course import Point, band
from tests.spec.golden_forms import FOLDER, golden, name_of
from tests.spec.rule_mutants import mutants_of
from tests.spec.second_scorer import all_files, plain

ONE_IS_ENOUGH = ("scs-26", "total_items_mean: one more may be empty")
"""Comes out the same because of what it rests on; see the last test."""


def read(raw: dict[str, Any]) -> Definition:
    """A definition as it would be read from a file."""
    return Definition.model_validate_json(json.dumps(raw))


def figures(one: Definition) -> dict[str, Any]:
    """What stands beside the scores, with each reliable change in points."""
    return {
        "headlines": [score.id for score in one.headlines],
        "better": {score.id: score.better for score in one.scores},
        "marks": [[mark.score, mark.at_least, mark.at_most] for mark in one.cutoffs],
        "steps": [[row.score, row.kind, points(row)] for row in one.change],
        "means": [[row.score, row.mean, row.sd] for row in one.norms],
    }


def points(row: Change) -> float | None:
    """How large a step has to be, as a member's own line reckons it."""
    if row.value is not None:
        return row.value
    found = band([Point(0)], validated=True, usual=Norms(reliability=row.reliability, sd_before=row.sd))
    return round(found.half, 6) if found else None


def differences(definition: Definition, kept: dict[str, Any]) -> Iterator[str]:
    """Where a definition does not say of the kept forms what it should."""
    if figures(definition) != kept["figures"]:
        yield "another figure stands beside the scores"
    for form in kept["forms"]:
        answers, results = form["answers"], score(definition, form["answers"])
        said = {
            one.score: [
                str(one.exact) if one.exact is not None else one.category, str(one.state), one.band or "", one.answered,
                one.rounded,
            ]
            for one in results
        }  # fmt: skip
        if said != form["scores"]:
            yield f"{said} for {answers}"
        if results and str(form_state(definition, results)) != form["state"]:
            yield f"the form is {form_state(definition, results)}"
        hits = sorted([hit.rule, hit.level] for hit in positive(definition, answers))
        if hits != sorted(form["safety"]):
            yield f"{hits} spoke of {answers}"
        if sorted(one.rule for one in missing(definition, answers)) != sorted(form["blank"]):
            yield f"something else was left blank in {answers}"
        branching = [item.id for item in definition.items if item.show_if and is_shown(definition, item, answers)]
        if branching != form["shown"]:
            yield f"other lines are shown for {answers}"


def noticed(raw: dict[str, Any], kept: dict[str, Any]) -> str:
    """By what a wrong definition is noticed first; empty when by nothing."""
    try:
        definition = read(raw)
    except ValidationError:
        return "refused"
    if any(fault for example in definition.tests for fault in example_faults(definition, example)):
        return "a worked example"
    return "a kept form" if next(differences(definition, kept), None) else ""


@pytest.mark.parametrize("file", all_files(), ids=name_of)
def test_the_kept_forms_come_out_as_they_are_kept(file: Path) -> None:
    assert list(differences(read(plain(file)), golden(file))) == []


def test_every_questionnaire_has_its_forms_and_no_form_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {name_of(file) for file in all_files()}


@pytest.mark.parametrize("file", all_files(), ids=name_of)
def test_every_wrong_rule_is_noticed(file: Path) -> None:
    one, kept, tally, alive = plain(file), golden(file), Counter[str](), []
    for name, raw in mutants_of(one):
        by = noticed(raw, kept)
        if not by and comes_out_the_same(one, name, raw):
            by = "comes out the same"
        tally[by or "alive"] += 1
        if not by:
            alive.append(name)
    print(f"\n{name_of(file)}: {tally.total()} wrong rules, {dict(tally)}")
    assert not alive, alive


def comes_out_the_same(one: dict[str, Any], name: str, raw: dict[str, Any]) -> bool:
    """Whether nobody could send a form on which a change shows: tried on everything that can be, not believed."""
    if (one["id"], name) == ONE_IS_ENOUGH:
        return True
    if raw.get("state_from") != one.get("state_from"):
        return all(states_agree(read(one), read(raw), answers) for answers in with_every_gap(one))
    changed = [bands["score"] for bands, mine in zip(raw["bands"], one["bands"], strict=True) if bands != mine]
    if not changed:
        return False
    [rule] = [rule for rule in one["scores"] if rule["id"] == changed[0]]
    cuts = [next(bands["cuts"] for bands in some["bands"] if bands["score"] == rule["id"]) for some in (one, raw)]
    return all(band_of(value, cuts[0]) == band_of(value, cuts[1]) for value in reached(one, rule))


def states_agree(one: Definition, other: Definition, answers: dict[str, Any]) -> bool:
    return form_state(one, score(one, answers)) == form_state(other, score(other, answers))


def with_every_gap(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A form for each set of questions that can be left blank."""
    names = [item["id"] for item in one["items"] if item.get("scored", True)]
    assert len(names) <= 10
    for there in product((True, False), repeat=len(names)):
        yield {name: 1 for name, given in zip(names, there, strict=True) if given}


def reached(one: dict[str, Any], rule: dict[str, Any]) -> set[Fraction]:
    """Every value a sum or a mean of answers can have on the way to its band, whatever is left blank."""
    sums = {(0, 0)}
    for number in rule["items"]:
        [item] = [item for item in one["items"] if item["number"] == number]
        answers = {anchor["value"] for anchor in one["responses"][item["response"]]["values"]}
        sums |= {(many + 1, total + answer) for many, total in sums for answer in answers}
    least = len(rule["items"]) - rule["missing"].get("max_missing", 0)
    factor = {"sum": Fraction(len(rule["items"])), "mean": Fraction(1)}[rule["method"]] * rule.get("multiply", 1)
    values = {Fraction(total, many) * factor for many, total in sums if many >= least}
    return {Fraction(floor(value + Fraction(1, 2))) for value in values} if "band_rounding" in rule else values


def band_of(value: Fraction, cuts: list[dict[str, Any]]) -> str:
    ends = [(Fraction(str(cut["upto"])), cut.get("exclusive", False), cut["id"]) for cut in cuts]
    return next((name for end, below, name in ends if value < end or (value == end and not below)), "")


def test_a_form_with_one_gap_in_each_part_is_as_empty_as_the_mean_of_all_can_be() -> None:
    """Why one gap more changes nothing: with seven, one of six parts has two, and the total it needs is not there."""
    one = load_instrument(ONE_IS_ENOUGH[0])
    mean, total = one.score("total_items_mean"), one.score("total")
    assert mean.requires == ("total",)
    assert [one.score(name).missing.max_missing for name in total.of] == [1] * mean.missing.max_missing
    assert sorted(number for name in total.of for number in one.score(name).items) == list(mean.items)
