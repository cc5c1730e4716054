from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "kindcircle.base.audit"
    label = "audit"
