"""A group's honest page, and the same to keep as PDF and as a file that programs read."""

import json
import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.facilitator.report_printed import printed
from kindcircle.doors.web.facilitator.report_words import (
    attendance,
    cautions,
    effect_row,
    said_of_all,
    shown,
    trials_drawn,
    trials_lead,
    trials_rows,
    unwanted,
)
from kindcircle.doors.web.facilitator.unwanted import CATEGORIES
from kindcircle.doors.web.shared.figure_words import said
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper
from kindcircle.rooms.feedback.looks import looked
from kindcircle.rooms.feedback.models import LastLook
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.research.report import CohortReport, cohort_report, report_to_keep
from kindcircle.rooms.research.report_record import as_record

GROUPS = Group.objects.select_related("organisation")


@page(Permission.REPORT_SEE, about=GROUPS)
def report(request: HttpRequest, group: Group) -> HttpResponse:
    """The page of one group, finished or under way."""
    at = clock.now()
    found = cohort_report(group=group, by=request.actor, at=at)  # type: ignore[attr-defined]
    looked(group, [one.instrument for one in found.outcomes], side=LastLook.Side.LEADING, at=at)
    outcomes = [shown(outcome) for outcome in found.outcomes]
    shared = said_of_all(outcomes)
    effects = [effect_row(outcome) for outcome in found.outcomes]
    drawn = [row for row in effects if "low" in row]
    return render(
        request,
        "facilitator/report.html",
        {
            "group": group,
            "report": found,
            "can": [said(one) for one in found.sayable.can],
            "cannot": [said(one) for one in found.sayable.cannot],
            "attendance": attendance(found),
            "outcomes": outcomes,
            "shared": shared,
            "primary": next((one for one in outcomes if one["outcome"].primary), None),
            "effects": effects if drawn else [],
            "effects_from": math.floor(2 * min((row["low"] for row in drawn), default=-1)) / 2,
            "effects_to": math.ceil(2 * max((row["high"] for row in drawn), default=1)) / 2,
            "trials_lead": trials_lead(found),
            "trials": trials_rows(found),
            "trial_rows": trials_drawn(found),
            "cautions": cautions(found),
            "unwanted": unwanted(found),
            "categories": _categories(found),
        },
    )


@page(Permission.REPORT_SEE, about=GROUPS)
def report_paper(request: HttpRequest, group: Group) -> HttpResponse:
    """The same as PDF, with a picture of each measure."""
    found = report_to_keep(group=group, by=request.actor, at=clock.now(), form="pdf")  # type: ignore[attr-defined]
    return paper("report", printed(found, _categories(found)), _file_name(found), keep=False)


@page(Permission.REPORT_SEE, about=GROUPS)
def report_record(request: HttpRequest, group: Group) -> HttpResponse:
    """The same as JSON, with every digit and where each figure comes from."""
    found = report_to_keep(group=group, by=request.actor, at=clock.now(), form="json")  # type: ignore[attr-defined]
    text = json.dumps(as_record(found), indent=2, allow_nan=False, ensure_ascii=False)
    response = HttpResponse(text + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(found)}.json"'
    return response


def _categories(found: CohortReport) -> list[tuple[str, int]]:
    labels = {str(kind): words for kind, words in CATEGORIES}
    return [(str(labels[name]), count) for name, count in found.harms.by_category]


def _file_name(found: CohortReport) -> str:
    """Neutral: it stands in lists of downloads."""
    return slugify(_("group report %(day)s") % {"day": f"{timezone.localtime(found.at):%Y-%m-%d}"})
