"""All questionnaires: what each measures, its licence, what the house has to do, and what nobody has confirmed."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.organisation.measure_words import (
    LICENCES,
    MUST,
    answers_of,
    figures_of,
    scores_of,
    watched_of,
)
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.measures.licensing import LONGEST, needs_number, numbers, write_number
from kindcircle.rooms.measures.models import Wording
from kindcircle.rooms.measures.rescoring import scored_anew
from kindcircle.spec.register import Entry, entries, entry


class NumberForm(forms.Form):
    """The number of a licence or a registration."""

    number = forms.CharField(
        label=gettext_lazy("Number of your licence or registration"),
        help_text=gettext_lazy("As the owner gave it to you. We cannot look it up; it is your word."),
        max_length=LONGEST,
        error_messages={"required": gettext_lazy("Please write the number as the owner gave it to you.")},
    )


@page(Permission.WORDING_IMPORT)
def measures(request: HttpRequest) -> HttpResponse:
    """Everything that is known here: ours, those whose words are brought in, and those without a form."""
    house = house_of(request)
    here = _languages_here(house)
    written = numbers(house)
    groups: dict[str, list[dict[str, Any]]] = {"ours": [], "words_needed": [], "no_form": []}
    for one in entries(site=settings.SITE_CONTENT):
        waits = one.definition is not None and needs_number(one.definition) and one.id not in written
        groups[one.standing].append(
            {"of": one, "licence": LICENCES[one.licence], "languages": here.get(one.id, []), "waits": waits}
        )
    return render(request, "organisation/measures.html", groups)


@page(Permission.WORDING_IMPORT, methods=("GET", "POST"))
def measure(request: HttpRequest, instrument: str) -> HttpResponse:
    """One of them, with its arithmetic in words; and the number of a licence where the owner asks for one."""
    house, one = house_of(request), entry(instrument, site=settings.SITE_CONTENT)
    if one is None:
        raise NotFound
    asks = one.definition is not None and needs_number(one.definition)
    if request.method == "POST" and not asks:
        raise NotFound
    form = NumberForm(request.POST) if request.method == "POST" else NumberForm()
    if request.method == "POST" and form.is_valid() and one.definition is not None:
        write_number(
            organisation=house,
            definition=one.definition,
            number=form.cleaned_data["number"],
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
        messages.success(request, _("The number is kept. You can bring in the words now."))
        return on_to("organisation:measure", one.id)
    return render(
        request,
        "organisation/measure.html",
        _shown(one, house, form if asks else None),
        status=422 if form.errors else 200,
    )


def _shown(one: Entry, house: Organisation, form: NumberForm | None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "of": one,
        "licence": LICENCES[one.licence],
        "must": MUST[one.must],
        "languages": _languages_here(house).get(one.id, []),
        "form": form,
    }
    if one.slot is not None:
        names = {other.id: other.name for other in entries(site=settings.SITE_CONTENT)}
        context["instead"] = [(name, names[name]) for name in one.slot.instead if name in names]
    if one.definition is not None:
        number = numbers(house).get(one.id) if form is not None else None
        context |= {
            "answers": answers_of(one.definition),
            "scores": scores_of(one.definition),
            "anew": scored_anew(house, one.id),
            "figures": list(figures_of(one.definition)),
            "watched": watched_of(one.definition),
            "number": number,
            "written_by": seals.name_of(number.written_by) if number else "",
        }
    return context


def _languages_here(house: Organisation) -> dict[str, list[str]]:
    """Languages that this house brought in, by questionnaire."""
    found: dict[str, list[str]] = {}
    rows = Wording.objects.filter(organisation=house).order_by("instrument", "language")
    for instrument, language in rows.values_list("instrument", "language").distinct():
        found.setdefault(instrument, []).append(language)
    return found
