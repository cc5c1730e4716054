"""Every address of the site, by audience."""

from django.urls import include, path

urlpatterns = [
    path("", include("kindcircle.doors.web.shared.urls")),
    path("", include("kindcircle.doors.web.member.urls")),
    path("application/", include("kindcircle.doors.web.member.application_urls")),
    path("desk/", include("kindcircle.doors.web.facilitator.urls")),
    path("words/", include("kindcircle.doors.web.words.urls")),
    path("calendar/", include("kindcircle.doors.web.calendar.urls")),
    path("privacy/", include("kindcircle.doors.web.privacy.urls")),
    path("mail/", include("kindcircle.doors.web.mailing.urls")),
    path("organisation/", include("kindcircle.doors.web.organisation.urls")),
]

# A library that refuses says no more than we do: not here, or not open to you.
handler403 = "kindcircle.doors.web.shared.errors.not_found"
handler404 = "kindcircle.doors.web.shared.errors.not_found"
handler500 = "kindcircle.doors.web.shared.errors.broken"
