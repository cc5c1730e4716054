"""A trial over one offer: set up by one person, locked by another, drawn once, and read when the answers are in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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
from kindcircle.rooms.intake.models import Intake
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.research import draw, trials
from kindcircle.rooms.research.releases import who_can_decide

INTAKES = Intake.objects.select_related("organisation")
TRIALS = Trial.objects.select_related("organisation", "intake__organisation", "asked_by", "asked_to", "decided_by")
STATES = {
    Trial.State.ASKED: gettext_lazy("waits for a second person"),
    Trial.State.LOCKED: gettext_lazy("locked, not drawn yet"),
    Trial.State.DRAWN: gettext_lazy("drawn"),
    Trial.State.DECLINED: gettext_lazy("declined"),
    Trial.State.STOPPED: gettext_lazy("stopped"),
}
STANDS = {
    "ready": gettext_lazy("ready to be drawn"),
    "sheet": gettext_lazy("said yes, questionnaire still open"),
    "asked": gettext_lazy("no answer yet"),
    "no": gettext_lazy("said no"),
    "outside": gettext_lazy("must not wait, outside the draw"),
}
MISSING = {"required": gettext_lazy("Please fill this in.")}


class PlanForm(forms.Form):
    """The whole plan. Once it is locked nothing of it can be changed."""

    use_required_attribute = False

    title = forms.CharField(label=gettext_lazy("What the trial is called"), max_length=80, error_messages=MISSING)
    way = forms.ChoiceField(
        label=gettext_lazy("How is drawn"), choices=Trial.Way.choices, widget=forms.RadioSelect, initial=Trial.Way.SEATS
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Seats in the draw"),
        help_text=gettext_lazy("For a fixed number of seats. Keep some free for people who must not wait."),
        min_value=1,
        max_value=trials.MOST_SEATS,
        required=False,
    )
    ratio_now = forms.IntegerField(
        label=gettext_lazy("So many start now"),
        help_text=gettext_lazy("For so many of every so many."),
        min_value=1,
        max_value=trials.MOST_OF_RATIO,
        required=False,
    )
    ratio_later = forms.IntegerField(
        label=gettext_lazy("for so many who start later"), min_value=1, max_value=trials.MOST_OF_RATIO, required=False
    )
    strata = forms.ChoiceField(
        label=gettext_lazy("Keep the two alike in"),
        help_text=gettext_lazy("People are then compared with those alike in it."),
        choices=Trial.Strata.choices,
        initial=Trial.Strata.NONE,
    )
    cut = forms.FloatField(label=gettext_lazy("That number, if you chose it"), required=False)
    answer_by = forms.DateField(
        label=gettext_lazy("People answer until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=MISSING,
    )
    later_on = forms.DateField(
        label=gettext_lazy("The others start on"),
        help_text=gettext_lazy("After the second questionnaire and the two weeks to answer it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=MISSING,
    )
    words = forms.CharField(
        label=gettext_lazy("Your own words to the people who are asked"),
        help_text=gettext_lazy("Why you compare, and who looks at it. How the draw goes is told below your words."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=trials.LONGEST_WORDS,
        error_messages=MISSING,
    )
    measure = forms.ChoiceField(label=gettext_lazy("The one outcome that counts"), error_messages=MISSING)
    weeks = forms.IntegerField(
        label=gettext_lazy("Asked again after so many weeks"), min_value=1, max_value=trials.LONGEST_WEEKS, initial=8
    )
    margin = forms.FloatField(
        label=gettext_lazy("The smallest difference that would matter, in points"), error_messages=MISSING
    )
    attend = forms.IntegerField(
        label=gettext_lazy("Meetings from which somebody counts as having taken part"), min_value=1, initial=3
    )
    df = forms.ChoiceField(
        label=gettext_lazy("How the interval allows for few groups"),
        choices=Trial.Df.choices,
        initial=Trial.Df.SATTERTHWAITE,
    )
    more = forms.CharField(
        label=gettext_lazy("What else is settled"),
        help_text=gettext_lazy("Whoever locks it reads this. Such as the numbers of ethics board and register."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=trials.LONGEST_MORE,
        required=False,
    )
    colleague = forms.ChoiceField(label=gettext_lazy("Who locks it"), error_messages=MISSING)

    def __init__(self, *args: Any, measures: list[tuple[str, str]], people: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["measure"].choices = measures  # type: ignore[attr-defined]
        self.fields["colleague"].choices = people  # type: ignore[attr-defined]

    @property
    def design(self) -> trials.Design:
        """As `trials.set_up` wants it. What belongs to the way that was not chosen is left out."""
        told = dict(self.cleaned_data)
        told["instrument"], told["scale"] = told.pop("measure").split("/")
        del told["colleague"]
        if told["way"] == Trial.Way.SEATS:
            told["ratio_now"] = told["ratio_later"] = None
        else:
            told["seats"] = None
        if told["strata"] != Trial.Strata.SCORE:
            told["cut"] = None
        return trials.Design(**told)


@page(Permission.TRIAL_KEEP)
def all_trials(request: HttpRequest) -> HttpResponse:
    """The trials of the house, and the offers over which one could be set up."""
    house, by, staff = _who(request)
    rows = [(row, STATES[Trial.State(row.state)]) for row in trials.trials(house, by=by)]
    context = {"rows": rows, "offers": trials.offers(house), "alone": not who_can_decide(house, staff)}
    return render(request, "organisation/trials.html", context)


@page(Permission.TRIAL_KEEP, about=INTAKES, methods=("GET", "POST"))
def new(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The plan of a trial over this offer."""
    house, by, staff = _who(request)
    people = who_can_decide(house, staff)
    names = seals.names_of(people)
    form = PlanForm(
        request.POST or None,
        measures=[(f"{one.id}/{score.id}", _measure(one.id, score.id)) for one, score in trials.measures(intake)],
        people=[(person.code, names[person.pk]) for person in people],
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = trials.set_up(
                intake=intake, design=form.design, colleague=form.cleaned_data["colleague"], staff=staff,
                client_key=key_of(request), by=by, at=clock.now(),
            )  # fmt: skip
        except (Conflict, Invalid) as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written down. Nobody is asked before somebody else has locked it."))
            return on_to("organisation:trial", made.code)
    context = {"form": form, "intake": intake, "people": people, "key": codes.new_code()}
    return render(request, "organisation/trial_new.html", context, status=422 if form.errors else 200)


@page(Permission.TRIAL_KEEP, about=TRIALS, methods=("GET", "POST"))
def trial(request: HttpRequest, found: Trial) -> HttpResponse:
    """One trial: its plan, how people stand, the draw, and the proof of it."""
    _house, by, staff = _who(request)
    at, problem = clock.now(), ""
    if request.method == "POST":
        try:
            match request.POST.get("do"):
                case "lock" | "decline" as said:
                    trials.decide(trial=found, lock=said == "lock", staff=staff, by=by, at=at)
                    told = _("Locked. From now on people are asked.") if said == "lock" else _("Declined.")
                case "draw":
                    draw.draw(trial=found, by=by, at=at)
                    told = _("Drawn. Everybody is being told.")
                case "stop":
                    trials.stop(trial=found, by=by, at=at)
                    told = _("Stopped. Nothing is drawn, and everybody keeps their place in the queue.")
                case _:
                    raise Invalid(_("Please choose what to do."))
        except (Conflict, Invalid) as reason:
            problem = str(reason)
        else:
            messages.success(request, told)
            return on_to("organisation:trial", found.code)
    return _shown(request, found, problem)


def _shown(request: HttpRequest, found: Trial, problem: str) -> HttpResponse:
    _house, _by, staff = _who(request)
    row, at = TRIALS.get(pk=found.pk), clock.now()
    everybody = [row.asked_by, row.asked_to] + [one for one in (row.decided_by, row.drawn_by) if one]
    names = seals.names_of(list({one.pk: one for one in everybody}.values()))
    counts: dict[str, int] = {}
    if row.state == Trial.State.LOCKED:
        for place in draw.places(row, at=at):
            counts[place.stands] = counts.get(place.stands, 0) + 1
    drawn = draw.result(row) if row.state == Trial.State.DRAWN else []
    context = {
        "row": row,
        "state": STATES[Trial.State(row.state)],
        "measure": measure_words(row),
        "names": {
            "asked_by": names[row.asked_by_id],
            "asked_to": names[row.asked_to_id],
            "decided_by": names.get(row.decided_by_id or 0, ""),
            "drawn_by": names.get(row.drawn_by_id or 0, ""),
        },
        "own": row.asked_by_id == staff.pk,
        "counts": [(words, counts[stands]) for stands, words in STANDS.items() if counts.get(stands)],
        "ready": counts.get("ready", 0),
        "drawn": drawn,
        "now": sum(one.arm == "now" for one in drawn),
        "proven": draw.is_proven(row),
        "as_locked": not row.plan_mark or trials.is_as_locked(row),
        "marks": {name: trials.short(mark) for name, mark in _marks(row).items() if mark},
        "model": trials.model_of(row),
        "problem": problem,
    }
    return render(request, "organisation/trial.html", context, status=409 if problem else 200)


def _marks(row: Trial) -> dict[str, str]:
    return {"plan": row.plan_mark, "secret": row.secret_mark, "result": row.result_mark}


def measure_words(row: Trial) -> str:
    """The one outcome, by its name."""
    return _measure(row.instrument, row.scale, row.version)


def _measure(instrument: str, scale: str, version: str | None = None) -> str:
    one = definition(instrument, version) if version else definition(instrument)
    return one.name if len(one.headlines) == 1 else f"{one.name}: {scale.replace('_', ' ')}"


def _who(request: HttpRequest) -> tuple[Organisation, Actor, User]:
    return house_of(request), request.actor, request.user  # type: ignore[attr-defined, return-value]
