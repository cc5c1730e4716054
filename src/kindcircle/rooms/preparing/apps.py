from django.apps import AppConfig


class PreparingConfig(AppConfig):
    name = "kindcircle.rooms.preparing"
    label = "preparing"
