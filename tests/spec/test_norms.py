"""What studies found is used only where somebody read it in its source, and never for our own questionnaires."""

import csv
from collections.abc import Iterable
from typing import Any

import pytest

from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.norms import Fact, is_validated, load_norms, may_be_used, with_error, with_spread
from kindcircle.spec.watch import load_watch
from tests.content.test_overlap import REFERENCE

FILE = REFERENCE / "norms.csv"
GAD = load_instrument("gad-7")


def test_only_what_was_read_in_its_source_is_handed_out() -> None:
    listed = load_norms().facts
    assert any(not fact.confirmed for fact in listed)
    for one in all_instruments():
        for score in one.scores:
            found = may_be_used(one, score.id)
            assert all(fact.confirmed for fact in found)
            assert not found or is_validated(one)


def test_our_own_questionnaires_have_no_norm_whatever_the_list_says(monkeypatch: pytest.MonkeyPatch) -> None:
    own = load_instrument("wcc-6")
    planted = Fact(
        instrument="wcc-6", score="warm", kind="general", population="planted", mean=1, sd=1, reliability=0.9,
        reliability_kind="retest", source="planted", confirmed=True,
    )  # fmt: skip
    monkeypatch.setattr(
        "kindcircle.spec.norms.load_norms", lambda: load_norms().model_copy(update={"facts": (planted,)})
    )
    assert may_be_used(own, "warm") == () and with_error(own, "warm") is None and with_spread(own, "warm") == []


def test_the_fact_for_a_change_knows_spread_and_reliability() -> None:
    fact = with_error(GAD, "total")
    assert fact is not None
    assert (fact.sd, fact.reliability, fact.reliability_kind, fact.people) == (3.4, 0.83, "retest", 5030)
    assert with_error(GAD, "gad2") is None
    assert with_error(GAD, "total", kind="clinical") is None
    assert with_error(load_instrument("phq-9"), "total") is None  # nobody has read its figures yet


def test_what_can_be_drawn_knows_mean_and_spread() -> None:
    assert [(fact.population, fact.mean) for fact in with_spread(GAD, "total")] == [
        ("women in Germany", 3.2),
        ("men in Germany", 2.7),
    ]


def test_a_form_in_ones_own_language_comes_first() -> None:
    swapped = sorted(may_be_used(GAD, "total", language="de-DE"), key=lambda fact: fact.language != "de")
    assert list(may_be_used(GAD, "total", language="de-DE")) == swapped


def plant(monkeypatch: pytest.MonkeyPatch, *facts: dict[str, Any]) -> None:
    """Another list, for a moment: general, in English, confirmed, unless it is said otherwise."""
    usual = {"instrument": "gad-7", "score": "total", "kind": "general", "language": "en", "source": "planted"}
    listed = tuple(
        Fact.model_validate({"population": f"nr {number}", "confirmed": True} | usual | fact)
        for number, fact in enumerate(facts)
    )
    monkeypatch.setattr("kindcircle.spec.norms.load_norms", lambda: load_norms().model_copy(update={"facts": listed}))


FIRM = {"reliability": 0.8, "reliability_kind": "retest"}


def populations(facts: Iterable[Fact]) -> list[str]:
    return [fact.population for fact in facts]


def test_own_language_comes_first_and_people_in_general_before_others(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(
        monkeypatch,
        {"mean": 1, "kind": "students"},
        {"mean": 1, "language": "de", "kind": "clinical"},
        {"mean": 1},
        {"mean": 1, "language": "de"},
        {"mean": 1, "confirmed": False},
        {"mean": 1, "instrument": "phq-9"},
        {"mean": 1, "score": "gad2"},
    )
    assert populations(may_be_used(GAD, "total", language="de-AT")) == ["nr 3", "nr 1", "nr 2", "nr 0"]
    assert populations(may_be_used(GAD, "total", language="en")) == ["nr 2", "nr 0", "nr 3", "nr 1"]
    assert populations(may_be_used(GAD, "total"))[:2] == ["nr 2", "nr 3"]
    assert populations(may_be_used(GAD, "total", kind="clinical")) == ["nr 1"]


def test_half_of_what_is_needed_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, {"mean": 3}, {"sd": 2}, FIRM, {"mean": 3, **FIRM})
    assert with_error(GAD, "total") is None and with_spread(GAD, "total") == []
    plant(monkeypatch, {"mean": 3}, {"sd": 2}, FIRM, {"sd": 2, **FIRM}, {"mean": 3, "sd": 2})
    fact = with_error(GAD, "total")
    assert fact is not None and fact.population == "nr 3"
    assert populations(with_spread(GAD, "total")) == ["nr 4"]


def test_what_a_definition_of_a_house_brings_along_counts_where_the_list_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = load_instrument("gad-7")
    own = own.model_copy(update={"id": "of-this-house"})
    [fact] = [fact for fact in may_be_used(own, "total") if fact.reliability]
    told = next(change for change in own.change if change.kind == "reliable")
    assert (fact.sd, fact.reliability, fact.population) == (told.sd, told.reliability, told.population)
    assert {(one.population, one.mean, one.sd) for one in with_spread(own, "total")} == {
        (norm.population, norm.mean, norm.sd) for norm in own.norms
    }
    plant(monkeypatch, {"mean": 1, "instrument": "of-this-house", "confirmed": False})
    assert may_be_used(own, "total") == ()


def test_definitions_and_the_list_agree() -> None:
    """A questionnaire and the list never tell two stories about one score."""
    listed = load_norms().facts
    known = {fact.instrument for fact in listed}
    for one in all_instruments():
        if one.id not in known:
            continue
        mine = [fact for fact in listed if fact.instrument == one.id and fact.confirmed]
        for change in one.change:
            if change.kind == "reliable":
                assert (change.score, change.sd, change.reliability) in {(f.score, f.sd, f.reliability) for f in mine}
        for norm in one.norms:
            assert (norm.score, norm.mean, norm.sd) in {(f.score, f.mean, f.sd) for f in mine}, one.id


@pytest.mark.skipif(not FILE.is_file(), reason="the tables of facts are not here")
def test_the_list_says_what_the_table_of_facts_says() -> None:
    listed = {(f.instrument, f.score, f.mean, f.sd): f for f in load_norms().facts if f.mean is not None}
    rows = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
    told = set()
    for row in rows:
        sd = float(row["sd"]) if row["sd"] else None
        # One row speaks of both scores that are set to the same mean.
        for score in ("physical_t", "mental_t") if row["score"] == "T" else (row["score"],):
            fact = listed[row["instrument"], score, float(row["mean"]), sd]
            assert fact.confirmed is (row["confirmed"] == "yes"), row
            assert str(fact.n or "") == row["n"] or fact.n_of_study, row
            told.add((fact.instrument, fact.score, fact.mean, fact.sd))
    assert told == set(listed)


def test_every_fact_that_may_be_used_is_about_a_score_that_is_given() -> None:
    for fact in load_norms().facts:
        assert not fact.confirmed or fact.score in {score.id for score in load_instrument(fact.instrument).scores}, fact


def test_the_watch_names_a_score_that_exists_and_is_harder_when_higher() -> None:
    for rule in load_watch().rises:
        assert load_instrument(rule.instrument).score(rule.score).better == "lower"
    rise = load_watch().rise("phq-9", "total")
    assert rise is not None and rise.points == 5 and load_watch().within_days == 2
    assert load_watch().rise("gad-7", "total") is None
