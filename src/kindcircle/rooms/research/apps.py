from django.apps import AppConfig


class ResearchConfig(AppConfig):
    name = "kindcircle.rooms.research"
    label = "research"
