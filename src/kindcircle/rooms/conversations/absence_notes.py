"""The note after a missed meeting: drafted from the programme's own words, looked over by a person, sent once.

It tells what was taught and what to try. What people said in the room is not known here and never stands in it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.conversations.actions import write_first
from kindcircle.rooms.conversations.errors import GapsLeft
from kindcircle.rooms.conversations.models import Message
from kindcircle.rooms.groups.absences import misses_running
from kindcircle.rooms.groups.actions import hold_absence, mark_note_sent
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.models_absence import Absence
from kindcircle.rooms.groups.queries import gatherings_of, programme_of, session_for
from kindcircle.spec.programmes import PracticeUse, Session
from kindcircle.spec.texts import gaps_in, pinned_handout

FIRST, AGAIN = "absence-note@2", "absence-second-note@1"
AT_MOST = 12 * 60
"""The practice in the note takes up to so many seconds: enough to be one, short enough to be begun."""


def draft(absence: Absence, *, by: Actor) -> str:
    """What the note could say; for the second miss in a row, the one that goes with a call."""
    require(by, Permission.CONVERSATION_ANSWER, absence)
    gathering = absence.gathering
    values = {"first_name": seals.name_of(absence.place.user), "reach_us": _reach_us()} | _next(gathering)
    if misses_running(absence) > 1:
        caller = User.objects.get(code=by.code)
        values |= {"caller": seals.name_of(caller)} | gaps_to_fill()
        return _filled(AGAIN, values)
    return _filled(FIRST, values | _digest(gathering))


def gaps_to_fill() -> dict[str, str]:
    """What only a person knows, as it stands in the draft until they have put it there."""
    return {"call_day": _("[day]"), "call_time": _("[time]"), "call_number": _("[telephone number]")}


def send(*, absence: Absence, text: str, by: Actor, at: datetime) -> Message:
    """Send it into the member's own pages; a mail says only that something waits. Once for each person and meeting.

    Raises NoteDecided, GapsLeft, NothingWritten, TooLong.
    """
    require(by, Permission.CONVERSATION_ANSWER, absence)
    if left := [gap for gap in gaps_to_fill().values() if gap in text]:
        raise GapsLeft(left[0])
    with transaction.atomic():
        row = hold_absence(absence)
        message = write_first(place=row.place, text=text, client_key=f"absence {row.code}", by=by, at=at)
        mark_note_sent(row, by=by, at=at)
    return message


def _digest(gathering: Gathering) -> dict[str, str]:
    """The meeting in three lines: its theme, what was practised, what comes next; and what to try at home."""
    plan = programme_of(gathering.group)
    session = session_for(plan, gathering.number)
    titles = [use.load().title for use in (slot.practice for slot in session.agenda if slot.kind == "practice") if use]
    following = next((one for one in plan.sessions if one.number == gathering.number + 1), None)
    use, minutes = _at_home(session)
    return {
        "line_one": _("%(theme)s. %(aim)s") % {"theme": session.theme, "aim": session.aim},
        "line_two": _("We tried this together: %(practices)s.") % {"practices": ", ".join(titles)},
        "line_three": _("Next time: %(theme)s.") % {"theme": following.theme}
        if following
        else session.home.minimum.words,
        "practice": use.load().title,
        "minutes": str(minutes),
    }


def _at_home(session: Session) -> tuple[PracticeUse, int]:
    """This week's practice in its longest length of up to twelve minutes that is not longer than the week's own."""
    use = session.home.usual[0].practice
    short = [one.seconds for one in use.load().durations if one.seconds <= min(AT_MOST, use.seconds)]
    seconds = max(short, default=use.load().shortest.seconds)
    return use, max(1, round(seconds / 60))


def _next(gathering: Gathering) -> dict[str, str]:
    """When the group meets next, on its own clock; nothing after the last meeting."""
    coming = gatherings_of(gathering.group).filter(number__gt=gathering.number).exclude(state=Gathering.State.CLOSED)
    following = coming.first()
    if following is None:
        return {}
    begins = following.starts_at.astimezone(ZoneInfo(gathering.group.zone))
    return {"day": date_format(begins, "l j F"), "time": time_format(begins, "H:i")}


def _reach_us() -> str:
    return _(
        "Write to us from your own page, or tick “Please ring me” there. "
        "If you would like ten minutes with one of us, tell us when."
    )


def _filled(name: str, values: Mapping[str, str]) -> str:
    """The handout as plain text. A paragraph for which a value is missing says nothing true, so it is left out."""
    kept = [part for part in pinned_handout(name).text.split("\n\n") if gaps_in(part) <= set(values)]
    text = "\n\n".join(part.format_map(values) for part in kept)
    return re.sub(r"\*\*(.+?)\*\*", r"\1", text)
