from django.apps import AppConfig


class AllianceConfig(AppConfig):
    name = "kindcircle.rooms.alliance"
    label = "alliance"
