"""One person's notes on paper, meeting by meeting. Only what it is given stands in it: nothing is looked up here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _

from kindcircle.paper.blocks import paragraphs


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting in words: what it was, when, whether the person came, the note that all share, and their own line."""

    title: str
    when: str
    came: str
    shared: str
    line: str


def person_notes(name: str, group: str, programme: str, printed: str, meetings: Sequence[Meeting]) -> dict[str, object]:
    """Everything that was noted about one person, and about nobody else."""
    return {
        "title": name,
        "lang": "en",
        "region": "GB",
        "foot": "Kindcircle",
        "kicker": _("Notes about one person. Confidential."),
        "facts": [
            {"label": _("Group"), "text": group},
            {"label": _("Programme"), "text": programme},
            {"label": _("Printed"), "text": printed},
        ],
        "opening": [] if meetings else paragraphs(_("No meeting was closed yet while this person belonged.")),
        "meetings": [_meeting(one) for one in meetings],
    }


def _meeting(one: Meeting) -> dict[str, object]:
    parts = [(_("The meeting"), one.shared), (_("About this person"), one.line)]
    return {
        "title": one.title,
        "facts": [{"label": _("When"), "text": one.when}, {"label": _("Here"), "text": one.came}],
        "parts": [{"title": title, "blocks": paragraphs(_plain(text))} for title, text in parts if text.strip()],
    }


def _plain(text: str) -> str:
    """Line ends as browsers send them are one line end."""
    return text.replace("\r\n", "\n")
