from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "kindcircle.rooms.intake"
    label = "intake"
