from django.apps import AppConfig


class EndingConfig(AppConfig):
    name = "kindcircle.rooms.ending"
    label = "ending"
