from django.apps import AppConfig


class ResonanceConfig(AppConfig):
    name = "kindcircle.rooms.resonance"
    label = "resonance"
