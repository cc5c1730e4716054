"""Every questionnaire we ship, and every way a definition can contradict itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kindcircle.spec.instruments import (
    UnknownInstrument,
    all_instruments,
    load_instrument,
    read_answer,
    read_definition,
)
from kindcircle.spec.texts import SHIPPED, ContentError

OURS = {"wcc-6", "arrival-check", "after-session", "settling", "illness-burden"}
BROUGHT_IN = {"phq-9", "gad-7", "scs-26", "scs-sf-12", "pss-10", "who-5", "ucla-3", "fscrs-22"}


def raw(name: str) -> dict[str, Any]:
    return yaml.safe_load((SHIPPED / "instruments" / name / "1.0.0.yaml").read_text(encoding="utf-8"))


def write(folder: Path, content: dict[str, Any], *, version: str = "1.0.0") -> Path:
    file = folder / "instruments" / content["id"] / f"{version}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content | {"version": version}, allow_unicode=True), encoding="utf-8")
    return file


def test_all_questionnaires_are_there() -> None:
    assert {one.id for one in all_instruments()} >= OURS | BROUGHT_IN
    assert [one.id for one in all_instruments()] == sorted(one.id for one in all_instruments())


@pytest.mark.parametrize("name", sorted(BROUGHT_IN))
def test_no_words_of_others_are_shipped(name: str) -> None:
    one = load_instrument(name)
    assert one.wording.source == "import"
    assert not one.wording.languages
    assert one.licence.wording == "import"
    assert one.licence.evidence != "none"
    assert one.wording.providers


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_own_come_with_words_and_without_norms(name: str) -> None:
    one = load_instrument(name)
    assert one.licence.kind == "original"
    assert "en" in one.wording.languages
    assert not one.bands
    assert not one.cutoffs
    assert not one.change
    assert not one.norms


def test_facts_nobody_confirmed_are_not_used() -> None:
    phq, gad = load_instrument("phq-9"), load_instrument("gad-7")
    assert [(c.kind, c.value) for c in phq.change] == [("mcid", 5)]
    assert [(c.kind, c.value, c.sd, c.reliability) for c in gad.change] == [
        ("mcid", 4, None, None),
        ("reliable", None, 3.4, 0.83),
    ]
    assert not phq.norms
    for name in ("scs-26", "scs-sf-12", "pss-10", "ucla-3", "fscrs-22"):
        assert not load_instrument(name).change
        assert not load_instrument(name).norms
    assert not load_instrument("fscrs-22").bands
    assert all(load_instrument(name).provenance.unconfirmed for name in BROUGHT_IN)


def test_rough_bands_say_that_they_are_rough() -> None:
    basis = {one.id: bands.basis for one in all_instruments() for bands in one.bands}
    assert basis["scs-26"] == basis["scs-sf-12"] == "informal"
    assert basis["pss-10"] == basis["ucla-3"] == "convention"
    assert basis["phq-9"] == basis["gad-7"] == "official"


def test_words_typed_by_a_member_are_never_scanned() -> None:
    for one in all_instruments():
        assert all(one.response(one.item(rule.item)).type != "text" for rule in one.safety)


def test_every_text_box_says_who_reads_it() -> None:
    boxes = [(one, item) for one in all_instruments() for item in one.items if one.response(item).type == "text"]
    assert boxes
    assert all(item.note_key for _, item in boxes)


# ways to be wrong -------------------------------------------------------------------------------

Break = Callable[[dict[str, Any]], Any]

BROKEN: dict[str, tuple[str, Break, str]] = {
    "unknown field": ("phq-9", lambda d: d.update(colour="red"), "not known here"),
    "number as text": ("phq-9", lambda d: d["scores"][0].update(decimals="2"), "integer"),
    "item id twice": ("phq-9", lambda d: d["items"][1].update(id="phq9_1"), "used twice"),
    "gap in numbers": ("who-5", lambda d: d["items"][4].update(number=9), "without a gap"),
    "unknown answers": ("who-5", lambda d: d["items"][0].update(response="other"), "unknown answers"),
    "unused answers": (
        "who-5",
        lambda d: d["responses"].update(extra={"type": "tick"}),
        "nobody uses the answers",
    ),
    "same value twice": (
        "who-5",
        lambda d: d["responses"]["how_often"]["values"][1].update(value=5),
        "share a value",
    ),
    "reversed outsider": ("scs-sf-12", lambda d: d["scores"][0].update(reverse=[1]), "can be reversed"),
    "item not there": ("who-5", lambda d: d["scores"][0].update(items=[1, 2, 3, 4, 6]), "not a scored item"),
    "unscored item counted": ("gad-7", lambda d: d["scores"][0]["items"].append(8), "not a scored item"),
    "item twice": ("who-5", lambda d: d["scores"][0].update(items=[1, 1, 2, 3, 4]), "lists something twice"),
    "score not there": ("fscrs-22", lambda d: d["scores"][3].update(of=["nobody"]), "has to come before it"),
    "score before its parts": ("fscrs-22", lambda d: d["scores"].reverse(), "has to come before it"),
    "wrong range": ("phq-9", lambda d: d["scores"][0].update(range=[0, 26]), "range says otherwise"),
    "no range": ("phq-9", lambda d: d["scores"][0].pop("range"), "needs its range"),
    "unknown operation": ("phq-9", lambda d: d["scores"][0].update(method="formula"), "sum"),
    "prorated mean": (
        "scs-sf-12",
        lambda d: d["scores"][6]["missing"].update(then="prorate"),
        "cannot use the missing rule",
    ),
    "allowance without rule": (
        "phq-9",
        lambda d: d["scores"][0].update(missing={"max_missing": 2, "basis": "common_rule"}),
        "say what happens",
    ),
    "all may be empty": (
        "gad-7",
        lambda d: d["scores"][0]["missing"].update(max_missing=7),
        "at least one item has to be answered",
    ),
    "bands fall": ("phq-9", lambda d: d["bands"][0]["cuts"].reverse(), "bands must rise"),
    "bands stop early": ("phq-9", lambda d: d["bands"][0]["cuts"].pop(), "top of its range"),
    "band of no score": ("phq-9", lambda d: d["bands"][0].update(score="sum"), "there is no score"),
    "cut-off two-sided": ("phq-9", lambda d: d["cutoffs"][0].update(at_most=3), "not both"),
    "change without r": (
        "gad-7",
        lambda d: d["change"][1].pop("reliability"),
        "needs sd, reliability and population",
    ),
    "bare reliable change": (
        "phq-9",
        lambda d: d["change"][0].update(kind="reliable"),
        "needs sd, reliability and population",
    ),
    "safety item not there": ("phq-9", lambda d: d["safety"][0].update(item=11), "does not exist"),
    "safety item in words": (
        "arrival-check",
        lambda d: d["safety"][0].update(item=2),
        "never scanned",
    ),
    "safety never met": ("phq-9", lambda d: d["safety"][0].update(when={"at_least": 4}), "nobody can answer"),
    "safety twofold": (
        "phq-9",
        lambda d: d["safety"][0].update(when={"at_least": 1, "equals": 1}),
        "exactly one",
    ),
    "safety level unknown": ("phq-9", lambda d: d["safety"][0].update(level="severe"), "concern"),
    "words missing": (
        "wcc-6",
        lambda d: d["wording"]["languages"]["en"]["items"].pop("i3"),
        "items lack 'i3'",
    ),
    "label missing": (
        "wcc-6",
        lambda d: d["wording"]["languages"]["en"]["labels"].pop("na"),
        "labels lack 'na'",
    ),
    "words too many": (
        "wcc-6",
        lambda d: d["wording"]["languages"]["en"]["items"].update(i9="More"),
        "nothing uses 'i9'",
    ),
    "note missing": (
        "after-session",
        lambda d: d["wording"]["languages"]["en"].pop("notes"),
        "notes lack 'n4'",
    ),
    "others' words shipped": (
        "ucla-3",
        lambda d: d["wording"].update(
            languages={"en": {"title": "T", "instruction": "I", "items": {"i1": "A"}, "labels": {}}}
        ),
        "imported words are not in this file",
    ),
    "provider of another scale": (
        "who-5",
        lambda d: d["wording"]["providers"][0].update(scored_items=9),
        "does not describe the scored items",
    ),
    "state of no score": ("wcc-6", lambda d: d.update(state_from=["none"]), "to take the state from"),
    "shown by nobody": (
        "phq-9",
        lambda d: d["items"][9]["show_if"].update(any_item=[10]),
        "does not exist",
    ),
    "own example wrong": ("phq-9", lambda d: d["tests"][0]["expect"].update(total=13), "but it is 12"),
    "own example of no score": (
        "phq-9",
        lambda d: d["tests"][0]["expect"].update(sum=13),
        "does not give",
    ),
    "own example short": ("phq-9", lambda d: d["tests"][0]["responses"].pop(), "lists 8 answers"),
    "no example": ("phq-9", lambda d: d.update(tests=[]), "at least 1"),
    "version not one": ("phq-9", lambda d: d.update(version="1.0"), "pattern"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_definition_that_contradicts_itself_is_refused(case: str, tmp_path: Path) -> None:
    name, spoil, message = BROKEN[case]
    content = copy.deepcopy(raw(name))
    spoil(content)
    file = tmp_path / name / "1.0.0.yaml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_definition(file)
    assert message in str(caught.value)
    assert caught.value.file == file


@pytest.mark.parametrize("name", sorted(OURS | BROUGHT_IN))
def test_moving_a_safety_mark_by_one_is_caught_by_the_examples(name: str, tmp_path: Path) -> None:
    content = raw(name)
    for place, rule in enumerate(content["safety"]):
        for step in (-1, 1):
            moved = copy.deepcopy(content)
            ((kind, mark),) = rule["when"].items()
            moved["safety"][place]["when"] = {kind: mark + step}
            with pytest.raises(ContentError):
                read_definition(write(tmp_path, moved))
        gone = copy.deepcopy(content)
        del gone["safety"][place]
        with pytest.raises(ContentError):
            read_definition(write(tmp_path, gone))


@pytest.mark.parametrize("name", ["scs-26", "scs-sf-12", "pss-10", "wcc-6"])
def test_a_wrong_reversal_is_caught_by_the_examples(name: str, tmp_path: Path) -> None:
    content = raw(name)
    place = next(n for n, one in enumerate(content["scores"]) if one.get("reverse"))
    score = content["scores"][place]
    # Reversing an item that some example answers off the middle moves the score.
    for number in score["items"]:
        moved = copy.deepcopy(content)
        moved["scores"][place]["reverse"] = sorted(set(score["reverse"]) ^ {number})
        if all(_in_the_middle(content, example, number) for example in content["tests"]):
            continue
        with pytest.raises(ContentError):
            read_definition(write(tmp_path, moved))


def _in_the_middle(content: dict[str, Any], example: dict[str, Any], number: int) -> bool:
    (answers,) = {one["response"] for one in content["items"]}
    values = [one["value"] for one in content["responses"][answers]["values"]]
    answer = example["responses"][number - 1]
    total = next(one["id"] for one in content["scores"] if one.get("reverse"))
    scored = isinstance(example["expect"].get(total), int | float)
    return not scored or not isinstance(answer, int) or 2 * answer == min(values) + max(values)


# finding ----------------------------------------------------------------------------------------


def test_unknown_names_are_said_plainly() -> None:
    with pytest.raises(UnknownInstrument, match="no questionnaire called phq-99"):
        load_instrument("phq-99")
    with pytest.raises(UnknownInstrument, match=r"phq-9 version 9\.0\.0"):
        load_instrument("phq-9", "9.0.0")


def test_a_site_adds_versions_and_old_ones_stay(tmp_path: Path) -> None:
    for version in ("1.2.0", "1.10.0"):
        write(tmp_path, raw("wcc-6"), version=version)
    write(tmp_path, raw("wcc-6") | {"status": "draft"}, version="2.0.0")
    assert load_instrument("wcc-6", site=tmp_path).version == "1.10.0"
    assert load_instrument("wcc-6", "1.0.0", site=tmp_path).rule == "wcc-6@1.0.0"
    assert load_instrument("wcc-6", "2.0.0", site=tmp_path).status == "draft"
    assert load_instrument("wcc-6").version == "1.0.0"


def test_a_site_cannot_change_what_is_shipped(tmp_path: Path) -> None:
    write(tmp_path, raw("wcc-6"))
    with pytest.raises(ContentError, match="already there"):
        load_instrument("wcc-6", site=tmp_path)


def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, raw("wcc-6"))
    moved = file.rename(file.with_name("1.0.1.yaml"))
    with pytest.raises(ContentError, match=r"says wcc-6 1\.0\.0"):
        read_definition(moved)


def test_loading_twice_gives_the_same_definition() -> None:
    assert load_instrument("gad-7") is load_instrument("gad-7")


@pytest.mark.parametrize(
    ("name", "item", "text", "answer"),
    [
        ("phq-9", "phq9_1", "2", 2),
        ("phq-9", "phq9_1", "  ", None),
        ("wcc-6", "wcc_1", "NA", "NA"),
        ("after-session", "contact", "on", 1),
        ("after-session", "contact", "", None),
        ("after-session", "steadiness", "10", 10),
        ("after-session", "to_know", " The room was cold ", "The room was cold"),
    ],
)
def test_answers_from_a_page_are_read(name: str, item: str, text: str, answer: object) -> None:
    assert read_answer(load_instrument(name), item, text) == answer


@pytest.mark.parametrize(
    ("name", "item", "text"),
    [
        ("phq-9", "phq9_1", "4"),
        ("phq-9", "phq9_1", "-1"),
        ("phq-9", "phq9_1", "1.5"),
        ("phq-9", "phq9_1", "NA"),
        ("phq-9", "phq9_1", "２"),
        ("phq-9", "phq9_1", "9" * 5000),
        ("after-session", "steadiness", "11"),
        ("after-session", "contact", "yes please"),
        ("after-session", "to_know", "x" * 2001),
    ],
)
def test_what_is_no_answer_is_refused(name: str, item: str, text: str) -> None:
    with pytest.raises(ValueError, match="is not an answer"):
        read_answer(load_instrument(name), item, text)


def test_an_item_nobody_asked_is_refused() -> None:
    with pytest.raises(LookupError):
        read_answer(load_instrument("phq-9"), "phq9_11", "1")


def test_a_form_may_have_one_main_score_or_several_and_each_has_two_ends() -> None:
    assert [score.id for score in load_instrument("phq-9", "1.0.0").headlines] == ["total"]
    several = load_instrument("fcs-38", "1.0.0")
    assert several.total is None
    assert [(score.id, score.range) for score in several.headlines] == [
        ("for_others", (0, 40)),
        ("from_others", (0, 52)),
        ("for_self", (0, 60)),
    ]


@pytest.mark.parametrize("name", [one.id for one in all_instruments() if one.licence.kind != "original"])
def test_where_no_rule_was_published_at_most_one_in_five_is_left_blank(name: str) -> None:
    for one in load_instrument(name).scores:
        if one.missing.basis == "project_default" and one.items and not one.requires:
            few = len(one.items)
            assert one.missing.max_missing <= (few // 5 or few >= 4), one.id
