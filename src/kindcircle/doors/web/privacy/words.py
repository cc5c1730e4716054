"""What somebody looked at, in words. Each has a name to put in front, or none where the account is gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.audit.events import Event
from kindcircle.rooms.ending.who_saw import Opening

WHAT = {
    Event.APPLICATION_OPENED: gettext_lazy("%(who)s opened what you wrote when you asked to come"),
    Event.SUPPORT_PLAN_OPENED: gettext_lazy("%(who)s opened your support plan"),
    Event.SAFETY_PLAN_OPENED: gettext_lazy("%(who)s opened your safety plan"),
    Event.SAFE_CONTACT_OPENED: gettext_lazy("%(who)s opened how to reach you safely"),
    Event.WHEREABOUTS_OPENED: gettext_lazy("%(who)s opened where you were during a meeting"),
    Event.MEMBER_NOTES_OPENED: gettext_lazy("%(who)s read the notes about your meetings"),
    Event.MEMBER_NOTES_EXPORTED: gettext_lazy("%(who)s put the notes about your meetings on paper"),
    Event.FEEDBACK_OPENED: gettext_lazy("%(who)s opened answers you gave"),
    Event.MESSAGES_OPENED: gettext_lazy("%(who)s read your messages"),
    Event.ALERT_OPENED: gettext_lazy("%(who)s looked at what you told us that asked for a person"),
    Event.ADVERSE_EVENT_OPENED: gettext_lazy("%(who)s opened what was noted about something that got worse for you"),
    Event.LANDING_OPENED: gettext_lazy("%(who)s read how a practice was for you"),
    Event.PROPOSAL_OPENED: gettext_lazy("%(who)s read a line you proposed for the agreement"),
    Event.GOODBYE_OPENED: gettext_lazy("%(who)s read the words you left for the others"),
    Event.KEPT_LINE_OPENED: gettext_lazy("%(who)s read a line you wrote for somebody at the end"),
    Event.SHARED_OPENED: gettext_lazy("%(who)s read something that you share"),
    Event.WORD_AUTHOR_SEEN: gettext_lazy("%(who)s looked up who wrote a word in a meeting. It was you"),
    Event.CREDENTIAL_SEEN: gettext_lazy("%(who)s looked at a paper you brought for your work here"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One time somebody looked, as a sentence, and when."""

    words: str
    at: datetime


def as_lines(rows: Iterable[Opening]) -> list[Line]:
    """The same in words."""
    nobody = _("Somebody who is no longer here")
    return [Line(str(WHAT[Event(row.event)]) % {"who": row.who or nobody}, row.at) for row in rows]
