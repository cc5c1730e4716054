from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "kindcircle.doors.web.calendar"
    label = "calendar"
