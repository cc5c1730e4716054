"""How somebody likes to practise: one page, remembered for them, and used wherever a practice is played."""

import json
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.doors.web.member.little_data import device_asks
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.practice.own_way import AS_WRITTEN, Choice, keep_own_way, own_way

ANCHORS = [
    ("breath", gettext_lazy("My breath")),
    ("feet", gettext_lazy("My feet")),
    ("sounds", gettext_lazy("Sounds around me")),
    ("hands", gettext_lazy("My hands")),
]
VOICES = [
    ("recorded", gettext_lazy("A recorded voice, where there is one. If not, a made voice.")),
    ("made", gettext_lazy("A voice made by a machine")),
    ("device", gettext_lazy("The voice of this device")),
    ("text", gettext_lazy("No voice: only words and bells")),
]
DATA = [
    ("device", gettext_lazy("As this device asks")),
    ("little", gettext_lazy("Little: words and bells first, a voice when I tap for it")),
    ("all", gettext_lazy("As much as it takes")),
]
ZONES = [
    ("feet", gettext_lazy("feet")),
    ("legs", gettext_lazy("legs")),
    ("pelvis", gettext_lazy("pelvis")),
    ("belly", gettext_lazy("belly")),
    ("back", gettext_lazy("back")),
    ("chest", gettext_lazy("chest")),
    ("shoulders", gettext_lazy("shoulders")),
    ("arms", gettext_lazy("arms")),
    ("hands", gettext_lazy("hands")),
    ("neck", gettext_lazy("neck")),
    ("face", gettext_lazy("face")),
    ("head", gettext_lazy("head")),
]
WAYS = [
    ("eyes_open", gettext_lazy("With my eyes open, and no pictures in my mind")),
    ("no_touch", gettext_lazy("Without touching my own body")),
    ("seated", gettext_lazy("Sitting down, even where others stand or lie")),
    ("no_writing", gettext_lazy("Speaking or drawing where others write")),
]
COMFORTS = [
    ("shorter", gettext_lazy("Start with the shortest length")),
    ("still", gettext_lazy("Keep the breathing shape still")),
    ("buzz", gettext_lazy("Let the phone buzz softly at each step")),
    ("one_by_one", gettext_lazy("Show me questions one at a time, in large letters")),
]


class WayForm(forms.Form):
    """Everything somebody can choose. All of it may stay as it is."""

    use_required_attribute = False

    anchor = forms.ChoiceField(choices=ANCHORS, widget=forms.RadioSelect, label=gettext_lazy("What I come back to"))
    ways = forms.MultipleChoiceField(
        choices=WAYS, widget=forms.CheckboxSelectMultiple, required=False, label=gettext_lazy("What suits my body")
    )
    zones = forms.MultipleChoiceField(
        choices=ZONES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=gettext_lazy("Parts of the body to leave out"),
    )
    voice = forms.ChoiceField(choices=VOICES, widget=forms.RadioSelect, label=gettext_lazy("What I hear"))
    data_use = forms.ChoiceField(
        choices=DATA, widget=forms.RadioSelect, required=False, label=gettext_lazy("How much data a practice may use")
    )
    comforts = forms.MultipleChoiceField(
        choices=COMFORTS, widget=forms.CheckboxSelectMultiple, required=False, label=gettext_lazy("Small comforts")
    )

    @classmethod
    def of(cls, choice: Choice) -> "WayForm":
        """The form as somebody left it."""
        now = asdict(choice)
        ticked = {
            name: [key for key, _words in keys if now[key]] for name, keys in (("ways", WAYS), ("comforts", COMFORTS))
        }
        marked = {"anchor": choice.anchor, "voice": choice.voice, "data_use": choice.data, "zones": list(choice.zones)}
        return cls(initial=marked | ticked)

    def choice(self) -> Choice:
        """What was chosen."""
        told: dict[str, Any] = self.cleaned_data
        return Choice(
            anchor=told["anchor"],
            voice=told["voice"],
            data=told["data_use"] or AS_WRITTEN.data,
            zones=tuple(zone for zone, _words in ZONES if zone in told["zones"]),  # type: ignore[misc]
            **{key: key in told["ways"] for key, _words in WAYS},
            **{key: key in told["comforts"] for key, _words in COMFORTS},
        )


@page(Permission.PRACTICE_PLAY, methods=("GET", "POST"))
def how_i_practise(request: HttpRequest) -> HttpResponse:
    """Look at it, change it, or put everything back. Nobody else ever sees it."""
    actor, member = request.actor, request.user  # type: ignore[attr-defined]
    back, spares = _back(request), device_asks(request)
    if request.method == "GET":
        choice = own_way(member, by=actor)  # type: ignore[arg-type]
        context = {"form": WayForm.of(choice), "back": back, "way": mark_of(choice, member.code)}  # type: ignore[union-attr]
        return render(request, "member/own_way.html", context | {"device_asks": spares})
    form = WayForm(request.POST)
    if "as-written" not in request.POST and not form.is_valid():
        context = {"form": form, "back": back, "device_asks": spares}
        return render(request, "member/own_way.html", context, status=422)
    chosen = AS_WRITTEN if "as-written" in request.POST else form.choice()
    keep_own_way(chosen, member=member, by=actor)  # type: ignore[arg-type]
    messages.success(request, _("Remembered. Only you can see this."))
    return SeeOther(back) if back else on_to("member:own-way")


def _back(request: HttpRequest) -> str:
    """The practice that somebody came from, if they did."""
    back = request.POST.get("back") or request.GET.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/practice/")
    return back if ours else ""


def mark_of(choice: Choice, code: str) -> str:
    """By this a phone knows that what it keeps is in other words than this person now hears. It tells nothing else."""
    heard = [code, sorted(choice.needs.ways), sorted(choice.needs.zones), choice.voice]
    return sha256(json.dumps(heard).encode()).hexdigest()[:16]


def in_words(choice: Choice) -> list[str]:
    """What somebody chose, for the line above the player; nothing when all is as written."""
    said = [str(dict(ANCHORS)[choice.anchor])] if choice.anchor != "breath" else []
    now = asdict(choice)
    said += [str(words) for key, words in (*WAYS, *COMFORTS) if now[key]]
    if choice.zones:
        names = dict(ZONES)
        said.append(_("Leaving out: %(zones)s") % {"zones": ", ".join(str(names[zone]) for zone in choice.zones)})
    return said
