"""Practices as staff look them up: found by what they train, how long they take and what they ask, and read whole."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Permission
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper
from kindcircle.doors.web.words.frame import found, show
from kindcircle.paper import words
from kindcircle.spec.practices import Practice, all_practices, load_practice, newest_practice
from kindcircle.spec.search import find
from kindcircle.spec.texts import ContentError


class SearchForm(forms.Form):
    """What is wished for. Every field may be left as it is; the address holds the whole question."""

    text = forms.CharField(label=_("Words in its name or purpose"), max_length=80, required=False)
    element = forms.MultipleChoiceField(
        label=_("What it trains"),
        choices=[
            ("mindfulness", _("Mindfulness")),
            ("common-humanity", _("Common humanity")),
            ("self-kindness", _("Self-kindness")),
            ("soothing", _("Soothing")),
            ("grounding", _("Grounding")),
            ("compassion-to-others", _("Compassion to others")),
            ("compassion-from-others", _("Compassion from others")),
            ("fierce-self-compassion", _("Fierce self-compassion")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    minutes = forms.TypedChoiceField(
        label=_("How long there is"),
        choices=[
            ("", _("Any length")),
            ("1", _("1 minute")),
            ("3", _("3 minutes")),
            ("5", _("5 minutes")),
            ("10", _("10 minutes")),
            ("15", _("15 minutes")),
            ("20", _("20 minutes")),
            ("30", _("30 minutes")),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    stirs = forms.ChoiceField(
        label=_("How much it may stir people"),
        choices=[("", _("Any")), ("low", _("Only gentle ones")), ("medium", _("Gentle, or a little"))],
        required=False,
    )
    without = forms.MultipleChoiceField(
        label=_("Leave out"),
        choices=[
            ("breath", _("Breath focus")),
            ("touch", _("Touch")),
            ("standing", _("Standing and walking")),
            ("writing", _("Writing")),
            ("pictures", _("Pictures in the mind")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@page(Permission.WORDS_SEE)
def practices(request: HttpRequest) -> HttpResponse:
    """The catalogue, or what fits the question in the address, each with a reason."""
    form = SearchForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    suggestions = find(
        all_practices(),
        elements=asked.get("element", ()),
        minutes=asked.get("minutes"),
        at_most=asked.get("stirs") or None,
        without=asked.get("without", ()),
        text=asked.get("text", ""),
    )
    return show(
        request, "words/practices.html", {"form": form, "suggestions": suggestions, "searched": bool(request.GET)}
    )


@page(Permission.WORDS_SEE)
def practice(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """One practice in every length, with every other way, and what to watch for."""
    one = _practice(name, version)
    easier = found(newest_practice, one.easier.practice) if one.easier.practice else None
    sheet = words.script(one)["script"]
    return show(
        request,
        "words/practice.html",
        {"one": one, "sheet": sheet, "easier": easier, "guide": as_html(one.guide), "newest": newest_practice(one.id)},
    )


@page(Permission.WORDS_SEE)
def script(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """The same as PDF."""
    one = _practice(name, version)
    return paper("script", words.script(one), one.title)


def _practice(name: str, version: str) -> Practice:
    try:
        return load_practice(name, version)
    except ContentError:
        raise NotFound from None
