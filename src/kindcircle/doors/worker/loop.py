"""The due work: alerts passed on, sheets given out, letters brought, messages sent. Each round is one `tick`."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections

from kindcircle.base.lib import clock
from kindcircle.base.people import devices, sessions
from kindcircle.doors.worker import mail
from kindcircle.rooms.alliance import actions as alliance
from kindcircle.rooms.backdraft import slower
from kindcircle.rooms.conversations.actions import tell_of_late
from kindcircle.rooms.ending import retention
from kindcircle.rooms.ending.finishing import finish_due, tell_of_questions
from kindcircle.rooms.groups.actions.roles import find_gaps as find_meetings
from kindcircle.rooms.groups.screening_again import ask_again_due
from kindcircle.rooms.groups.task_mail import tell_of_tasks
from kindcircle.rooms.intake.actions.letting_go import let_go_due
from kindcircle.rooms.live import following_up, pairs, words_gone
from kindcircle.rooms.live.whereabouts import erase_due
from kindcircle.rooms.measures.asking import assign_due
from kindcircle.rooms.measures.drafts import forget_due
from kindcircle.rooms.reminders.nudges import nudge_due
from kindcircle.rooms.reminders.reaching import sweep_addresses
from kindcircle.rooms.reminders.schedule import stand_ready
from kindcircle.rooms.reminders.sheets import remind_of_sheets
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety import stopping, trials
from kindcircle.rooms.safety.rota import find_gaps
from kindcircle.rooms.sharing import gone as shared
from kindcircle.rooms.sharing import handfuls
from kindcircle.rooms.sharing.nudges import remind_due as remind_of_signs
from kindcircle.rooms.team.credentials import tell_of_ends
from kindcircle.rooms.writing.delivery import deliver_due

log = logging.getLogger("kindcircle.worker")

# Nobody waits by the second for a sheet: giving them out looks at every group, so the loop does it once a minute,
# sweeps up old sessions beside it, and looks for words that nobody answered.
SHEETS_EVERY = 60.0

_last_tick_at: datetime | None = None


def tick(*, at: datetime, sheets: bool = True) -> bool:
    """One round of everything that is due. True when alerts and messages went well.

    A part that fails is logged by the type of its error only, never stops the others, and is tried again in the next
    round. Messages come last, so that what a round causes is sent in the same round. Only a good round counts as a
    beat: facilitators are warned when alerts stop moving, not only when the worker is gone.
    """
    global _last_tick_at
    well = _went_well("alerts", safety.escalate_due, at)
    _went_well("devices that fell silent", following_up.look_for_silence, at)
    if sheets:
        _went_well("sheets", assign_due, at)
        _went_well("old sessions", sessions.sweep, at)
        _went_well("old sign-ins", devices.forget_old, at)
        _went_well("old codes", sweep_addresses, at)
        _went_well("how groups are together", alliance.read_due, at)
        _went_well("who would be called", alliance.call_due, at)
        _went_well("reminders", stand_ready, at)
        _went_well("sheets that wait", remind_of_sheets, at)
        _went_well("answers that nobody sent", forget_due, at)
        _went_well("nudges", nudge_due, at)
        _went_well("words that wait", tell_of_late, at)
        _went_well("decisions that grow old", ask_again_due, at)
        _went_well("words that led to no place", let_go_due, at)
        _went_well("groups that are over", finish_due, at)
        _went_well("questions months later", tell_of_questions, at)
        _went_well("who was gone", following_up.look_back, at)
        _went_well("who may go more slowly", slower.look, at)
        _went_well("where people were", erase_due, at)
        _went_well("words of a meeting", words_gone.erase_due, at)
        _went_well("what people who left had shared", shared.leave_due, at)
        _went_well("shared words without names", handfuls.gather_due, at)
        _went_well("shared words without a sign", remind_of_signs, at)
        _went_well("who would talk in pairs", pairs.forget_due, at)
        _went_well("what has to go", retention.run, at)
        _went_well("meetings nobody leads", find_meetings, at)
        _went_well("gaps in the rota", find_gaps, at)
        _went_well("what people bring", tell_of_ends, at)
        _went_well("what is to be done", tell_of_tasks, at)
        _went_well("decisions after something serious", stopping.pass_on_due, at)
        _went_well("trial alerts", trials.raise_due, at)
    _went_well("letters", deliver_due, at)
    well &= _went_well("messages", mail.send_due, at)
    _went_well("whether trials came through", trials.look, at)
    if sheets:
        _went_well("trials that did not", trials.tell_of_late, at)
    if well and _went_well("beat", safety.beat, at):
        _last_tick_at = at
    return well


def last_tick_at() -> datetime | None:
    """When this process last made a good round; None when it never has, as with a worker apart."""
    return _last_tick_at


def run_forever(enough: threading.Event) -> None:
    """Go round every few seconds until `enough` is set. Finishes the round it is in."""
    sheets_at = 0.0
    while not enough.is_set():
        sheets = time.monotonic() >= sheets_at
        if sheets:
            sheets_at = time.monotonic() + SHEETS_EVERY
        close_old_connections()  # one that the database has dropped meanwhile is opened anew
        tick(at=clock.now(), sheets=sheets)
        enough.wait(settings.WORKER_SECONDS)


def _went_well(name: str, part: Callable[..., object], at: datetime) -> bool:
    try:
        part(at=at)
    except Exception as error:
        # The message of an exception may quote what somebody wrote; its type never does.
        log.error("%s stopped with %s", name, type(error).__name__)
        return False
    return True
