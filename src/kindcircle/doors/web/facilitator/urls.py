"""Addresses of the facilitators' pages, all below /desk/."""

from django.urls import path

from kindcircle.doors.web.facilitator import after, desk, runsheet

app_name = "facilitator"
urlpatterns = [
    # The desk and the groups.
    path("", desk.home, name="home"),
    path("groups/<str:code>/", desk.group, name="group"),
    path("groups/<str:code>/invite/", desk.invite, name="invite"),
    # Before and after a meeting.
    path("gatherings/<str:code>/", runsheet.runsheet, name="runsheet"),
    path("gatherings/<str:code>/after/", after.after, name="after"),
]
