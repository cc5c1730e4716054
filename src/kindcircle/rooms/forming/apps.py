from django.apps import AppConfig


class FormingConfig(AppConfig):
    name = "kindcircle.rooms.forming"
    label = "forming"
