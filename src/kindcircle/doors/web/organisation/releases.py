"""Coded rows for research: asked for by one person, let go by another, taken while that holds."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.research import releases as research
from kindcircle.rooms.research.batches import FEWEST_GROUPS, FEWEST_PEOPLE
from kindcircle.rooms.research.models import Release
from kindcircle.spec.programmes import all_programmes

STATES = {
    Release.State.ASKED: gettext_lazy("waits for a second person"),
    Release.State.LET_GO: gettext_lazy("may be taken"),
    Release.State.DECLINED: gettext_lazy("declined"),
    Release.State.STOPPED: gettext_lazy("stopped"),
}
OVER = gettext_lazy("its time is over")
WHEN = {
    "before": gettext_lazy("before the group"),
    "after": gettext_lazy("after the group"),
    "later": gettext_lazy("some months later"),
}
DAYS = [
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
    (180, gettext_lazy("half a year")),
    (365, gettext_lazy("one year")),
]
MISSING = {"required": gettext_lazy("Please fill this in.")}


class AskForm(forms.Form):
    """What is asked for. The one who decides reads every line."""

    use_required_attribute = False

    programme = forms.ChoiceField(label=gettext_lazy("Of which programme"), error_messages=MISSING)
    study = forms.RegexField(
        rf"^{research.STUDY.pattern}\Z",
        label=gettext_lazy("A short name of the study"),
        help_text=gettext_lazy("Small letters, digits and hyphens, such as kindness-2027. It names the files."),
        max_length=40,
        error_messages={
            **MISSING,
            "invalid": gettext_lazy("Please use small letters, digits and hyphens, and begin with a letter."),
        },
    )
    purpose = forms.CharField(
        label=gettext_lazy("What for"),
        help_text=gettext_lazy("Whoever decides reads this, and so can the others who lead the house or its safety."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=research.LONGEST,
        error_messages=MISSING,
    )
    recipient = forms.CharField(
        label=gettext_lazy("For whom"),
        help_text=gettext_lazy("The person and their institution, as the ethics board knows them."),
        max_length=research.LONGEST,
        error_messages=MISSING,
    )
    days = forms.TypedChoiceField(label=gettext_lazy("For how long"), choices=DAYS, coerce=int, initial=90)
    colleague = forms.ChoiceField(label=gettext_lazy("Who decides"), error_messages=MISSING)

    def __init__(self, *args: object, programmes: list[tuple[str, str]], people: list[tuple[str, str]], **more: object):
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["programme"].choices = programmes  # type: ignore[attr-defined]
        self.fields["colleague"].choices = people  # type: ignore[attr-defined]


@page(Permission.RESEARCH_RELEASE, methods=("GET", "POST"))
def releases(request: HttpRequest) -> HttpResponse:
    """What was asked for, and a form to ask."""
    house, by, staff = _who(request)
    titles = _titles()
    programmes = [(name, titles.get(name, name)) for name in research.programmes(house)]
    people = research.who_can_decide(house, staff)
    form = AskForm(
        request.POST or None,
        programmes=programmes,
        people=[(person.code, name) for person, name in zip(people, _names(people), strict=True)],
    )
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            asked = research.ask(
                organisation=house, programme=told["programme"], study=told["study"],
                why=research.Why(told["purpose"], told["recipient"]), days=told["days"], colleague=told["colleague"],
                staff=staff, client_key=key_of(request), by=by, at=clock.now(),
            )  # fmt: skip
        except (Conflict, Invalid) as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Asked. Nothing goes out before somebody else has said yes."))
            return on_to("organisation:release", asked.code)
    at = clock.now()
    context = {
        "form": form,
        "key": codes.new_code(),
        "programmes": programmes,
        "people": people,
        "fewest": {"people": FEWEST_PEOPLE, "groups": FEWEST_GROUPS},
        "rows": [
            (row, titles.get(row.programme, row.programme), _state(row)) for row in research.releases(house, by=by)
        ],
        "at": at,
    }
    return render(request, "organisation/releases.html", context, status=422 if form.errors else 200)


@page(Permission.RESEARCH_RELEASE, about=Release, methods=("GET", "POST"))
def release(request: HttpRequest, found: Release) -> HttpResponse:
    """One of them: what for, for whom, who decided, and each time it was taken."""
    _house, by, staff = _who(request)
    at = clock.now()
    problem = ""
    if request.method == "POST":
        try:
            match request.POST.get("do"):
                case "let-go" | "decline" as said:
                    research.decide(release=found, let_go=said == "let-go", staff=staff, by=by, at=at)
                    messages.success(request, _("Let go.") if said == "let-go" else _("Declined. Nothing goes out."))
                case "stop":
                    research.stop(release=found, by=by, at=at)
                    messages.success(request, _("Stopped. It cannot be taken any more."))
                case _:
                    raise Invalid(_("Please choose what to do."))
        except (Conflict, Invalid) as reason:
            problem = str(reason)
        else:
            return on_to("organisation:release", found.code)
    return _shown(request, found, problem)


@page(Permission.RESEARCH_RELEASE, about=Release, methods=("POST",))
def take(request: HttpRequest, found: Release) -> HttpResponse:
    """The file. That it was taken, by whom, when and what it was stands in the record."""
    _house, by, staff = _who(request)
    at = clock.now()
    try:
        made = research.take(release=found, staff=staff, by=by, at=at)
    except (Conflict, Invalid) as reason:
        return _shown(request, found, str(reason))
    name = f"study-{found.study}-{timezone.localdate(at):%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type="application/zip", headers=headers)


def _shown(request: HttpRequest, found: Release, problem: str) -> HttpResponse:
    _house, by, staff = _who(request)
    row = Release.objects.select_related("organisation", "asked_by", "asked_to", "decided_by").get(pk=found.pk)
    takings = list(row.takings.select_related("taken_by").order_by("-taken_at"))
    asked_by, asked_to = _names([row.asked_by, row.asked_to])
    titles = _titles()
    scope = research.scope_of(row, by=by)
    context = {
        "row": row,
        "title": titles.get(row.programme, row.programme),
        "why": research.why_of(row, by=by),
        "state": _state(row),
        "asked_by": asked_by,
        "asked_to": asked_to,
        "decided_by": _names([row.decided_by])[0] if row.decided_by else "",
        "own": row.asked_by_id == staff.pk,
        "open": research.is_open(row, at=clock.now()),
        "scope": scope,
        "withheld": [(definition(one.instrument).name, WHEN[one.occasion], one.whole) for one in scope.withheld],
        "fewest": FEWEST_PEOPLE,
        "waits": row.state == Release.State.ASKED,
        "takings": list(zip(takings, _names([one.taken_by for one in takings]), strict=True)),
        "problem": problem,
    }
    return render(request, "organisation/release.html", context, status=409 if problem else 200)


def _titles() -> dict[str, str]:
    """What each programme is called, in its newest version."""
    return {plan.id: plan.title for plan in all_programmes()}


def _state(row: Release) -> object:
    over = row.state == Release.State.LET_GO and not research.is_open(row, at=clock.now())
    return OVER if over else STATES[Release.State(row.state)]


def _names(people: list[User]) -> list[str]:
    found = seals.names_of(list({one.pk: one for one in people}.values()))
    return [found[one.pk] for one in people]


def _who(request: HttpRequest) -> tuple[Organisation, Actor, User]:
    return house_of(request), request.actor, request.user  # type: ignore[attr-defined, return-value]
