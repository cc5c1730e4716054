"""What only this house can say in the consent text: every gap on one page, in versions, with the text to look at."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Invalid
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.consent_text import hours_of, natures, preview_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.paper import personal
from kindcircle.rooms.groups.consents import counts_of
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.intake.actions import keep_facts
from kindcircle.rooms.intake.consent_texts import HAS_STUDY, empty_gaps, house_gaps, newest_facts
from kindcircle.rooms.intake.models import ConsentFacts

LONGEST = 1000
ASKS: dict[str, tuple[str | Promise, str | Promise]] = {
    "site": (gettext_lazy("Who runs the groups"), gettext_lazy("It goes on with “runs this group”.")),
    "what_it_is": (
        gettext_lazy("What it is: a course, or a treatment"),
        gettext_lazy("One or two whole sentences. Say if it takes the place of any care, or not."),
    ),
    "other_help": (
        gettext_lazy("What else there is"),
        gettext_lazy("Whole sentences: other help near by, in a group or not."),
    ),
    "legal_duties": (
        gettext_lazy("When the law makes you speak"),
        gettext_lazy("Whole sentences. Your lawyer knows which."),
    ),
    "online_tool": (gettext_lazy("With what you meet online"), gettext_lazy("It comes after “We use”.")),
    "who_sees": (
        gettext_lazy("Who can see records"),
        gettext_lazy("Whole sentences: by role, and by name where you can."),
    ),
    "where_kept": (gettext_lazy("Where records are kept"), gettext_lazy("Whole sentences.")),
    "keep_for": (gettext_lazy("For how long"), gettext_lazy("It comes after “We keep them for”, such as “ten years”.")),
    "emergency": (
        gettext_lazy("What to do in an emergency"),
        gettext_lazy("Whole sentences, with the number to call."),
    ),
    "research_study": (
        gettext_lazy("The study, if there is one"),
        gettext_lazy("Whole sentences. If there is none, say so; then nobody is asked."),
    ),
    "contact": (gettext_lazy("Whom to ask"), gettext_lazy("Whole sentences: names, and how to reach them.")),
    "complaints": (
        gettext_lazy("Whom to complain to"),
        gettext_lazy("Somebody outside of the group. Whole sentences."),
    ),
    "clinician": (gettext_lazy("Who looked it over for care"), gettext_lazy("A clinician, by name.")),
    "lawyer": (gettext_lazy("Who looked it over for law"), gettext_lazy("A lawyer, by name.")),
    "checked_on": (gettext_lazy("When they did"), gettext_lazy("It comes after “on”, such as “3 March 2027”.")),
}
"""What each gap asks for, and how it stands in its sentence. A gap we have no words for shows its own name."""


class GapField(forms.CharField):
    """A gap is needed in the end, and may be left for another day."""

    def validate(self, value: str | None) -> None:
        return


class FactsForm(forms.Form):
    """Every gap, each to be left for later until the text is whole."""

    use_required_attribute = False

    def __init__(self, house: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for gap in house_gaps():
            words, help_text = ASKS.get(gap, (gap.replace("_", " "), ""))
            self._ask(gap, words, help_text)
            if gap == "what_it_is":
                for key, title in natures(house):
                    words = _("The same for “%(title)s”, if it is something else") % {"title": title}
                    self._ask(key, words, "", kind=forms.CharField, required=False)
        self.fields[HAS_STUDY] = forms.BooleanField(
            label=_("There is a study that people can say yes to"), required=False
        )

    def _ask(
        self,
        name: str,
        words: str | Promise,
        help_text: str | Promise,
        *,
        kind: type[forms.CharField] = GapField,
        required: bool = True,
    ) -> None:
        too_long = gettext_lazy("Please use up to 1000 letters.")
        self.fields[name] = kind(
            label=str(words),
            help_text=str(help_text),
            required=required,
            max_length=LONGEST,
            error_messages={"max_length": too_long},
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def facts(self) -> dict[str, str]:
        said = {name: words for name, words in self.cleaned_data.items() if name != HAS_STUDY}
        return said | {HAS_STUDY: "yes" if self.cleaned_data[HAS_STUDY] else ""}


@page(Permission.CONSENT_FACTS_KEEP, methods=("GET", "POST"))
def consent(request: HttpRequest) -> HttpResponse:
    """Fill in what is missing, see what people will read, and how many said yes to it."""
    house = house_of(request)
    newest = newest_facts(house)
    facts = newest.facts if newest else {}
    form = FactsForm(house, request.POST or None, initial=facts | {HAS_STUDY: bool(facts.get(HAS_STUDY))})
    if request.method == "POST" and form.is_valid():
        asks_again = request.POST.get("asks_again", "yes") != "no"
        try:
            kept = keep_facts(
                organisation=house, facts=form.facts, asks_again=asks_again, by=request.actor, at=clock.now()  # type: ignore[attr-defined]
            )  # fmt: skip
        except Invalid as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _said(kept, newest))
            return on_to("organisation:consent")
    groups = list(Group.objects.filter(organisation=house).exclude(state=Group.State.FINISHED).order_by("-created_at"))
    counts = counts_of(groups, house)
    labels = {name: str(words) for name, (words, _help) in ASKS.items()}
    context = {
        "house": house,
        "form": form,
        "gaps": [labels.get(gap, gap) for gap in empty_gaps(facts)],
        "newest": newest,
        "whole": newest is not None and not empty_gaps(facts),
        "versions": _versions(house),
        "hours": hours_of(house),
        "groups": [(group, counts[group.pk]) for group in groups],
    }
    return render(request, "organisation/consent.html", context, status=422 if form.errors else 200)


@page(Permission.CONSENT_FACTS_KEEP)
def preview(request: HttpRequest) -> HttpResponse:
    """Both layers as people read them. An empty gap is plain to see, and only here."""
    house = house_of(request)
    newest = newest_facts(house)
    text = preview_for(house, newest.facts if newest else {}, newest.number if newest else 0)
    return render(request, "organisation/consent_preview.html", {"text": text, "newest": newest})


@page(Permission.CONSENT_FACTS_KEEP)
def paper(request: HttpRequest) -> HttpResponse:
    """The same as PDF, for those who look it over."""
    house = house_of(request)
    newest = newest_facts(house)
    text = preview_for(house, newest.facts if newest else {}, newest.number if newest else 0)
    lines = [item.text for item in (*text.needed, *text.free, text.research)]
    pages = [(text.short_title, text.short), (text.full_title, text.full)]
    return on_paper("handout", personal.consent(pages, lines), _("consent text"))


def _said(kept: ConsentFacts, before: ConsentFacts | None) -> str:
    if before is not None and kept.number == before.number:
        return _("Nothing has changed, so this is still the same version.")
    if empty_gaps(kept.facts):
        return _("Kept. There are still gaps, so nobody is asked to sign it yet.")
    return _("Kept as version %(n)s.") % {"n": kept.number}


def _versions(house: Organisation) -> list[tuple[ConsentFacts, str]]:
    rows = list(house.consent_facts.select_related("made_by").order_by("-number")[:12])
    names = seals.names_of(list({row.made_by_id: row.made_by for row in rows}.values()))
    return [(row, names[row.made_by_id]) for row in rows]
