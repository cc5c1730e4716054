from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "kindcircle.rooms.reminders"
    label = "reminders"
