from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "kindcircle.base.vault"
    label = "vault"
