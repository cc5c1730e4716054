"""Addresses of one's own privacy, all below /privacy/."""

from django.urls import path

from kindcircle.doors.web.privacy import devices, erasing, home, seen

app_name = "privacy"
urlpatterns = [
    path("", home.home, name="home"),
    path("who-looked/", seen.who_looked, name="who-looked"),
    path("devices/", devices.devices, name="devices"),
    path("devices/end/", devices.end, name="end"),
    path("devices/covers/", devices.covers, name="covers"),
    path("erase/", erasing.erase, name="erase"),
    path("erased/", erasing.erased, name="erased"),
    path("safe-device/", home.safe_device, name="safe-device"),
]
