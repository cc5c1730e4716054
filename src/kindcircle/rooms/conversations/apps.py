from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "kindcircle.rooms.conversations"
    label = "conversations"
