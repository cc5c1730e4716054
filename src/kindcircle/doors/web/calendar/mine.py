"""My calendar: what is to come, and the link by which it stands in one's own calendar."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.groups import calendars
from kindcircle.rooms.groups.models_calendar import CalendarLink


class WordsForm(forms.Form):
    """What entries say."""

    title = forms.ChoiceField(
        label=gettext_lazy("What your calendar shows"),
        help_text=gettext_lazy("Anyone who sees your calendar can read this word. It never names the group."),
        choices=CalendarLink.Title.choices,
        widget=forms.RadioSelect,
    )
    says_where = forms.BooleanField(
        label=gettext_lazy("Show where it is, too"),
        help_text=gettext_lazy("The room, or the link to the video room."),
        required=False,
    )


@page(Permission.CALENDAR_USE)
def mine(request: HttpRequest) -> HttpResponse:
    """What is to come, as a list."""
    return _show(request, None)


@page(Permission.CALENDAR_USE, methods=("POST",))
def words(request: HttpRequest) -> HttpResponse:
    """Choose the word, and whether entries tell where."""
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    calendars.choose_words(user=_me(request), by=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
    messages.success(request, _("Kept. Your calendar follows the next time it asks."))
    return on_to("calendar:mine")


@page(Permission.CALENDAR_USE, methods=("POST",))
def link(request: HttpRequest) -> SeeOther:
    """Make the link, make a new one in its place, or switch it off."""
    mark = {"user": _me(request), "by": request.actor, "at": clock.now()}  # type: ignore[attr-defined]
    if request.POST.get("do") == "off":
        calendars.end_link(**mark)
        messages.success(request, _("The link is off. You could now take the calendar out of your phone, too."))
    else:
        calendars.renew_link(seen=request.POST.get("seen", ""), **mark)
        messages.success(request, _("Here is your link. A link you had before opens nothing any more."))
    return on_to("calendar:mine")


def _show(request: HttpRequest, form: WordsForm | None, *, status: int = 200) -> HttpResponse:
    me, at = _me(request), clock.now()
    kept = calendars.calendar_of(me)
    secret = calendars.secret_of(kept)
    context = {
        "base": base_for(request.actor),  # type: ignore[attr-defined]
        "meetings": calendars.meetings_of(request.actor, at=at),  # type: ignore[attr-defined]
        "form": form or WordsForm(initial={"title": kept.title, "says_where": kept.says_where}),
        "link": request.build_absolute_uri(reverse("calendar:feed", args=[secret])) if secret else "",
        "seen": calendars.stamp(kept),
    }
    return render(request, "calendar/mine.html", context, status=status)


def _me(request: HttpRequest) -> User:
    return User.objects.select_related("organisation").get(pk=request.actor.user_id)  # type: ignore[attr-defined]
