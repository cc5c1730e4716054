"""Locks are taken so that nobody waits in a ring."""

import re
from pathlib import Path

import kindcircle

SOURCES = sorted(Path(kindcircle.__file__).parent.rglob("*.py"))


def test_a_locked_row_can_still_be_pointed_at():
    """On PostgreSQL a plain FOR UPDATE also stops others from storing rows that point at the locked one.

    Then an answer that raises an alert (it holds the audit chain and needs to point at the gathering) and a facilitator
    who leads (holds the gathering and needs the audit chain) would wait for each other. FOR NO KEY UPDATE does not.
    """
    calls = [
        (str(file), call)
        for file in SOURCES
        for call in re.findall(r"select_for_update\([^\n]*?\)(?=\.)", file.read_text())
    ]
    assert len(calls) >= 9
    assert [call for call in calls if "no_key=True" not in call[1]] == []
