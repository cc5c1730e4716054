"""Addresses of the organisation's pages, all below /organisation/."""

from django.urls import path

from kindcircle.doors.web.organisation import hours, house, lines, look, starting, supervision, wording

app_name = "organisation"
urlpatterns = [
    path("", house.home, name="home"),
    path("staff/invite/", house.invite, name="invite"),
    path("groups/start/", starting.start_group, name="start-group"),
    # The numbers people can call.
    path("help-lines/", lines.lines, name="lines"),
    path("help-lines/<str:code>/dialled/", lines.check, name="line-check"),
    path("help-lines/<str:code>/remove/", lines.remove, name="line-remove"),
    # When somebody is there.
    path("look/", look.look, name="look"),
    path("hours/", hours.hours, name="hours"),
    path("supervision/", supervision.supervision, name="supervision"),
    # The words of questionnaires.
    path("wordings/", wording.wordings, name="wordings"),
    path("wordings/accept/", wording.accept, name="wording-accept"),
]
