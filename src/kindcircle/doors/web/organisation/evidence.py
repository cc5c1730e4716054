"""What is known of a programme: its ended groups side by side, and the same to keep as PDF and for programs."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Invalid, NotFound
from kindcircle.doors.web.organisation.evidence_beyond import shown
from kindcircle.doors.web.organisation.evidence_printed import printed
from kindcircle.doors.web.organisation.evidence_words import (
    CAME_HEADER,
    VIEW_HEADER,
    axis_of,
    came,
    definitions,
    equity_words,
    measure,
    unwanted,
    views,
    waiting,
)
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.research.programme import (
    ProgrammeReport,
    programme_report,
    programme_to_keep,
    programmes_led,
    titles_by_id,
)
from kindcircle.rooms.research.programme_plan import other_measures, say_plan
from kindcircle.rooms.research.programme_record import as_record


@page(Permission.PROGRAMME_REPORT_SEE)
def programmes(request: HttpRequest) -> HttpResponse:
    """The programmes of which a group has ended here."""
    rows = programmes_led(house_of(request), by=request.actor)  # type: ignore[attr-defined]
    return render(request, "organisation/evidence.html", {"rows": rows})


@page(Permission.PROGRAMME_REPORT_SEE, methods=("GET", "POST"))
def programme(request: HttpRequest, programme: str) -> HttpResponse:
    """One programme. What groups show together, and what goes along with what, opens with a plan."""
    house, actor, at = house_of(request), request.actor, clock.now()  # type: ignore[attr-defined]
    _known(request, programme)
    found = programme_report(organisation=house, programme=programme, by=actor, at=at)
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("ready") != "yes":
                raise Invalid(_("Please tick that your question is written down."))
            say_plan(
                organisation=house, programme=programme, measures=found.measures, staff=request.user,  # type: ignore[arg-type]
                between=request.POST.get("between", ""), by=actor, at=at,
            )  # fmt: skip
        except Invalid as reason:
            problem = str(reason)
        else:
            messages.success(request, _("Your plan is kept. It stands in the report from now on."))
            return on_to("organisation:evidence-of", programme)
    return render(
        request, "organisation/evidence_of.html", _page(request, found, problem), status=422 if problem else 200
    )


def _page(request: HttpRequest, found: ProgrammeReport, problem: str) -> dict[str, object]:
    measures = [measure(one) for one in found.measures]
    for one in measures:
        one["axis"] = axis_of(one["drawn"])
    part = shown(found)
    return {
        "report": found,
        "programme": found.programme,
        "waiting": waiting(found.waiting),
        "came": came(found),
        "came_header": CAME_HEADER,
        "definitions": definitions(found),
        "measures": measures,
        "primary": next((one for one in measures if one["of"].primary), None),
        "unwanted": unwanted(found),
        "views": views(found),
        "view_header": VIEW_HEADER,
        "equity": equity_words(),
        "beyond": part,
        "others": other_measures(found.measures),
        "problem": problem,
        "chosen": request.POST.get("between", ""),
        "ready": request.POST.get("ready", ""),
    }


@page(Permission.PROGRAMME_REPORT_SEE)
def programme_paper(request: HttpRequest, programme: str) -> HttpResponse:
    """The same as PDF, with a picture of each measure."""
    found = _to_keep(request, programme, "pdf")
    return paper("report", printed(found), _file_name(found), keep=False)


@page(Permission.PROGRAMME_REPORT_SEE)
def programme_record(request: HttpRequest, programme: str) -> HttpResponse:
    """The same as JSON, with every digit and where each figure comes from."""
    found = _to_keep(request, programme, "json")
    text = json.dumps(as_record(found), indent=2, allow_nan=False, ensure_ascii=False)
    response = HttpResponse(text + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(found)}.json"'
    return response


def _to_keep(request: HttpRequest, programme: str, form: str) -> ProgrammeReport:
    _known(request, programme)
    return programme_to_keep(
        organisation=house_of(request),
        programme=programme,
        by=request.actor,  # type: ignore[attr-defined]
        at=clock.now(),
        form="pdf" if form == "pdf" else "json",
    )


def _known(request: HttpRequest, programme: str) -> None:
    """Raises NotFound for a programme that is neither on the shelf nor was led here."""
    led = [name for name, _title, _groups in programmes_led(house_of(request), by=request.actor)]  # type: ignore[attr-defined]
    if programme not in led and programme not in titles_by_id():
        raise NotFound


def _file_name(found: ProgrammeReport) -> str:
    return slugify(_("programme report %(day)s") % {"day": f"{timezone.localtime(found.at):%Y-%m-%d}"})
