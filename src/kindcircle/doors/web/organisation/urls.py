"""Addresses of the organisation's pages, all below /organisation/."""

from django.urls import path

from kindcircle.doors.web.organisation import (
    hours,
    house,
    lines,
    look,
    mail_rule,
    starting,
    supervision,
    venues,
    wording,
)

app_name = "organisation"
urlpatterns = [
    path("", house.home, name="home"),
    path("staff/invite/", house.invite, name="invite"),
    path("groups/start/", starting.start_group, name="start-group"),
    # The numbers people can call.
    path("help-lines/", lines.lines, name="lines"),
    path("help-lines/<str:code>/dialled/", lines.check, name="line-check"),
    path("help-lines/<str:code>/remove/", lines.remove, name="line-remove"),
    # Where the house meets, and how its pages speak and look.
    path("rooms/", venues.places, name="venues"),
    path("rooms/new/<str:kind>/", venues.new, name="venue-new"),
    path("rooms/<str:code>/", venues.change, name="venue"),
    path("look/", look.look, name="look"),
    # When somebody is there, and what mail may go out.
    path("hours/", hours.hours, name="hours"),
    path("mail/", mail_rule.mail_rule, name="mail-rule"),
    path("supervision/", supervision.supervision, name="supervision"),
    # The words of questionnaires.
    path("wordings/", wording.wordings, name="wordings"),
    path("wordings/accept/", wording.accept, name="wording-accept"),
]
