"""A line was not kept: noting it, mending it in seven steps, and saying how it ended."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.groups import agreements, repairs
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.models_agreement import Repair, RepairStep
from kindcircle.rooms.groups.queries import places, present_places
from kindcircle.rooms.groups.repairs import Mending, StepWords

GROUPS = Group.objects.select_related("organisation")
REPAIRS = Repair.objects.select_related("group__organisation", "agreement")

STEP = RepairStep.Step
STEPS = [
    (STEP.NOTICE, gettext_lazy("Notice"), gettext_lazy("What did you see, hear or feel?")),
    (STEP.SLOW, gettext_lazy("Slow down"), gettext_lazy("Stop for a breath. It need not be solved now.")),
    (STEP.NAME, gettext_lazy("Name it gently"), gettext_lazy("Say what shifted, and that you may be wrong.")),
    (
        STEP.VIEW,
        gettext_lazy("Ask for their view"),
        gettext_lazy("First the one who was hurt, in the room or alone. What was meant comes later."),
    ),
    (STEP.OWN_PART, gettext_lazy("Own your part"), gettext_lazy("What was yours in it? Sorry, with no but.")),
    (STEP.CHANGE, gettext_lazy("Agree on one change"), gettext_lazy("Something small, and soon.")),
    (STEP.FOLLOW_UP, gettext_lazy("Follow up"), gettext_lazy("Within two days, and in the next meeting. Did it hold?")),
]
OUTCOMES: list[tuple[str, Any]] = [
    (Repair.Outcome.MENDED, gettext_lazy("It is mended")),
    (Repair.Outcome.PARTLY, gettext_lazy("It is mended in part")),
    (Repair.Outcome.NOT_MENDED, gettext_lazy("It did not mend. We take it to supervision")),
]
CHOOSE = {"required": gettext_lazy("Please choose one.")}
DAY = {"invalid": gettext_lazy("Please give a day, such as 2027-01-19.")}
LONGEST_NOTE = 4000


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=DAY | {"required": gettext_lazy("Please give a day. A guess is fine.")},
        **more,
    )


def _words(**more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": more.pop("rows", 3)})
    return forms.CharField(max_length=LONGEST_NOTE, widget=widget, **more)


class BreachForm(forms.Form):
    """Which line, when, and what happened."""

    line = forms.ChoiceField(label=gettext_lazy("Which line was not kept?"), error_messages=CHOOSE)
    noticed_on = _day(label=gettext_lazy("When did you notice?"))
    note = _words(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("No blame, few words. If you name people, name them only here."),
        error_messages={"required": gettext_lazy("Please write a few words, so that you both know what it was.")},
        rows=4,
    )

    def __init__(self, group: Group, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.fields["line"]
        assert isinstance(line, forms.ChoiceField)  # declared above
        lines = agreements.standing(group).lines
        line.choices = [("", _("Please choose"))] + [(one.id, one.text) for one in lines]


PARTS = ("who", "due", "done", "note")


class StepsForm(forms.Form):
    """Seven steps with who, by when, since when, and a few words."""

    def __init__(self, mending: Mending, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mending, self.people = mending, _leading(mending)
        choices = [("", _("nobody yet")), *((code, name) for code, (_user, name) in self.people.items())]
        for step, name, _hint in STEPS:
            kept = mending.steps[step]
            for part, asked in (
                ("who", forms.ChoiceField(label=_("Who"), choices=choices, required=False)),
                ("due", _day(label=_("By when"), required=False)),
                ("done", _day(label=_("Done on"), required=False)),
                ("note", _words(label=_("A few words: %(step)s") % {"step": name}, required=False, rows=2)),
            ):
                asked.show_hidden_initial = True  # what stood there when the page was opened comes back with it
                self.fields[f"{part}-{step}"] = asked
            given = {"who": kept.who.code if kept.who else "", "due": kept.due_on, "done": kept.done_on}
            for part, value in (given | {"note": kept.note}).items():
                self.initial[f"{part}-{step}"] = value

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For the page: each step with its boxes."""
        rows = []
        for step, name, hint in STEPS:
            boxes = {part: self[f"{part}-{step}"] for part in PARTS}
            rows.append({"name": name, "hint": hint} | boxes)
        return rows

    def clean(self) -> dict[str, Any]:
        """A step that a colleague has saved meanwhile is shown with theirs, and nobody writes over anybody."""
        given = super().clean() or {}
        for step, name, _hint in STEPS:
            if self._touched(step) and any(self._moved(f"{part}-{step}") for part in PARTS):
                theirs = self.mending.steps[step].note or _("(no words)")
                words = _("A colleague saved “%(step)s” too: %(theirs)s. Yours is still here. Please look, and save.")
                self.add_error(None, words % {"step": name, "theirs": theirs})
                # What stands there now has been seen.
                names = [f"{part}-{step}" for part in PARTS]
                self.data = dict(self.data.items()) | {self[name].html_initial_name: self._now(name) for name in names}
        return given

    def worded(self) -> dict[str, StepWords]:
        """What was changed on this page, by step; what was left as it stood is left to whoever saved it."""
        given = self.cleaned_data
        return {
            step: StepWords(
                who=self.people[who][0] if (who := given[f"who-{step}"]) else None,
                due_on=given[f"due-{step}"],
                done_on=given[f"done-{step}"],
                note=given[f"note-{step}"],
            )
            for step, _name, _hint in STEPS
            if self._touched(step)
        }

    def _touched(self, step: str) -> bool:
        return any(f"{part}-{step}" in self.changed_data for part in PARTS)

    def _moved(self, name: str) -> bool:
        """Whether this box holds something else in the table now than when the page was opened."""
        seen = self.data.get(self[name].html_initial_name)
        return seen is not None and seen.replace("\r\n", "\n") != self._now(name)

    def _now(self, name: str) -> str:
        value = self.initial.get(name)
        return "" if value is None else str(self.fields[name].prepare_value(value))


class EndingForm(forms.Form):
    """How it ended."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"), choices=OUTCOMES, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    ending = _words(label=gettext_lazy("What was agreed, and what stays"), required=False)


@page(Permission.AGREEMENT_KEEP, about=GROUPS, methods=("GET", "POST"))
def repairs_of(request: HttpRequest, group: Group) -> HttpResponse:
    """What was noted in this group, and a form for more."""
    by, key = request.actor, codes.new_code()  # type: ignore[attr-defined]
    form = BreachForm(group, initial={"noticed_on": timezone.localdate()})
    if request.method == "POST":
        form, key = BreachForm(group, request.POST), key_of(request)
        if form.is_valid():
            try:
                repair = repairs.note_breach(group=group, client_key=key, by=by, at=clock.now(), **form.cleaned_data)
            except Invalid as error:
                form.add_error(None, error.sentence)
            else:
                messages.success(request, _("Noted. The next meeting reads the whole list."))
                return on_to("facilitator:repair", repair.code)
    labels = dict(OUTCOMES)
    shown = [(one, labels.get(one.repair.outcome, "")) for one in repairs.repairs_of(group, by=by)]
    context = {"group": group, "form": form, "key": key, "repairs": shown, "steps": len(STEPS)}
    return render(request, "facilitator/repairs.html", context, status=422 if form.errors else 200)


@page(Permission.AGREEMENT_KEEP, about=REPAIRS, methods=("GET", "POST"))
def repair(request: HttpRequest, repair: Repair) -> HttpResponse:
    """One repair: what happened, the steps, and closing it."""
    by = request.actor  # type: ignore[attr-defined]
    mending = repairs.mending(repair, by=by)
    closing = request.method == "POST" and request.POST.get("do") == "close"
    saving = request.method == "POST" and not closing
    steps, ending = (
        StepsForm(mending, request.POST if saving else None),
        EndingForm(request.POST if closing else None),
    )
    asked: forms.Form = ending if closing else steps
    if request.method == "POST" and asked.is_valid():
        try:
            if closing:
                repairs.close_repair(repair=repair, by=by, at=clock.now(), **ending.cleaned_data)
            else:
                repairs.save_steps(repair=repair, steps=steps.worded(), by=by, at=clock.now())
        except (Conflict, Invalid) as error:
            asked.add_error(None, error.sentence)
        else:
            messages.success(request, _("Saved. It is closed.") if closing else _("Saved."))
            return on_to("facilitator:repair", repair.code)
    context = {
        "group": repair.group,
        "mending": mending,
        "steps": steps,
        "ending": ending,
        "outcome": dict(OUTCOMES).get(repair.outcome, ""),
        "done": [
            (name, words, seals.name_of(words.who) if words.who else "")
            for step, name, _hint in STEPS
            if (words := mending.steps[step]) != StepWords()
        ],
    }
    return render(request, "facilitator/repair.html", context, status=422 if asked.errors else 200)


def _leading(mending: Mending) -> dict[str, tuple[User, str]]:
    """Who can take on a step, by code: those who lead the group now, and whoever already has one."""
    group = mending.repair.group
    people = [place.user for place in present_places(group, Membership.Role.FACILITATOR)]
    had = {step.who.pk for step in mending.steps.values() if step.who} - {user.pk for user in people}
    people += [place.user for place in places(group, Membership.Role.FACILITATOR) if place.user_id in had]
    names = seals.names_of(people)
    return {user.code: (user, names[user.pk]) for user in people}
