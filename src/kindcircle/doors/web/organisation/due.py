"""What comes due in a house: one line for each thing that runs out or is missing, from every room that keeps one.

A room adds its own with one function in SOURCES. Lines count and name staff at most; nothing about a member is in one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.people.models import Organisation, StaffRole
from kindcircle.rooms.ending.keeping import records_go_at, space_goes_at
from kindcircle.rooms.ending.models import Ending
from kindcircle.rooms.intake import consent_texts
from kindcircle.rooms.intake.models import Application, Decision, Intake
from kindcircle.rooms.measures.models import Wording
from kindcircle.rooms.safety.gate import SAYS, Lack, lacking
from kindcircle.rooms.safety.models import Helpline
from kindcircle.rooms.safety.queries import HELPLINE_LASTS
from kindcircle.rooms.team.credentials import WARN_BEFORE
from kindcircle.rooms.team.models import Credential

SOON = timedelta(days=30)
TERMS_LAST = timedelta(days=365)
"""A year after the terms of a questionnaire were accepted somebody reads them again: owners change them."""
DECISION_LASTS = timedelta(weeks=6)
"""A talk that is longer ago no longer says whether somebody should begin now."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing: what it is, on which page it is put right, by which day, and whether that has gone by."""

    words: str
    url: str = ""
    by: date | None = None
    late: bool = False


Source = Callable[[Organisation, datetime], Iterator[Due]]


def due_in(organisation: Organisation, *, at: datetime) -> list[Due]:
    """Everything that comes due: what is late first, then by day, then what has none."""
    found = [one for source in SOURCES for one in source(organisation, at)]
    return sorted(found, key=lambda one: (not one.late, one.by is None, one.by or date.max, one.words))


def before_a_group(organisation: Organisation, at: datetime) -> Iterator[Due]:
    """Whatever keeps a group from starting, but the emergency number, which has a notice of its own."""
    pages = {Lack.LINES: "organisation:lines", Lack.HOURS: "organisation:hours", Lack.ROTA: "organisation:rota"}
    for lack in lacking(organisation, at=at):
        if lack == Lack.EMERGENCY:
            continue
        words = _("Before a group starts: %(what)s.") % {"what": SAYS[lack]}
        yield Due(words, reverse(pages[lack]) if lack in pages else "", late=True)


def help_lines(organisation: Organisation, at: datetime) -> Iterator[Due]:
    """Numbers whose second check runs out soon."""
    for line in Helpline.objects.filter(organisation=organisation).prefetch_related("checks"):
        fresh = sorted((check.at for check in line.checks.all() if check.at > at - HELPLINE_LASTS), reverse=True)
        if len(fresh) < 2:
            continue
        ends = fresh[1] + HELPLINE_LASTS
        if ends <= at + SOON:
            words = _("Dial %(name)s again: two people, before the number leaves the help page.") % {"name": line.name}
            yield Due(words, reverse("organisation:lines"), by=_day(organisation, ends))


def wordings(organisation: Organisation, at: datetime) -> Iterator[Due]:
    """Questionnaires whose terms were accepted long ago."""
    rows = (
        Wording.objects.filter(organisation=organisation).values("instrument").annotate(last=Max("terms_accepted_at"))
    )
    for row in rows.order_by("instrument"):
        again = row["last"] + TERMS_LAST
        if again <= at + SOON:
            words = _("Read the terms of %(name)s again. They were accepted a year ago.") % {"name": row["instrument"]}
            yield Due(words, reverse("organisation:wordings"), by=_day(organisation, again), late=again < at)


def papers(organisation: Organisation, at: datetime) -> Iterator[Due]:
    """What facilitators bring, and until when it holds."""
    today = _day(organisation, at)
    ends = Credential.objects.filter(
        person__organisation=organisation,
        person__is_active=True,
        person__staff_roles__role=StaffRole.Role.FACILITATOR,
        until__isnull=False,
        until__lte=today + WARN_BEFORE,
    ).values_list("until", flat=True)
    over, soon = [day for day in ends if day and day < today], [day for day in ends if day and day >= today]
    if over:
        words = ngettext(
            "%(n)s paper of a facilitator has run out.", "%(n)s papers of facilitators have run out.", len(over)
        )
        yield Due(words % {"n": len(over)}, reverse("organisation:team"), by=min(over), late=True)
    if soon:
        words = ngettext("%(n)s paper of a facilitator ends soon.", "%(n)s papers of facilitators end soon.", len(soon))
        yield Due(words % {"n": len(soon)}, reverse("organisation:team"), by=min(soon))


def consent(organisation: Organisation, at: datetime) -> Iterator[Due]:
    """Gaps in the text that people sign, once the house takes people in."""
    left = len(consent_texts.missing(organisation)) if Intake.objects.filter(organisation=organisation).exists() else 0
    if left:
        words = ngettext(
            "The consent text has %(n)s gap. Nobody can sign it before it is filled.",
            "The consent text has %(n)s gaps. Nobody can sign it before they are filled.",
            left,
        )
        yield Due(words % {"n": left}, reverse("organisation:consent"), late=True)


def decisions(organisation: Organisation, at: datetime) -> Iterator[Due]:
    """People who may come, and were talked with too long ago to begin without another word."""
    waiting = Application.objects.filter(intake__organisation=organisation, state=Application.State.DECIDED)
    last = waiting.annotate(decided=Max("decisions__decided_at")).filter(decided__lte=at - DECISION_LASTS)
    yes = (Decision.Outcome.JOIN, Decision.Outcome.JOIN_WITH_PLAN)
    old = sum(
        Decision.objects.filter(application=one).order_by("-decided_at", "-pk").values_list("outcome", flat=True)[0]
        in yes
        for one in last
    )
    if old:
        words = ngettext(
            "%(n)s person waits whose talk is more than six weeks ago. Somebody speaks with them again.",
            "%(n)s people wait whose talk is more than six weeks ago. Somebody speaks with them again.",
            old,
        )
        yield Due(words % {"n": old}, reverse("facilitator:intakes"), late=True)


def keeping(organisation: Organisation, at: datetime) -> Iterator[Due]:
    """Groups whose own words or records are taken away soon."""
    ends = Ending.objects.filter(group__organisation=organisation).select_related("group__organisation")
    for ending in ends:
        for gone, goes, words in (
            (ending.space_gone_at, space_goes_at(ending), _("What was written in %(group)s is taken away.")),
            (ending.records_gone_at, records_go_at(ending), _("The records of %(group)s are taken away.")),
        ):
            if gone is None and goes <= at + SOON:
                yield Due(
                    words % {"group": ending.group.name}, reverse("organisation:keeping"), by=_day(organisation, goes)
                )


def _day(organisation: Organisation, at: datetime) -> date:
    return at.astimezone(ZoneInfo(organisation.zone)).date()


SOURCES: tuple[Source, ...] = (before_a_group, help_lines, wordings, papers, consent, decisions, keeping)
