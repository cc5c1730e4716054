from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "kindcircle.base.people"
    label = "people"
