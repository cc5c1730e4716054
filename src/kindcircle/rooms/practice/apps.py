from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "kindcircle.rooms.practice"
    label = "practice"
