"""From the code on the wall to the very page one is wanted on, on any device, without hunting."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sign_in.sessions import visit
from kindcircle.doors.web.shared.tablet import come_in
from kindcircle.doors.web.shared.tries import count_wrong, stop_guessing
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import CodeNotFound
from kindcircle.rooms.groups.queries import open_by_short_code
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live.models_tablet import Tablet


class LettersForm(forms.Form):
    """One short field for letters that were read aloud or shown on a wall."""

    letters = forms.CharField(
        label=gettext_lazy("The six letters"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "letters"}
        ),
    )


@page(Permission.DOOR_USE, methods=("GET", "POST"))
def join(request: HttpRequest) -> HttpResponse:
    """Type the letters from the wall."""
    form = LettersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _slow_down(request)
        letters = codes.tidy_short_code(form.cleaned_data["letters"])
        if open_by_short_code(letters) is not None:
            return redirect("join-code", short_code=letters)
        count_wrong(request, "join")
        form.add_error("letters", CodeNotFound().sentence)
    return render(request, "doors/join.html", {"form": form}, status=422 if form.errors else 200)


@page(Permission.DOOR_USE, methods=("GET", "POST"))
def join_code(request: HttpRequest, short_code: str) -> HttpResponse:
    """The meeting behind the code: straight in for those who belong, or one's own six letters from the facilitator."""
    actor = request.actor  # type: ignore[attr-defined]
    gathering = open_by_short_code(codes.tidy_short_code(short_code))
    if gathering is None:
        _slow_down(request)
        count_wrong(request, "join")
        raise CodeNotFound
    if can(actor, Permission.GATHERING_LEAD, gathering):
        return redirect("facilitator:lead", code=gathering.code)
    if can(actor, Permission.GATHERING_JOIN, gathering):
        return redirect("member:gathering", code=gathering.code)
    form = LettersForm(request.POST or None)
    form.fields["letters"].label = _("My own six letters")
    if request.method == "POST" and form.is_valid():
        _slow_down(request)
        try:
            user, gathering = actions.use_entry_pass(
                short_code=short_code, typed=form.cleaned_data["letters"], at=clock.now()
            )
        except KindError as error:
            held = _tablet(short_code, form.cleaned_data["letters"])
            if held is not None:
                return come_in(request, held)
            count_wrong(request, "join")
            form.add_error("letters", error.sentence)
        else:
            visit(request, user, gathering)
            return redirect("member:gathering", code=gathering.code)
    return render(
        request, "doors/join_code.html", {"form": form, "short_code": short_code}, status=422 if form.errors else 200
    )


def _tablet(short_code: str, typed: str) -> Tablet | None:
    """The tablet that these letters let in, or None. They are typed where the letters for one person are."""
    try:
        return live.claim_tablet(short_code=short_code, typed=typed, at=clock.now())
    except KindError:
        return None


def _slow_down(request: HttpRequest) -> None:
    """Guessing letters gets slow; nobody who belongs is ever shut out for long."""
    sentence = _("That was many tries in a short time. Please wait ten minutes, or ask your facilitator.")
    stop_guessing(request, "join", sentence)
