"""The gallery: every part of a page in every state, with made-up content. Only a demo site shows it."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.shared import site_state
from kindcircle.doors.web.shared.drawing import ICONS
from kindcircle.doors.web.shared.pages import page

NAMES = ("Ana", "Ben", "Jo", "Kim", "Lee", "Mo", "Sam", "Uli")
WAYS = (("call", "A call"), ("letter", "A written message"))
ERRORS = (
    (404, "not there, or not yours"),
    (409, "moved on meanwhile"),
    (410, "a link that has ended"),
    (422, "could not be used"),
    (429, "too often"),
    (500, "broken on our side"),
)
SENTENCES = {
    404: "This page is not here, or it is not open to you. Your own page is one tap away.",
    409: "This gathering is already closed. Nothing was changed.",
    410: "This invitation was used or is too old. Your facilitator can send you a new one in a moment.",
    422: "The file has words where numbers belong, in line 4. Please mend it and send it again.",
    429: "Please wait a minute, then try once more.",
    500: "Something went wrong on our side. Nothing you saved is lost. Please go back and try once more.",
}


class SampleForm(forms.Form):
    """One field of each kind, for looking at."""

    name = forms.CharField(label="What may we call you?", help_text="Any name you like.")
    day = forms.DateField(label="Which day may it come back?", widget=forms.DateInput(attrs={"type": "date"}))
    words = forms.CharField(label="Anything we should know?", widget=forms.Textarea(attrs={"rows": 4}), required=False)
    contact = forms.BooleanField(label="Please contact me", help_text="We call or write today.", required=False)
    way = forms.ChoiceField(label="How may we reach you?", choices=WAYS, widget=forms.RadioSelect)
    steady = forms.TypedChoiceField(
        label="How steady are you right now?",
        choices=[(n, n) for n in range(11)],
        coerce=int,
        widget=forms.RadioSelect,
    )


def _seats(states: str, names: tuple[str, ...] = NAMES) -> list[dict[str, str]]:
    """One seat for each letter: y you, h here, k kept, s speaking, a attend, p past, n now, f still to come."""
    words = {
        "y": "you", "h": "here", "k": "kept", "s": "speaking", "a": "attend", "p": "past", "n": "now", "f": "ahead",
    }  # fmt: skip
    return [
        {"state": words[letter], "label": names[n % len(names)], "short": names[n % len(names)]}
        for n, letter in enumerate(states)
    ]


def _people() -> list[dict[str, object]]:
    same, better, worse = "no", "yes, better", "yes, worse"
    rows = [
        (18, 9, better),
        (14, 12, same),
        (11, 10, same),
        (16, 8, better),
        (9, 9, same),
        (12, 17, worse),
        (7, 5, same),
    ]
    change = {same: "same", better: "better", worse: "worse"}
    return [
        {"label": f"Person {n}", "before": before, "after": after, "change": change[words], "words": words}
        for n, (before, after, words) in enumerate(rows, start=1)
    ]


@page(Permission.GALLERY_SEE, about=site_state.demo)
def gallery(request: HttpRequest) -> HttpResponse:
    """Every part in every state."""
    return render(
        request,
        "gallery/gallery.html",
        {
            "icons": list(ICONS),
            "form": SampleForm(prefix="empty"),
            "sent": SampleForm({"sent-name": "", "sent-words": "", "sent-steady": "12"}, prefix="sent"),
            "words": [
                ("settled", "Settled"),
                ("stirred", "Stirred"),
                ("a-lot", "A lot"),
                ("contact", "Please contact me"),
            ],
            "group": _seats("yhhhhhkh"),
            "round": _seats("hhhhhhsh"),
            "signals": _seats("hhahhkhh"),
            "eight_weeks": _seats("ppppnfff"),
            "thirty": _seats("h" * 27 + "kkk"),
            "alone": _seats("y"),
            "nobody": [],
            "people": _people(),
            "effects": [
                {
                    "label": "Kindness to self (n = 7): 0.62, from 0.05 to 1.19",
                    "estimate": 0.62,
                    "low": 0.05,
                    "high": 1.19,
                },
                {"label": "Low mood (n = 7): 0.31, from −0.28 to 0.90", "estimate": 0.31, "low": -0.28, "high": 0.9},
                {"label": "Worry (n = 3)", "instead": "Too few people to show"},
            ],
            "errors": ERRORS,
        },
    )


@page(Permission.GALLERY_SEE, about=site_state.demo)
def gallery_error(request: HttpRequest, status: int) -> HttpResponse:
    """What each page for when something did not work looks like. Sent as an ordinary page: nothing is wrong."""
    if status not in SENTENCES:
        raise NotFound()
    template = "error_plain.html" if status == 500 else "error.html"
    return render(request, template, {"status": status, "sentence": SENTENCES[status]})
