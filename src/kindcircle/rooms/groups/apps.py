from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "kindcircle.rooms.groups"
    label = "groups"
