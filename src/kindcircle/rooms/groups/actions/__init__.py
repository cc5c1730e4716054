"""Everything that changes a group: starting it, inviting into it, its gatherings, and who was there."""

from kindcircle.rooms.groups.actions.gatherings import (
    StepNote,
    close_gathering,
    correct_attendance,
    open_gathering,
    record_after,
    record_arrival,
    record_leaving,
    start_closing,
)
from kindcircle.rooms.groups.actions.moves import Change, Preview, Wish, move_gathering, preview_move
from kindcircle.rooms.groups.actions.places import (
    accept_invitation,
    invite,
    make_entry_pass,
    make_person,
    open_invitation,
    start_group,
    use_entry_pass,
)

__all__ = [
    "Change",
    "Preview",
    "StepNote",
    "Wish",
    "accept_invitation",
    "close_gathering",
    "correct_attendance",
    "invite",
    "make_entry_pass",
    "make_person",
    "move_gathering",
    "open_gathering",
    "open_invitation",
    "preview_move",
    "record_after",
    "record_arrival",
    "record_leaving",
    "start_closing",
    "start_group",
    "use_entry_pass",
]
