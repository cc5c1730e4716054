"""Everything that happens in a gathering: leading it, taking turns, private taps, and being there."""

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
from kindcircle.rooms.live.actions.rounds import defer_piece, end_round, move_piece, start_round, take_turn
from kindcircle.rooms.live.actions.signals import send_signal
from kindcircle.rooms.live.actions.steadying import end_steadying, note_step, write_line

__all__ = [
    "arrive",
    "close",
    "defer_piece",
    "end_practice",
    "end_round",
    "end_steadying",
    "keep_alive",
    "let_in_late",
    "mark_here",
    "mark_left",
    "move_piece",
    "note_step",
    "open_gathering",
    "pause_practice",
    "resume_practice",
    "send_signal",
    "start_closing",
    "start_practice",
    "start_round",
    "start_step",
    "take_turn",
    "write_line",
]
