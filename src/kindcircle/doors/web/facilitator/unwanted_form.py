"""The words and forms with which something unwanted is written down, followed up and judged."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.vault import seals
from kindcircle.rooms.groups import queries
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.models_unwanted import StopReview
from kindcircle.rooms.safety.unwanted import Facts

Choices = list[tuple[Any, str | Promise]]

KIND = AdverseEvent.Category
CATEGORIES: Choices = [
    (KIND.DISTRESS, gettext_lazy("distress for more than a day")),
    (KIND.SLEEP, gettext_lazy("sleep")),
    (KIND.PANIC, gettext_lazy("panic")),
    (KIND.DISSOCIATION, gettext_lazy("feeling far away, or old scenes coming back")),
    (KIND.SELF_HARM, gettext_lazy("self-harm or thoughts of it")),
    (KIND.MOOD_OR_MIND, gettext_lazy("very high mood, or losing touch with what is real")),
    (KIND.PAIN_OR_BODY, gettext_lazy("pain or body")),
    (KIND.EATING, gettext_lazy("eating")),
    (KIND.SUBSTANCES, gettext_lazy("alcohol or drugs")),
    (KIND.RELATIONSHIPS, gettext_lazy("strain with people close by")),
    (KIND.CONFIDENTIALITY, gettext_lazy("something private got out")),
    (KIND.GROUP, gettext_lazy("conflict in the group, or feeling left out")),
    (KIND.DEPENDENCY, gettext_lazy("leaning too much on the group")),
    (KIND.FACILITATION, gettext_lazy("something we did")),
    (KIND.TECHNICAL, gettext_lazy("technical trouble")),
]
SEVERITIES: Choices = [
    (1, gettext_lazy("1 – mild, passed by itself")),
    (2, gettext_lazy("2 – hard, but daily life went on")),
    (3, gettext_lazy("3 – daily life suffered")),
    (4, gettext_lazy("4 – serious: needed urgent care")),
    (5, gettext_lazy("5 – life was in danger, or was lost")),
]
LINK = AdverseEvent.Related
RELATED: Choices = [
    (LINK.NO, gettext_lazy("no")),
    (LINK.UNLIKELY, gettext_lazy("hardly")),
    (LINK.POSSIBLE, gettext_lazy("perhaps")),
    (LINK.PROBABLE, gettext_lazy("probably")),
    (LINK.DEFINITE, gettext_lazy("surely")),
]
LONG = AdverseEvent.Duration
DURATIONS: Choices = [
    (LONG.DAY, gettext_lazy("a day or less")),
    (LONG.DAYS, gettext_lazy("some days")),
    (LONG.WEEK, gettext_lazy("a week or more")),
    (LONG.STILL, gettext_lazy("it is still there")),
]
IMPACTS: Choices = [
    (0, gettext_lazy("not at all")),
    (1, gettext_lazy("a little")),
    (2, gettext_lazy("a lot")),
    (3, gettext_lazy("they could not do them")),
]
EXPECTED: Choices = [
    ("yes", gettext_lazy("yes, our notes name it")),
    ("no", gettext_lazy("no, it was not expected")),
]
DID = AdverseEvent.Done
DONE: Choices = [
    (DID.NOTHING, gettext_lazy("nothing was needed")),
    (DID.TALKED, gettext_lazy("somebody talked with them")),
    (DID.PRACTICE, gettext_lazy("another practice, or none")),
    (DID.PAUSED, gettext_lazy("they paused")),
    (DID.LEFT, gettext_lazy("they left the group")),
    (DID.REFERRED, gettext_lazy("other help was found")),
    (DID.URGENT, gettext_lazy("urgent care")),
]
ENDED = AdverseEvent.Outcome
OUTCOMES: Choices = [
    (ENDED.GOES_ON, gettext_lazy("it goes on as it was")),
    (ENDED.BETTER, gettext_lazy("it is better")),
    (ENDED.OVER, gettext_lazy("it is over")),
    (ENDED.LASTING, gettext_lazy("something stays")),
    (ENDED.DIED, gettext_lazy("the person died")),
    (ENDED.NOT_KNOWN, gettext_lazy("we do not know")),
]
TERM = AdverseEvent.Term
TERMS: Choices = [
    (TERM.UNWANTED, gettext_lazy("unwanted event – something hard in this time; nothing says that it came from us")),
    (TERM.EMERGENT, gettext_lazy("emergent reaction – came with the programme; whether it was done right is open")),
    (TERM.REACTION, gettext_lazy("adverse reaction – came from the programme, although it was done right")),
    (TERM.MALPRACTICE, gettext_lazy("from a mistake – came from something that was not done right")),
    (TERM.NON_RESPONSE, gettext_lazy("no change – it did not help, and nothing else got worse")),
    (TERM.DETERIORATION, gettext_lazy("worse – what they came for got worse in this time")),
]
DECISION = StopReview.Outcome
DECISIONS: Choices = [
    (DECISION.GO_ON, gettext_lazy("Go on as planned")),
    (DECISION.PAUSE, gettext_lazy("Pause: no meeting until we know more")),
    (DECISION.CHANGE, gettext_lazy("Go on with a change")),
]
DAILY = gettext_lazy("What it kept them from in daily life")
CHOOSE = {"required": gettext_lazy("Please choose one.")}
NOT_SAID: Choices = [("", gettext_lazy("not known yet"))]


def _choice(label: Any, choices: Choices, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=NOT_SAID + choices, required=False, **more)


class FactsForm(forms.Form):
    """What may be known by now of something unwanted. Each line can wait."""

    duration = _choice(gettext_lazy("How long it lasted"), DURATIONS)
    impact = _choice(DAILY, IMPACTS)
    expected = _choice(gettext_lazy("Is it named in the programme's notes as something that may happen?"), EXPECTED)
    done = _choice(gettext_lazy("What was done first"), DONE)
    outcome = _choice(gettext_lazy("How it is now"), OUTCOMES)

    def facts(self) -> Facts:
        """The answers, for the room."""
        given = self.cleaned_data
        impact = int(given["impact"]) if given["impact"] else None
        return Facts(given["duration"], impact, given["expected"], given["done"], given["outcome"])


class FollowUpForm(FactsForm):
    """The same later on, with how hard it was as it turned out."""

    severity = forms.TypedChoiceField(
        label=gettext_lazy("How hard it was, as you know by now"),
        choices=SEVERITIES,
        coerce=int,
        error_messages=CHOOSE,
    )
    field_order = ("severity", "duration", "impact", "expected", "done", "outcome")


class EventForm(FactsForm):
    """What happened, to whom, how hard it was, and whether it may have to do with us."""

    member = forms.ChoiceField(label=gettext_lazy("Who"), error_messages=CHOOSE)
    category = forms.ChoiceField(label=gettext_lazy("What kind of thing"), choices=CATEGORIES, error_messages=CHOOSE)
    severity = forms.TypedChoiceField(
        label=gettext_lazy("How hard it was"),
        choices=SEVERITIES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    related = forms.ChoiceField(
        label=gettext_lazy("Does it have to do with the programme? A guess is fine."),
        choices=RELATED,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    happened_on = forms.DateField(
        label=gettext_lazy("On which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Please give a day. A guess is fine."),
            "invalid": gettext_lazy("Please give a day, such as 2027-01-19."),
        },
    )
    what = forms.CharField(
        label=gettext_lazy("What happened, and what was done"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    gathering = forms.ChoiceField(label=gettext_lazy("At which meeting, if at one"), required=False)
    practice = forms.ChoiceField(label=gettext_lazy("With which practice, if with one"), required=False)

    def __init__(self, group: Group, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [place.user for place in queries.places(group)]
        names = seals.names_of(people)
        self.people = {user.code: user for user in people}
        self.gatherings: dict[str, Gathering] = {one.code: one for one in queries.gatherings_of(group)}
        self._offer("member", [("", _("Please choose"))] + [(user.code, names[user.pk]) for user in people])
        meetings = [(code, queries.meeting_name(one)) for code, one in self.gatherings.items()]
        self._offer("gathering", [("", _("none")), *meetings])
        self._offer("practice", [("", _("none")), *practices_of(group)])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # declared above
        field.choices = choices

    def event(self) -> dict[str, Any]:
        """What the room needs to keep it."""
        given = self.cleaned_data
        return {
            "member": self.people[given["member"]],
            "gathering": self.gatherings.get(given["gathering"]),
            "facts": self.facts(),
            **{name: given[name] for name in ("category", "severity", "related", "happened_on", "what", "practice")},
        }


class ReviewForm(forms.Form):
    """How somebody who answers for safety judges it."""

    term = forms.ChoiceField(
        label=gettext_lazy("What it is called"), choices=TERMS, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    related = forms.ChoiceField(
        label=gettext_lazy("Does it have to do with the programme?"), choices=RELATED, error_messages=CHOOSE
    )
    expected = forms.ChoiceField(
        label=gettext_lazy("Is it named in the programme's notes as something that may happen?"),
        choices=[("", gettext_lazy("Please choose")), *EXPECTED],
        error_messages=CHOOSE,
    )


class DecisionForm(forms.Form):
    """Whether the group goes on, and why."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What happens with the group"),
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    why = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please write down why. One sentence is enough.")},
    )


def practices_of(group: Group) -> list[tuple[str, str]]:
    """The practices of this group's programme, by title; none where the programme is not here."""
    try:
        plan = queries.programme_of(group)
    except ProgrammeGone:
        return []
    uses = {
        use.practice: use
        for session in plan.sessions
        for slot in session.agenda
        for use in (slot.practice, slot.gentler, slot.then)
        if use is not None
    }
    return sorted(((name, use.load().title) for name, use in uses.items()), key=lambda pair: pair[1])
