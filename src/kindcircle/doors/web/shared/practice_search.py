"""Looking for a practice by what it trains, how long there is and what it asks of people."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from kindcircle.spec.practices import Practice
from kindcircle.spec.search import Suggestion, find


class PracticeSearch(forms.Form):
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

    def among(self, practices: Iterable[Practice]) -> list[Suggestion]:
        """Those that fit, the best first. What was not understood is as if nobody had asked for it."""
        asked = self.cleaned_data if self.is_valid() else {}
        return find(
            practices,
            elements=asked.get("element", ()),
            minutes=asked.get("minutes"),
            at_most=asked.get("stirs") or None,
            without=asked.get("without", ()),
            text=asked.get("text", ""),
        )
