"""What came of a trial: how people went through it, the planned comparison, and the same as PDF and as a file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict
from kindcircle.doors.web.organisation import trial_words
from kindcircle.doors.web.organisation.trial_printed import printed
from kindcircle.doors.web.organisation.trials import TRIALS, measure_words
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.research import trial_flow, trial_results

POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@page(Permission.TRIAL_KEEP, about=TRIALS)
def results(request: HttpRequest, found: Trial) -> HttpResponse:
    """The way of the people, and the outcomes once they may be opened."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    try:
        picture = trial_words.picture(found, trial_flow.flow(found, by=by))
    except Conflict as reason:
        return _not_yet(request, found, reason)
    context = {"row": found, "picture": picture, "measure": measure_words(found), "closed": "", "parts": []}
    try:
        opened = trial_results.open_results(trial=found, staff=request.user, by=by, at=at)  # type: ignore[arg-type]
    except Conflict as reason:
        context["closed"] = str(reason)
    else:
        context |= {
            "parts": trial_words.parts(opened),
            "finding": trial_words.finding(opened),
            "can": trial_words.can_be_said(opened),
            "cannot": trial_words.cannot_be_said(opened),
            "direction": trial_words.direction(opened.trial),
            "warnings": trial_words.warnings(opened),
        }
    return render(request, "organisation/trial_results.html", context)


@page(Permission.TRIAL_KEEP, about=TRIALS)
def flow_picture(request: HttpRequest, found: Trial) -> HttpResponse:
    """The picture alone, as the page shows it and as it can be saved."""
    try:
        svg = trial_words.picture(found, trial_flow.flow(found, by=request.actor)).svg  # type: ignore[attr-defined]
    except Conflict as reason:
        return _not_yet(request, found, reason)
    return HttpResponse(svg, content_type="image/svg+xml", headers={"Content-Security-Policy": POLICY})


@page(Permission.TRIAL_KEEP, about=TRIALS)
def results_paper(request: HttpRequest, found: Trial) -> HttpResponse:
    """The same as PDF, once outcomes may be opened. A look like any other, on record."""
    at = clock.now()
    try:
        opened = trial_results.open_results(trial=found, staff=request.user, by=request.actor, at=at)  # type: ignore[arg-type, attr-defined]
    except Conflict as reason:
        return _not_yet(request, found, reason)
    day = f"{at:%Y-%m-%d}"
    return paper("report", printed(opened, at=at), slugify(_("trial report %(day)s") % {"day": day}), keep=False)


@page(Permission.TRIAL_KEEP, about=TRIALS)
def record(request: HttpRequest, found: Trial) -> HttpResponse:
    """Every figure with all its digits."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    try:
        opened = trial_results.open_results(trial=found, staff=request.user, by=by, at=at)  # type: ignore[arg-type]
    except Conflict as reason:
        return _not_yet(request, found, reason)
    answer = JsonResponse(trial_results.record_of(opened), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="trial-{found.code}.json"'
    return answer


def _not_yet(request: HttpRequest, found: Trial, reason: Conflict) -> HttpResponse:
    messages.warning(request, str(reason))
    return on_to("organisation:trial", found.code)
