from django.apps import AppConfig


class WordsConfig(AppConfig):
    name = "kindcircle.doors.web.words"
    label = "words"
