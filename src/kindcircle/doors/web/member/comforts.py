"""What helps when it is a lot, from the site's own words: the ground first, then something outside, then comfort."""

from typing import Any

from kindcircle.rooms.practice.courses import ALWAYS
from kindcircle.spec.practices import newest_practice

GROUNDING, LANDING, CONTACT, DEAR = ALWAYS[:4]


def comforts() -> dict[str, Any]:
    """The steps to the ground, what else to rest on, and comfort with and without touch."""
    ground, contact = newest_practice(GROUNDING), newest_practice(CONTACT)
    return {
        "ground": ground,
        "steps": ground.shortest.steps,
        "anchors": [newest_practice(name).easier.words for name in (GROUNDING, LANDING, DEAR)],
        "without_touch": contact.easier.words,
        "touch": [step.say for step in contact.shortest.steps],
    }
