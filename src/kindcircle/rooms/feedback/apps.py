from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    name = "kindcircle.rooms.feedback"
    label = "feedback"
