from django.apps import AppConfig


class SafetyConfig(AppConfig):
    name = "kindcircle.rooms.safety"
    label = "safety"
