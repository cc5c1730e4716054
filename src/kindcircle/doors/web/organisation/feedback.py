"""For the page of the house: how often feedback is talked about, and what nobody looks at. Counts over groups alone."""

from datetime import datetime
from typing import Any

from kindcircle.base.access import Actor
from kindcircle.base.people.models import Organisation
from kindcircle.doors.web.shared.talked import share_words
from kindcircle.rooms.feedback.looks import unseen_in_house
from kindcircle.rooms.feedback.rate import house_rate


def of_house(house: Organisation, *, by: Actor, at: datetime) -> dict[str, Any]:
    """What the include on the page of the house shows."""
    counted = house_rate(house, by=by, at=at)
    return {"rate": counted, "share": share_words(counted.members.share), "unseen": unseen_in_house(house, by=by)}
