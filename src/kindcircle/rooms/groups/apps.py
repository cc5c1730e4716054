from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate, pre_migrate

from kindcircle.spec import shelves


class GroupsConfig(AppConfig):
    name = "kindcircle.rooms.groups"
    label = "groups"

    def ready(self) -> None:
        # Asked anew each time, so that a site may begin to write its own programmes while the server runs.
        shelves.site_is_at(lambda: Path(settings.SITE_CONTENT))
        from kindcircle.rooms.groups import guard

        pre_migrate.connect(guard.take_away, sender=self)
        post_migrate.connect(guard.put_back, sender=self)
