"""Everything that happens in a gathering: leading it, taking turns, private taps, and being there."""

from kindcircle.rooms.live.actions.conducting import move_lead, set_minutes, take_core, take_whole
from kindcircle.rooms.live.actions.leading import (
    close,
    end_practice,
    open_gathering,
    pause_practice,
    resume_practice,
    start_closing,
    start_practice,
    start_step,
)
from kindcircle.rooms.live.actions.presence import arrive, keep_alive, let_in_late, mark_here, mark_left
from kindcircle.rooms.live.actions.rounds import (
    add_to_round,
    be_with,
    defer_piece,
    end_round,
    lengthen_turn,
    lower_hand,
    move_piece,
    raise_hand,
    set_order,
    start_round,
    take_turn,
)
from kindcircle.rooms.live.actions.signals import send_signal
from kindcircle.rooms.live.actions.steadying import end_steadying, note_step, write_line
from kindcircle.rooms.live.actions.tablets import carry_on, claim_tablet, end_tablet, lend_tablet, make_tablet

__all__ = [
    "add_to_round",
    "arrive",
    "be_with",
    "carry_on",
    "claim_tablet",
    "close",
    "defer_piece",
    "end_practice",
    "end_round",
    "end_steadying",
    "end_tablet",
    "keep_alive",
    "lend_tablet",
    "lengthen_turn",
    "let_in_late",
    "lower_hand",
    "make_tablet",
    "mark_here",
    "mark_left",
    "move_lead",
    "move_piece",
    "note_step",
    "open_gathering",
    "pause_practice",
    "raise_hand",
    "resume_practice",
    "send_signal",
    "set_minutes",
    "set_order",
    "start_closing",
    "start_practice",
    "start_round",
    "start_step",
    "take_core",
    "take_turn",
    "take_whole",
    "write_line",
]
