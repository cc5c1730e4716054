"""What came of a trial: how people went through it, the planned comparison, and the same as a file."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict
from kindcircle.doors.web.organisation.trials import TRIALS, measure_words
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.figures.flow import Box, Stages, flow
from kindcircle.figures.look import Figure
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.research import trial_flow, trial_results
from kindcircle.rooms.research.trial_flow import ArmFlow
from kindcircle.stats import partly_grouped
from kindcircle.stats.results import Reason, Undefined

LEFT_OUT = {
    "back": gettext_lazy("took it back"),
    "talk": gettext_lazy("nothing decided yet"),
    "later": gettext_lazy("answer: later"),
    "other-help": gettext_lazy("answer: other help"),
    "risk": gettext_lazy("waiting would not be safe"),
    "worse": gettext_lazy("getting worse quickly"),
    "promised": gettext_lazy("a place was promised before"),
    "no": gettext_lazy("said no to the draw"),
    "silent": gettext_lazy("no answer to it"),
    "sheet": gettext_lazy("yes, without the questionnaire"),
    "place": gettext_lazy("had a place, or to be asked again"),
}
FINDINGS = {
    "better-by-margin": gettext_lazy("Those who started now were better off, by more than the smallest that matters."),
    "better": gettext_lazy("Those who started now were better off. Whether by as much as matters stays open."),
    "alike": gettext_lazy("Both were about the same: no difference that matters."),
    "open": gettext_lazy("The range holds both a gain and none. This trial cannot tell."),
    "worse": gettext_lazy("Those who started now were worse off."),
}
WARNINGS = {
    "unblinded": gettext_lazy("People knew whether they had started when they answered about themselves."),
    "small": gettext_lazy("One arm has fewer than twelve answers: the range says more than the middle."),
    "silent": gettext_lazy(
        "More than one in five did not answer, or many more in one arm. The two may differ by that."
    ),
    "edge": gettext_lazy("Groups did not differ visibly. With few groups that is no proof; they count as groups."),
}
WHY = {
    Reason.TOO_FEW_IN_ARM: gettext_lazy("Each arm needs at least five people who answered both times."),
    Reason.TOO_FEW_GROUPS: gettext_lazy("Fewer than four groups say nothing about such groups. Each arm is described."),
}
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison on the page."""

    title: str
    words: str
    found: partly_grouped.Trial
    why: str
    groups: str


@page(Permission.TRIAL_KEEP, about=TRIALS)
def results(request: HttpRequest, found: Trial) -> HttpResponse:
    """The way of the people, and the outcomes once they may be opened."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    try:
        picture = _picture(found, trial_flow.flow(found, by=by))
    except Conflict as reason:
        messages.warning(request, str(reason))
        return on_to("organisation:trial", found.code)
    context = {"row": found, "picture": picture, "measure": measure_words(found), "closed": "", "parts": []}
    try:
        opened = trial_results.open_results(trial=found, staff=request.user, by=by, at=at)  # type: ignore[arg-type]
    except Conflict as reason:
        context["closed"] = str(reason)
    else:
        planned = _("Everybody counts in the arm they were drawn for, whatever came after.")
        done = _(
            "Only those who did what they were drawn for. They chose that themselves, so chance no longer divides."
        )
        context["parts"] = [
            _part(_("As planned"), planned, opened.planned),
            _part(_("By what was done"), done, opened.by_protocol),
        ]
        context["finding"] = FINDINGS[opened.finding] if opened.finding else ""
        context["warnings"] = [WARNINGS[name] for name in opened.warnings]
    return render(request, "organisation/trial_results.html", context)


@page(Permission.TRIAL_KEEP, about=TRIALS)
def flow_picture(request: HttpRequest, found: Trial) -> HttpResponse:
    """The picture alone, as the page shows it and as it can be saved."""
    try:
        svg = _picture(found, trial_flow.flow(found, by=request.actor)).svg  # type: ignore[attr-defined]
    except Conflict as reason:
        messages.warning(request, str(reason))
        return on_to("organisation:trial", found.code)
    return HttpResponse(svg, content_type="image/svg+xml", headers={"Content-Security-Policy": POLICY})


@page(Permission.TRIAL_KEEP, about=TRIALS)
def record(request: HttpRequest, found: Trial) -> HttpResponse:
    """Every figure with all its digits."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    try:
        opened = trial_results.open_results(trial=found, staff=request.user, by=by, at=at)  # type: ignore[arg-type]
    except Conflict as reason:
        messages.warning(request, str(reason))
        return on_to("organisation:trial", found.code)
    answer = JsonResponse(trial_results.record_of(opened), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="trial-{found.code}.json"'
    return answer


def _part(title: str, words: str, found: partly_grouped.Trial) -> Part:
    one = found.comparison
    why = str(WHY.get(one.reason) or gettext(one.text)) if isinstance(one, Undefined) else ""
    groups = "" if isinstance(one, Undefined) else ", ".join(map(str, one.groups))
    return Part(title, words, found, why, groups)


def _picture(trial: Trial, found: trial_flow.Flow) -> Figure:
    left_out = tuple((str(LEFT_OUT[reason]), n) for reason, n in found.left_out)
    return flow(
        asked=Box(_("Asked to come"), found.asked),
        outside=Box(_("Not drawn"), sum(n for _words, n in left_out), left_out),
        drawn=Box(_("Drawn"), found.drawn),
        arms=[
            _stages(trial, _("Start now"), found.now, now=True),
            _stages(trial, _("Start later"), found.later, now=False),
        ],
        title=trial.title,
        header=(_("Stage"), _("Arm"), _("What"), _("People")),
    )


def _stages(trial: Trial, name: str, arm: ArmFlow, *, now: bool) -> Stages:
    given: tuple[tuple[str, int], ...]
    if now:
        given = ((_("came to a meeting"), arm.came), (_("came to none"), arm.drawn - arm.came))
        given += ((_("groups"), len(arm.groups)),)
    else:
        given = ((_("waited as planned"), arm.drawn - arm.came), (_("came to a meeting all the same"), arm.came))
    asked = ((_("no answer, or not to be counted"), arm.silent), (_("asked to be left out"), arm.taken_back))
    return Stages(
        name,
        (
            Box(name, arm.drawn, given),
            Box(_("Answered after %(weeks)s weeks") % {"weeks": trial.weeks}, arm.counted, asked),
            Box(_("In the comparison"), arm.counted, ((_("did what they were drawn for"), arm.kept_to),)),
        ),
    )
