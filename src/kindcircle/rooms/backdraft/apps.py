from django.apps import AppConfig


class BackdraftConfig(AppConfig):
    name = "kindcircle.rooms.backdraft"
    label = "backdraft"
