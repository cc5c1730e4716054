from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "kindcircle.rooms.team"
    label = "team"
