from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "kindcircle.base.outbox"
    label = "outbox"
