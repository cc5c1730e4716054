"""Answers that matter are seen on drafts, on half-filled forms and on forms nobody can score."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.parts import Likert, Scale, Text
from kindcircle.spec.readability import grade
from kindcircle.spec.safety import (
    LEVELS,
    MEMBER_TEXTS,
    SafetyHit,
    highest,
    load_ladder,
    load_member_texts,
    missing,
    positive,
)
from kindcircle.spec.scoring import Answer, form_state, score
from kindcircle.spec.texts import SHIPPED, ContentError


def rules(name: str, answers: dict[str, Answer]) -> list[tuple[str, str]]:
    return [(hit.rule, hit.level) for hit in positive(load_instrument(name), answers)]


@pytest.mark.parametrize(
    ("name", "answers", "found"),
    [
        ("phq-9", {"phq9_9": 0}, []),
        ("phq-9", {"phq9_9": 1}, [("item_9", "concern")]),
        ("phq-9", {"phq9_9": 3}, [("item_9", "concern")]),
        ("fscrs-22", {"fscrs_9": 0}, []),
        ("fscrs-22", {"fscrs_9": 1}, [("item_9", "concern")]),
        ("after-session", {"steadiness": 4}, []),
        ("after-session", {"steadiness": 3}, [("steadiness_low", "contact")]),
        ("after-session", {"steadiness": 0}, [("steadiness_low", "contact")]),
        ("after-session", {"contact": 1}, [("contact_asked", "contact")]),
        ("after-session", {"contact": True}, [("contact_asked", "contact")]),
        ("after-session", {"contact": 0}, []),
        ("after-session", {"contact": False}, []),
        ("after-session", {"ease": 0, "fit": 0, "steadiness": 10}, []),
        ("arrival-check", {"steadiness": 3}, [("steadiness_low", "contact")]),
        ("arrival-check", {"steadiness": 4}, []),
        ("settling", {"how_left": 1}, []),
        ("settling", {"how_left": 2}, [("a_lot", "review")]),
        ("settling", {"how_left": 2, "contact": 1}, [("contact_asked", "contact"), ("a_lot", "review")]),
        ("wcc-6", {"wcc_2": 4}, []),
        ("phq-9", {}, []),
    ],
)
def test_the_answers_that_matter(name: str, answers: dict[str, Answer], found: list[tuple[str, str]]) -> None:
    assert rules(name, answers) == found


def test_no_score_alone_sets_anything_off() -> None:
    """Every line that no rule watches, at its lowest and at its highest: whatever they add up to, nobody is called."""
    tried = 0
    for one in all_instruments():
        watched = {rule.item for rule in one.safety}
        for end in (min, max):
            answers: dict[str, Answer] = {}
            for item in one.items:
                kind = one.response(item)
                if item.number in watched or isinstance(kind, Text):
                    continue
                answers[item.id] = end(
                    [anchor.value for anchor in kind.values] if isinstance(kind, Likert)
                    else [kind.low, kind.high] if isinstance(kind, Scale) else [0, 1]
                )  # fmt: skip
            assert positive(one, answers) == (), one.id
            tried += bool(answers and watched)
    assert tried >= 6, "questionnaires with a watched line and others beside it"


def test_words_never_set_anything_off() -> None:
    assert rules("after-session", {"to_know": "I feel awful, please contact me, 1"}) == []
    assert rules("arrival-check", {"for_facilitator": "0"}) == []


@given(st.dictionaries(st.sampled_from([f"phq9_{n}" for n in range(1, 11)]), st.integers(-3, 6) | st.none()))
def test_item_nine_alone_decides_whatever_else_is_there(answers: dict[str, int | None]) -> None:
    nine = answers.get("phq9_9")
    assert bool(positive(load_instrument("phq-9"), answers)) == (nine is not None and nine >= 1)


def test_a_form_that_cannot_be_scored_is_still_looked_at() -> None:
    one = load_instrument("phq-9")
    for answers in ({"phq9_9": 2}, {"phq9_9": 2, "phq9_1": 99}, {"phq9_9": 2, "unknown": 1}, {"phq9_9": 7}):
        assert form_state(one, score(one, answers)) in ("not_scorable", "invalid")
        assert [hit.flag for hit in positive(one, answers)] == ["safety_item_positive:9"]


@pytest.mark.parametrize("answer", [None, "NA", "lots", -1, 0.5, float("nan")])
def test_a_safety_question_without_a_readable_answer_is_not_a_zero(answer: Answer) -> None:
    one = load_instrument("phq-9")
    answers: dict[str, Answer] = {f"phq9_{n}": 0 for n in range(1, 9)} | {"phq9_9": answer}
    assert positive(one, answers) == ()
    assert [gap.flag for gap in missing(one, answers)] == ["safety_item_missing:9"]
    assert [gap.rule for gap in missing(one, answers)] == ["item_9"]


def test_an_answered_safety_question_is_not_missing() -> None:
    one = load_instrument("phq-9")
    assert missing(one, {"phq9_9": 0}) == ()
    assert missing(one, {"phq9_9": 9}) == ()


def test_a_tick_left_empty_is_nothing_to_ask_about() -> None:
    assert missing(load_instrument("after-session"), {}) == ()
    assert missing(load_instrument("settling"), {}) == ()


def test_each_rule_hits_at_most_once_and_names_its_instrument_and_version() -> None:
    hits = positive(load_instrument("after-session"), {"steadiness": 1, "contact": 1})
    assert len({hit.rule for hit in hits}) == len(hits) == 2
    assert {hit.instrument for hit in hits} == {"after-session@1.0.0"}
    assert [(hit.item, hit.item_id) for hit in hits] == [(3, "steadiness"), (5, "contact")]


def test_the_most_pressing_level_is_found() -> None:
    def hit(level: Any) -> SafetyHit:
        return SafetyHit(rule="r", level=level, item=1, item_id="i", instrument="x@1.0.0")

    assert highest(()) is None
    assert highest((hit("review"), hit("concern"), hit("contact"))) == "concern"
    assert highest((hit("review"), hit("contact"))) == "contact"


def test_levels_are_actions_and_never_judgements() -> None:
    used = {rule.level for one in all_instruments() for rule in one.safety}
    assert used <= set(LEVELS)
    assert not {"low", "medium", "high", "severe", "alert"} & set(LEVELS)


# the ladder ---------------------------------------------------------------------------------------


def test_the_ladder_keeps_its_promises() -> None:
    ladder = load_ladder()
    assert ladder.delivered_within_seconds == 60
    assert [(step.after_staffed_minutes, step.tell) for step in ladder.steps] == [
        (0, "facilitators"),
        (120, "backup"),
        (240, "clinic_lead"),
    ]
    assert {plan.level: (plan.aim, plan.contact_by, plan.grows) for plan in ladder.levels} == {
        "review": ("before_next_gathering", "next_gathering", False),
        "contact": ("same_day", "end_of_next_working_day", True),
        "concern": ("same_day", "end_of_next_working_day", True),
    }
    assert ladder.review_every_days == 7


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"delivered_within_seconds": 61}, "less than or equal to 60"),
        ({"steps": [{"after_staffed_minutes": 0, "tell": "facilitators"}]}, "at least 2"),
        (
            {
                "steps": [
                    {"after_staffed_minutes": 5, "tell": "facilitators"},
                    {"after_staffed_minutes": 9, "tell": "backup"},
                ]
            },
            "starts at once",
        ),
        (
            {
                "steps": [
                    {"after_staffed_minutes": 0, "tell": "facilitators"},
                    {"after_staffed_minutes": 9, "tell": "facilitators"},
                ]
            },
            "somebody new",
        ),
        (
            {
                "steps": [
                    {"after_staffed_minutes": 0, "tell": "facilitators"},
                    {"after_staffed_minutes": 9, "tell": "backup"},
                    {"after_staffed_minutes": 9, "tell": "clinic_lead"},
                ]
            },
            "each later one waits longer",
        ),
        ({"levels": []}, "exactly review, contact, concern"),
        ({"version": 2}, "named 1"),
        ({"colour": "red"}, "not known here"),
    ],
)
def test_a_ladder_that_does_not_hold_is_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    content = yaml.safe_load((SHIPPED / "safety" / "ladder-1.yaml").read_text(encoding="utf-8"))
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "ladder-1.yaml").write_text(yaml.safe_dump(content | change), encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        load_ladder(folder=tmp_path)


def test_a_version_that_is_not_there_is_said_plainly() -> None:
    with pytest.raises(ContentError, match="no such file"):
        load_ladder(99)


# what the member reads ------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_the_member_is_thanked_told_who_and_when_and_shown_help(level: Any) -> None:
    text = load_member_texts(MEMBER_TEXTS).text(level, "en", who="Ana and Tom", by_when="by the end of tomorrow")
    assert text.thanks.startswith("Thank you")
    assert "Ana and Tom" in text.who_is_told
    assert "by the end of tomorrow" in text.who_is_told
    assert "Help now" in text.help_now
    whole = " ".join((text.thanks, text.who_is_told, text.help_now, text.choice))
    assert grade(whole) <= 4
    assert "{" not in whole


@pytest.mark.parametrize("level", LEVELS)
def test_whoever_reads_german_is_told_the_same_in_german(level: Any) -> None:
    text = load_member_texts(MEMBER_TEXTS).text(level, "de", who="deine Leitung", by_when="bis morgen um 12:00")
    whole = " ".join((text.thanks, text.who_is_told, text.help_now, text.choice))
    assert text.thanks.startswith("Danke")
    assert "deine Leitung" in text.who_is_told
    assert "bis morgen um 12:00" in text.who_is_told
    assert "„Hilfe jetzt“" in text.help_now
    assert "{" not in whole


def test_an_unknown_language_falls_back_to_english() -> None:
    texts = load_member_texts(MEMBER_TEXTS)
    assert texts.text("contact", "xx", who="Ana", by_when="today") == texts.text(
        "contact", "en", who="Ana", by_when="today"
    )


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d["languages"]["en"].pop("concern"), "must have a text for"),
        (lambda d: d["languages"]["en"]["review"].update(who_is_told="We will."), "must say"),
        (lambda d: d["languages"]["en"]["review"].update(thanks="Thank you {name}"), "only who_is_told"),
        (lambda d: d["item_missing"].pop("en"), "every language"),
        (lambda d: d.update(version=3), "named 1"),
    ],
)
def test_texts_that_leave_something_out_are_refused(spoil: Any, message: str, tmp_path: Path) -> None:
    content = yaml.safe_load((SHIPPED / "safety" / "member-texts-1.yaml").read_text(encoding="utf-8"))
    spoil(content)
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "member-texts-1.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        load_member_texts(folder=tmp_path)
