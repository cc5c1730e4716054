"""How a facilitator is after a meeting, and how they found their own leading. Nobody else can ask."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.care.models import OwnCheck
from kindcircle.rooms.groups.errors import NotOpen
from kindcircle.rooms.groups.models import Gathering

HOW = "how"
AREAS = ("pace", "relating", "presence", "guiding", "asking", "holding")
"""The six areas of leading, as in the assessment criteria for mindfulness-based teaching (MBI:TAC), in our words."""
KINDNESS = ("choice", "warmth", "alike", "slowing", "closing", "linking")
"""What matters besides where compassion is what a group practises."""
LOW, MEETINGS = 4, 3
"""So many meetings running at this or less, and a kind word about ringing one's supervisor is due."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One's own check after one meeting. how is 0 to 10 or None; ratings are 1 to 6, only those given."""

    gathering: Gathering
    how: int | None
    ratings: dict[str, int]


def keep_own_check(
    *, gathering: Gathering, how: int | None, ratings: Mapping[str, int], by: Actor, at: datetime
) -> None:
    """Keep what was given. All of it may be left out; then nothing is kept. Raises NotOpen before the end."""
    require(by, Permission.GATHERING_RECORD, gathering)
    if not Gathering.objects.filter(pk=gathering.pk, state=Gathering.State.CLOSED).exists():
        raise NotOpen
    given = {name: value for name, value in ratings.items() if name in AREAS + KINDNESS and 1 <= value <= 6}
    if how is not None and 0 <= how <= 10:
        given[HOW] = how
    with transaction.atomic():
        me = User.objects.select_for_update(no_key=True).get(code=by.code)
        row = OwnCheck.objects.filter(facilitator=me, gathering=gathering).first()
        if not given:
            if row:
                row.delete()
            return
        row = row or OwnCheck(facilitator=me, gathering=gathering, code=codes.new_code())
        row.saved_at = at
        row.sealed_answers = seals.OWN_CHECK.seal(json.dumps(given), code=row.code, holder=me)
        row.save()


def own_checks(*, by: Actor) -> list[Checked]:
    """One's own checks in the order of the meetings."""
    require(by, Permission.OWN_CARE_SEE)
    rows = OwnCheck.objects.filter(facilitator_id=by.user_id).select_related("facilitator", "gathering__group")
    return [_opened(row) for row in rows.order_by("gathering__starts_at", "gathering_id")]


def own_check(gathering: Gathering, *, by: Actor) -> Checked:
    """One's own check after this meeting; empty where there is none."""
    require(by, Permission.GATHERING_RECORD, gathering)
    row = OwnCheck.objects.filter(facilitator_id=by.user_id, gathering=gathering).select_related("facilitator").first()
    return _opened(row) if row else Checked(gathering, None, {})


def is_low(checks: list[Checked]) -> bool:
    """Whether the last three meetings with an answer were all low. A meeting without one changes nothing."""
    answered = [one.how for one in checks if one.how is not None][-MEETINGS:]
    return len(answered) == MEETINGS and max(answered) <= LOW


def _opened(row: OwnCheck) -> Checked:
    kept = json.loads(seals.OWN_CHECK.open(row.sealed_answers, code=row.code, holder=row.facilitator))
    how = kept.pop(HOW, None)
    return Checked(row.gathering, how, kept)
