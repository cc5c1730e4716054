from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "kindcircle.doors.web.privacy"
    label = "privacy"
