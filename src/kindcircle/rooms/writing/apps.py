from django.apps import AppConfig


class WritingConfig(AppConfig):
    name = "kindcircle.rooms.writing"
    label = "writing"
