"""Writing down something unwanted, whatever its cause, and what became of it. Asking is how one learns of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.unwanted_form import (
    CATEGORIES,
    DECISIONS,
    DONE,
    DURATIONS,
    EXPECTED,
    IMPACTS,
    OUTCOMES,
    RELATED,
    SEVERITIES,
    TERMS,
    Choices,
    DecisionForm,
    EventForm,
    FollowUpForm,
    ReviewForm,
    practices_of,
)
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import meeting_name
from kindcircle.rooms.measures import harm_check
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import answers_of, definition_of, sheets, words_for
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.stopping import decide, why_decided
from kindcircle.rooms.safety.unwanted import (
    adverse_events,
    end_adverse_event,
    follow_up,
    open_event,
    record_adverse_event,
    review,
)

GROUPS = Group.objects.select_related("organisation")
EVENTS = AdverseEvent.objects.select_related(
    "group__organisation", "member", "gathering", "recorded_by", "reviewed_by", "stop_review__owner",
    "stop_review__decided_by",
)  # fmt: skip
SHEETS = sheets().select_related("response")
DECIDING = "id_deciding_%s"  # two forms on one page ask for an outcome
JUDGING = "id_judging_%s"  # and two whether it was expected


@page(Permission.ADVERSE_EVENT_RECORD, about=GROUPS, methods=("GET", "POST"))
def unwanted(request: HttpRequest, group: Group) -> HttpResponse:
    """What was written down in this group, and a form for more."""
    actor, now = request.actor, clock.now()  # type: ignore[attr-defined]
    form = EventForm(group, request.POST) if request.method == "POST" else EventForm(group)
    if request.method == "POST" and form.is_valid():
        try:
            record_adverse_event(
                group=group, by=actor, at=now, told=_told_code(request, group, form), client_key=key_of(request),
                **form.event(),
            )  # fmt: skip
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Saved. Thank you for writing it down."))
            return redirect("facilitator:unwanted", code=group.code)
    labels = dict(CATEGORIES)
    shown = [(one, labels[one.event.category]) for one in adverse_events(group, by=actor, at=now)]
    context = {
        "group": group,
        "form": form,
        "key": key_of(request),
        "events": shown,
        "told": request.POST.get("told", ""),
    }
    return render(request, "facilitator/unwanted.html", context, status=422 if form.errors else 200)


@page(Permission.FEEDBACK_READ, about=SHEETS)
def told(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """What somebody said when all were asked, beside the form for writing it down. Nothing is written by itself."""
    response = getattr(assignment, "response", None)
    if assignment.instrument != harm_check.HARM_CHECK or assignment.group is None or response is None:
        raise NotFound
    actor, now = request.actor, clock.now()  # type: ignore[attr-defined]
    answers = answers_of(response, by=actor, at=now)
    said = harm_check.told(assignment, answers)
    one = definition_of(assignment)
    words = words_for(assignment.house, one, assignment.member.language)
    assert words is not None  # ours come along
    first = said.ways[0].replace("_", "-") if said.ways else ""
    initial = {
        "member": assignment.member.code,
        "category": first,
        "happened_on": timezone.localdate(response.submitted_at),
        "duration": dict(enumerate(AdverseEvent.Duration.values)).get(
            said.duration if said.duration is not None else -1
        ),
        "impact": said.impact,
    }
    context = {
        "assignment": assignment,
        "group": assignment.group,
        "name": seals.name_of(assignment.member),
        "said": said,
        "ways": [words.items[item.text_key] for item in one.items if item.id in said.ways],
        "durations": _label(DURATIONS, initial["duration"]),
        "impact": _label(IMPACTS, said.impact),
        "because": words.labels.get(f"b{said.because}", ""),
        "written": AdverseEvent.objects.filter(told_code=assignment.code).count(),
        "form": EventForm(assignment.group, initial=initial),
        "key": key_of(request),
    }
    return render(request, "facilitator/unwanted_told.html", context)


@page(Permission.ADVERSE_EVENT_RECORD, about=EVENTS, methods=("GET", "POST"))
def event(request: HttpRequest, event: AdverseEvent) -> HttpResponse:
    """One of them: what happened, what became of it, how it was judged, and what was decided."""
    if request.method == "GET":
        return _event(request, event)
    form = FollowUpForm(request.POST)
    if form.is_valid():
        follow_up(
            event=event,
            facts=form.facts(),
            severity=form.cleaned_data["severity"],
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
        messages.success(request, _("Saved."))
        return on_to("facilitator:unwanted-event", event.code)
    return _event(request, event, follow=form)


@page(Permission.ADVERSE_EVENT_REVIEW, about=EVENTS, methods=("POST",))
def judge(request: HttpRequest, event: AdverseEvent) -> HttpResponse:
    """Somebody who answers for safety says what it is called and whether it came from us."""
    form = ReviewForm(request.POST, auto_id=JUDGING)
    if form.is_valid():
        try:
            review(event=event, by=request.actor, at=clock.now(), **form.cleaned_data)  # type: ignore[attr-defined]
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Saved, with your name and this day."))
            return on_to("facilitator:unwanted-event", event.code)
    return _event(request, event, judging=form)


@page(Permission.ADVERSE_EVENT_REVIEW, about=EVENTS, methods=("POST",))
def stop(request: HttpRequest, event: AdverseEvent) -> HttpResponse:
    """Go on, pause or change, with a reason."""
    form = DecisionForm(request.POST, auto_id=DECIDING)
    if form.is_valid():
        try:
            decide(event=event, by=request.actor, at=clock.now(), **form.cleaned_data)  # type: ignore[attr-defined]
        except KindError as error:
            form.add_error(None, error.sentence)
            return _event(request, event, deciding=form, status=error.status)
        messages.success(request, _("Decided. Those who lead the group are told when something changes."))
        return on_to("facilitator:unwanted-event", event.code)
    return _event(request, event, deciding=form)


@page(Permission.ADVERSE_EVENT_RECORD, about=EVENTS, methods=("POST",))
def over(request: HttpRequest, event: AdverseEvent) -> HttpResponse:
    """It is over since today."""
    end_adverse_event(event=event, on=timezone.localdate(), by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Saved. It is marked as over."))
    return redirect("facilitator:unwanted", code=event.group.code)


def _event(
    request: HttpRequest,
    event: AdverseEvent,
    *,
    follow: FollowUpForm | None = None,
    judging: ReviewForm | None = None,
    deciding: DecisionForm | None = None,
    status: int = 422,
) -> HttpResponse:
    actor, now = request.actor, clock.now()  # type: ignore[attr-defined]
    row = EVENTS.get(pk=event.pk)
    opened = open_event(row, by=actor, at=now)
    stop_review = getattr(row, "stop_review", None)
    people = {one.pk: one for one in _people(row)}
    names = seals.names_of(list(people.values()))
    known = {name: getattr(row, name) for name in ("severity", "duration", "expected", "done", "outcome")}
    impact = "" if row.impact is None else str(row.impact)
    judged = {"term": row.term or None, "related": row.related, "expected": row.expected}
    context = {
        "event": row,
        "name": opened.name,
        "what": opened.what,
        "kind": _label(CATEGORIES, row.category),
        "facts": _facts(row),
        "recorded_by": names[row.recorded_by_id],
        "reviewed_by": names.get(row.reviewed_by_id or 0, ""),
        "term": _label(TERMS, row.term),
        "stop": stop_review,
        "stop_owner": names[stop_review.owner_id] if stop_review else "",
        "decided_by": names.get(stop_review.decided_by_id or 0, "") if stop_review else "",
        "decided": _label(DECISIONS, stop_review.outcome) if stop_review else "",
        "why": why_decided(stop_review, by=actor) if stop_review else "",
        "late": stop_review is not None and stop_review.decided_at is None and stop_review.due_at < now,
        "may_review": can(actor, Permission.ADVERSE_EVENT_REVIEW, row),
        "follow": follow or FollowUpForm(initial=known | {"impact": impact}),
        "judging": judging or ReviewForm(initial=judged, auto_id=JUDGING),
        "deciding": deciding or DecisionForm(auto_id=DECIDING),
    }
    refused = any(form is not None for form in (follow, judging, deciding))
    return render(request, "facilitator/unwanted_event.html", context, status=status if refused else 200)


def _facts(row: AdverseEvent) -> list[tuple[str, str]]:
    """What is known, line by line; what nobody has said is left out."""
    titles = dict(practices_of(row.group)) if row.practice else {}
    lines = [
        (_("How hard"), _label(SEVERITIES, row.severity)),
        (_("From the programme?"), _label(RELATED, row.related)),
        (_("Meeting"), meeting_name(row.gathering) if row.gathering else ""),
        (_("Practice"), titles.get(row.practice, row.practice)),
        (_("How long"), _label(DURATIONS, row.duration)),
        (_("Kept from daily things"), _label(IMPACTS, row.impact)),
        (_("Named in the notes"), _label(EXPECTED, row.expected)),
        (_("Done first"), _label(DONE, row.done)),
        (_("How it is now"), _label(OUTCOMES, row.outcome)),
    ]
    return [(name, words) for name, words in lines if words]


def _people(row: AdverseEvent) -> list[Any]:
    stop_review = getattr(row, "stop_review", None)
    decided = [stop_review.owner, stop_review.decided_by] if stop_review else []
    return [one for one in (row.recorded_by, row.reviewed_by, *decided) if one is not None]


def _label(choices: Choices, value: object) -> str:
    return str(dict(choices).get(value, ""))


def _told_code(request: HttpRequest, group: Group, form: EventForm) -> str:
    """The sheet that it began with, if it is one of this very person in this group."""
    given = request.POST.get("told", "").replace("\0", "")
    member = form.people[form.cleaned_data["member"]]
    rows = Assignment.objects.filter(code=given, group=group, member=member, instrument=harm_check.HARM_CHECK)
    return given if given and rows.exists() else ""
