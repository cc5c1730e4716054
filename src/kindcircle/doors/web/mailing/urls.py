"""Addresses of what one would like to hear, all below /mail/."""

from django.urls import path

from kindcircle.doors.web.mailing import address, wishes

app_name = "mailing"
urlpatterns = [
    path("", wishes.wishes, name="wishes"),
    path("pause/", wishes.pause, name="pause"),
    path("no-nudges/", wishes.no_nudges, name="no-nudges"),
    # Where mail goes.
    path("address/", address.address, name="address"),
    path("address/code/", address.code, name="address-code"),
    path("address/try-again/", address.try_again, name="try-again"),
]
