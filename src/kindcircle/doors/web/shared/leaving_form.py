"""What is asked of somebody who leaves early, the same on their own page and where it is written down for them."""

from typing import Any

from django.http import HttpRequest

from kindcircle.rooms.groups.actions.leaving import LONGEST
from kindcircle.rooms.groups.leavings import lines_to_choose
from kindcircle.rooms.groups.models_absence import Leaving


def asked(request: HttpRequest) -> dict[str, Any]:
    """Everything the form shows, with what was chosen and typed before."""
    given = given_in(request)
    return {
        "reasons": Leaving.Reason.choices,
        "lines": lines_to_choose(),
        "worses": [
            ("yes", Leaving.Worse.YES.label),
            ("no", Leaving.Worse.NO.label),
            ("", Leaving.Worse.NOT_SAID.label),
        ],
        "longest": LONGEST,
        **given,
    }


def given_in(request: HttpRequest) -> dict[str, Any]:
    """What was sent, as `leave_group` takes it. Whatever is left blank is fine."""
    sent = request.POST
    return {
        "reason": sent.get("reason", ""),
        "telling": sent.get("telling", Leaving.Telling.ONLY_THE_FACT),
        "words": sent.get("words", "").replace("\r\n", "\n"),
        "wants_talk": "wants_talk" in sent,
        "worse": sent.get("worse", ""),
    }
