"""The common-humanity wall at home: what a group was told it has in common, once and for good, in words.

It holds what was shown in meetings, for those who were there: no page counts anew, and nothing here ever changes but
by what somebody takes back.
"""

from dataclasses import dataclass

from kindcircle.base.access import Actor
from kindcircle.doors.web.shared.live_words import shown_before
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.live.queries_words import shown_to


@dataclass(frozen=True, slots=True)
class Told:
    """One question as it was asked, and either how many know it, in words, or the words that were given."""

    ask: str
    says: str
    why: str
    words: list[str]


def wall_of(group: Group, by: Actor) -> list[Told]:
    """What this reader saw in the meetings of the group, newest first."""
    found = []
    for asked in shown_to(group, by):
        shown = shown_before(asked)
        share = shown["share"] or {"says": "", "why": ""}
        if share["says"] or shown["list"]:
            found.append(Told(shown["prompt"], share["says"], share["why"], shown["list"]))
    return found
