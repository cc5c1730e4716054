from django.apps import AppConfig


class MailingConfig(AppConfig):
    name = "kindcircle.doors.web.mailing"
    label = "mailing"
