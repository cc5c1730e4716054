from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "kindcircle.rooms.measures"
    label = "measures"
