from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "kindcircle.rooms.live"
    label = "live"
