"""Markdown becomes blocks and runs: every word is kept, and none of them can act as a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.paper.blocks import blocks, paragraphs


def run(text: str, *, strong: bool = False, emph: bool = False) -> dict[str, object]:
    return {"text": text, "strong": strong, "emph": emph}


def test_each_kind_of_block_is_found() -> None:
    found = blocks("## Two hurts\n\nOne is *here*\nand one **there**.\n\n- a\n- b\n\n1. c\n\n> Ask.\n")
    assert found == [
        {"kind": "heading", "level": 2, "runs": [run("Two hurts")]},
        {
            "kind": "paragraph",
            "runs": [
                run("One is "),
                run("here", emph=True),
                run(" "),
                run("and one "),
                run("there", strong=True),
                run("."),
            ],
        },
        {
            "kind": "list",
            "ordered": False,
            "items": [
                [{"kind": "paragraph", "runs": [run("a")]}],
                [{"kind": "paragraph", "runs": [run("b")]}],
            ],
        },
        {"kind": "list", "ordered": True, "items": [[{"kind": "paragraph", "runs": [run("c")]}]]},
        {"kind": "quote", "blocks": [{"kind": "paragraph", "runs": [run("Ask.")]}]},
    ]


def test_what_has_no_shape_here_keeps_its_words() -> None:
    assert blocks("```\nfeet\n```") == [{"kind": "paragraph", "runs": [run("feet\n")]}]
    assert blocks("<b>feet</b>") == [{"kind": "paragraph", "runs": [run("<b>feet</b>")]}]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("#### a", [2]),
        ("# a\n\n#### b\n\n## c\n\n##### d", [1, 2, 2, 3]),
        ("## a\n\n###\n\n### ![](b)\n\n#### c", [2, 3]),
    ],
)
def test_no_level_of_heading_is_skipped_and_none_is_empty(text: str, levels: list[int]) -> None:
    assert [one["level"] for one in blocks(text)] == levels


def test_spoken_lines_stay_lines() -> None:
    assert paragraphs("One.\nTwo.\n\nThree.\n") == [
        {"kind": "paragraph", "runs": [run("One."), run("\nTwo.")]},
        {"kind": "paragraph", "runs": [run("Three.")]},
    ]


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    blocks(text)
    paragraphs(text)
