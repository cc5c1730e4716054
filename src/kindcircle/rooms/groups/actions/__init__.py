"""Everything that changes a group: starting it, inviting into it, its gatherings, and who was there."""

from kindcircle.rooms.groups.actions.agreements import (
    answer_agreement,
    confirm_agreement,
    propose_line,
    set_aside,
    take_back_proposal,
)
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
    add_somebody,
    invite,
    link_for,
    make_entry_pass,
    make_person,
    open_invitation,
    reach_person,
    start_group,
    use_entry_pass,
)
from kindcircle.rooms.groups.actions.seats import free_seats, give_up_place, keep_place, say_yes, take_back_yes

__all__ = [
    "Change",
    "Preview",
    "StepNote",
    "Wish",
    "accept_invitation",
    "add_somebody",
    "answer_agreement",
    "close_gathering",
    "confirm_agreement",
    "correct_attendance",
    "free_seats",
    "give_up_place",
    "invite",
    "keep_place",
    "link_for",
    "make_entry_pass",
    "make_person",
    "move_gathering",
    "open_gathering",
    "open_invitation",
    "preview_move",
    "propose_line",
    "reach_person",
    "record_after",
    "record_arrival",
    "record_leaving",
    "say_yes",
    "set_aside",
    "start_closing",
    "start_group",
    "take_back_proposal",
    "take_back_yes",
    "use_entry_pass",
]
