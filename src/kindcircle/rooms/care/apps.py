from django.apps import AppConfig


class CareConfig(AppConfig):
    name = "kindcircle.rooms.care"
    label = "care"
