"""Choosing where a group meets: one of the house's rooms or any other place, and a video room or a link."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups import venues
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.groups.venues import Where

GONE = gettext_lazy("This one is not used any more. Please choose again.")


class WhereForm(forms.Form):
    """Where. A house that keeps no rooms sees the two boxes alone."""

    room = forms.ChoiceField(
        label=gettext_lazy("Room of the house"), required=False, error_messages={"invalid_choice": GONE}
    )
    place = forms.CharField(label=gettext_lazy("Room or address"), max_length=160, required=False)
    video_room = forms.ChoiceField(
        label=gettext_lazy("Video room of the house"), required=False, error_messages={"invalid_choice": GONE}
    )
    video_link = forms.URLField(
        label=gettext_lazy("Your own video link"),
        help_text=gettext_lazy("If the group meets online. It opens beside our page."),
        max_length=500,
        required=False,
        assume_scheme="https",
    )

    def __init__(self, house: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.venues: dict[str, Venue] = {}
        self._offer("room", house, Venue.Kind.ROOM, "place", _("Another place, written below"))
        self._offer("video_room", house, Venue.Kind.VIDEO, "video_link", _("None, or another link below"))

    def _offer(self, name: str, house: Organisation, kind: str, typed: str, neither: str) -> None:
        found = list(venues.offered(house, kind))
        if not found:
            del self.fields[name]
            return
        self.venues |= {venue.code: venue for venue in found}
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # declared above
        field.choices = [("", neither), *((venue.code, _named(venue)) for venue in found)]
        self.fields[typed].label = _("Another place") if kind == Venue.Kind.ROOM else _("Another video link")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name, typed in (("room", "place"), ("video_room", "video_link")):
            if given.get(name) and given.get(typed):
                self.add_error(typed, _("You chose one of the house and wrote another. Please keep one of them."))
        return given

    @property
    def where(self) -> Where:
        """What was chosen or typed, once the form is valid."""
        given = self.cleaned_data
        return venues.where(
            place=given["place"],
            video_link=given["video_link"],
            room=self.venues.get(given.get("room", "")),
            video_room=self.venues.get(given.get("video_room", "")),
        )


def start_with(here: Where) -> dict[str, str]:
    """The same boxes filled with where something is now."""
    room, video = (venue if venue and venue.ended_at is None else None for venue in (here.room, here.video_room))
    return {
        "room": room.code if room else "",
        "place": "" if room else here.place,
        "video_room": video.code if video else "",
        "video_link": "" if video else here.video_link,
    }


def _named(venue: Venue) -> str:
    if venue.kind == Venue.Kind.VIDEO:
        return venue.name
    if venue.holds is None:
        return venue.line
    return _("%(room)s (holds %(n)s)") % {"room": venue.line, "n": venue.holds}
