"""What I would like to hear: which mail, at which hour, how much of it, and a pause with one tap."""

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.outbox import wishes as rooms
from kindcircle.base.outbox.models import AS_THEY_COME, MOST_A_WEEK
from kindcircle.base.outbox.rule import is_quiet
from kindcircle.base.outbox.wishes import House, Wish, house_of, is_returned, wish_of
from kindcircle.base.people.models import User
from kindcircle.doors.web.mailing.lately import lately
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to

LONGEST_PAUSE = timedelta(days=366)
NOT_A_TIME = {"invalid": gettext_lazy("Please write a time such as 21:00."), "required": gettext_lazy("Please add it.")}


def _a_week(number: int) -> str:
    return ngettext("at most %(n)s a week", "at most %(n)s a week", number) % {"n": number}


# Said when somebody reads it, in their language.
a_week = lazy(_a_week, str)
MANY = [(number, a_week(number)) for number in range(1, MOST_A_WEEK + 1)]


class WishForm(forms.Form):
    """Everything somebody can choose. All of it may stay as it is."""

    use_required_attribute = False

    any_mail = forms.TypedChoiceField(
        label=gettext_lazy("Mail"),
        choices=[
            ("yes", gettext_lazy("Write to me, as I choose below")),
            ("no", gettext_lazy("No mail at all. I look here myself.")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    meetings = forms.BooleanField(label=gettext_lazy("Before a meeting"), required=False)
    news = forms.BooleanField(
        label=gettext_lazy("When something new waits for me"),
        help_text=gettext_lazy("Such as an answer from those who lead, or a letter from me to me."),
        required=False,
    )
    nudges = forms.BooleanField(
        label=gettext_lazy("A kind nudge to practise at home"),
        help_text=gettext_lazy("Never on a day when you practised already, and not on the day of a meeting."),
        required=False,
    )
    hour = forms.TypedChoiceField(
        label=gettext_lazy("At this hour of my day"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
        help_text=gettext_lazy("For reminders and nudges."),
    )
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=NOT_A_TIME,
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Until"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=NOT_A_TIME,
    )
    most_messages = forms.TypedChoiceField(label=gettext_lazy("Messages"), choices=MANY, coerce=int)
    most_nudges = forms.TypedChoiceField(
        label=gettext_lazy("Nudges, if I asked for them"), choices=MANY[:3], coerce=int
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("My clock"),
        choices=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        help_text=gettext_lazy("All times on your pages follow it."),
    )

    def __init__(self, *args: Any, house: House, member: bool, staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not member:
            del self.fields["meetings"], self.fields["nudges"], self.fields["most_nudges"]
        elif house.most_nudges == 0:
            del self.fields["nudges"], self.fields["most_nudges"]
        else:
            self.fields["most_nudges"].choices = MANY[: house.most_nudges]  # type: ignore[attr-defined]
        if staff:
            many = [(AS_THEY_COME, gettext_lazy("as they come")), *MANY]
            self.fields["most_messages"].choices = many  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(wish: Wish, zone: str) -> dict[str, Any]:
        """The form as somebody left it."""
        names = ("meetings", "news", "nudges", "hour", "quiet_from", "quiet_until", "most_messages")
        now = {name: getattr(wish, name) for name in names}
        return now | {
            "any_mail": "yes" if wish.any_mail else "no",
            "most_nudges": max(1, wish.most_nudges),
            "zone": zone,
        }

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if {"hour", "quiet_from", "quiet_until"} <= told.keys():
            wish = Wish(quiet_from=told["quiet_from"], quiet_until=told["quiet_until"])
            if is_quiet(time(told["hour"]), wish):
                self.add_error("hour", _("This hour lies in your quiet hours. Please choose another one."))
        return told


@page(Permission.MAIL_CHOOSE, methods=("GET", "POST"))
def wishes(request: HttpRequest) -> HttpResponse:
    """Look at it and change it. Nobody else ever sees it."""
    me, at, actor = me_of(request), clock.now(), request.actor  # type: ignore[attr-defined]
    now = wish_of(me)
    member, staff = bool(actor.member_of), bool(actor.facilitates or actor.roles)
    form = WishForm(
        request.POST or None,
        initial=WishForm.initial_of(now, me.zone),
        house=house_of(me.organisation),
        member=member,
        staff=staff,
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        rooms.keep_choices(given, user=me, zone=given.pop("zone"), by=actor, at=at)
        messages.success(request, _("Kept. Only you can see this."))
        return on_to("mailing:wishes")
    context = {
        "base": base_for(actor),
        "form": form,
        "wish": now,
        "staff": staff,
        "paused_until": timezone.localtime(now.paused_until) if now.paused_until and now.paused_until > at else None,
        "first_day": timezone.localdate() + timedelta(days=1),
        "last_day": timezone.localdate() + LONGEST_PAUSE,
        "in_a_week": timezone.localdate() + timedelta(days=7),
        "returned": is_returned(me),
        "lately": lately(me, at=at),
    }
    return render(request, "mailing/wishes.html", context, status=422 if form.errors else 200)


@page(Permission.MAIL_CHOOSE, methods=("POST",))
def pause(request: HttpRequest) -> SeeOther:
    """No mail for a while, none at all, or mail again. One tap each."""
    mark = {"user": me_of(request), "by": request.actor, "at": clock.now()}  # type: ignore[attr-defined]
    do = request.POST.get("do", "")
    if do == "for-good":
        rooms.any_mail(wanted=False, **mark)
        messages.success(request, _("No more mail. Everything waits here for you."))
    elif do == "again":
        rooms.any_mail(wanted=True, **mark)
        messages.success(request, _("Good. We write to you again, as you chose."))
    else:
        until = _day(request.POST.get("until", ""))
        if until is None:
            messages.error(request, _("Please pick a day between tomorrow and a year from now. Nothing was changed."))
        else:
            rooms.pause(until=until, **mark)
            messages.success(request, _("Your mail rests until then."))
    return on_to("mailing:wishes")


@page(Permission.MAIL_CHOOSE, methods=("POST",))
def no_nudges(request: HttpRequest) -> SeeOther:
    """One tap, and no nudge comes any more."""
    rooms.stop_nudges(user=me_of(request), by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("No more nudges. You can have them again whenever you like."))
    return on_to("home")


def me_of(request: HttpRequest) -> User:
    """Whoever asks, with their house."""
    return User.objects.select_related("organisation").get(pk=request.actor.user_id)  # type: ignore[attr-defined]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    today = timezone.localdate()
    return day if today < day <= today + LONGEST_PAUSE else None
