from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "kindcircle.rooms.tasks"
    label = "tasks"
