from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "kindcircle.rooms.sharing"
    label = "sharing"

    def ready(self) -> None:
        from kindcircle.rooms.sharing import sources

        sources.watch()
