"""Everything that changes the way in: offering, asking to come, deciding, saying yes."""

from kindcircle.rooms.intake.actions.applying import apply, start_intake, take_back
from kindcircle.rooms.intake.actions.consenting import sign, withdraw
from kindcircle.rooms.intake.actions.deciding import decide, open_letter
from kindcircle.rooms.intake.actions.facts import keep_facts

__all__ = [
    "apply",
    "decide",
    "keep_facts",
    "open_letter",
    "sign",
    "start_intake",
    "take_back",
    "withdraw",
]
