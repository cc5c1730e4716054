"""Addresses of dates, all below /calendar/: somebody's own, the link for their calendar, and the dates of a group."""

from django.urls import path

from kindcircle.doors.web.calendar import feed, groups, mine

app_name = "calendar"
urlpatterns = [
    path("", mine.mine, name="mine"),
    path("words/", mine.words, name="words"),
    path("link/", mine.link, name="link"),
    path("meetings/<str:code>.ics", feed.meeting, name="meeting"),
    path("meetings/<str:code>/move/", groups.move, name="move"),
    path("groups/<str:code>/", groups.dates, name="dates"),
    # Opened by calendars, not by people: the secret is all they have. Last, for it would take the addresses above.
    path("<str:secret>.ics", feed.feed, name="feed"),
]
