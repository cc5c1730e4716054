"""docs/reference/content.md names every field an author can write and every rule of the gate, and none that is gone."""

import re
from pathlib import Path

import pytest

from kindcircle.doors.cli.content import content, new_content
from kindcircle.spec.frame import Completion, MeasureTime, Size
from kindcircle.spec.gate import RULES
from kindcircle.spec.gate.release import Waiver
from kindcircle.spec.library import Claim, Page, Strength
from kindcircle.spec.practices import AccessVariants, Easier, Evidence, Length, Practice, Prompt, Step, StepKind, Zone
from kindcircle.spec.programmes import HomePractice, Programme, Rest, Session, Sharing, Slot, SlotKind, Talk
from kindcircle.spec.texts import Handout, Strict

REFERENCE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "content.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`\n]+)`", REFERENCE))
WORDS = {word for named in NAMED for word in re.findall(r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*", named)}

# Fields that are read from a file beside, or are the body of the file itself.
FROM_ELSEWHERE = {"guide", "text", "script", "handout"}


@pytest.mark.parametrize(
    "model",
    [
        *(Practice, Step, Length, Easier, Evidence, AccessVariants, Prompt),
        *(Programme, Session, Slot, Sharing, Talk, HomePractice, Rest, Size, Completion, MeasureTime),
        *(Handout, Page, Claim, Waiver),
    ],
)
def test_every_field_is_explained(model: type[Strict]) -> None:
    assert set(model.model_fields) - FROM_ELSEWHERE - WORDS == set()


@pytest.mark.parametrize("choices", [StepKind, SlotKind, Zone, Strength])
def test_every_choice_is_named(choices: object) -> None:
    assert set(choices.__args__) - WORDS == set()  # type: ignore[attr-defined]


def test_every_rule_is_named_and_no_other() -> None:
    table = REFERENCE.partition("## What the gate looks for")[2]
    named = set(re.findall(r"`([a-z]+\.[a-z-]+)`", table))
    assert named == set(RULES)


def test_every_command_is_named() -> None:
    for command in content.commands:
        assert f"kindcircle content {command}" in REFERENCE
    for command in new_content.commands:
        assert f"kindcircle content new {command}" in REFERENCE
