from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "kindcircle.doors.web.shared"
    label = "shared"
