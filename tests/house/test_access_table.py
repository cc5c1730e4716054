"""The published page says what the table says, and the table says something about everything."""

import subprocess
import sys
from pathlib import Path

import pytest

from kindcircle.base.access import Permission
from kindcircle.base.access.matrix import MEANS, as_markdown, words_of
from kindcircle.base.access.predicates import describe
from kindcircle.base.access.table import ALLOW

PAGE = Path(__file__).parents[2] / "docs/reference/access.md"
AGAIN = "Make it anew: .venv/bin/python -m kindcircle.base.access.matrix > docs/reference/access.md"


def test_the_published_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), AGAIN


def test_the_page_can_be_made_from_a_shell() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "kindcircle.base.access.matrix"], capture_output=True, text=True, check=True
    )
    assert said.stdout == as_markdown()


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_has_a_row_with_rules(permission: Permission) -> None:
    assert ALLOW.get(permission), f"Add to base/access/table.py:  P.{permission.name}: [...],"


@pytest.mark.parametrize("permission", ALLOW)
def test_every_word_of_a_row_is_explained(permission: Permission) -> None:
    unexplained = set(words_of(describe(ALLOW[permission]))) - set(MEANS)
    assert not unexplained, f"Say what these mean, in base/access/matrix.py, MEANS: {sorted(unexplained)}"
