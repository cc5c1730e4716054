"""Addresses of the member pages."""

from django.urls import path

from kindcircle.doors.web.member import checks

app_name = "member"
urlpatterns = [
    # Sheets to fill in.
    path("check/<str:code>/", checks.check, name="check"),
    path("check/<str:code>/done/", checks.check_done, name="check-done"),
]
