from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "kindcircle.base.people"
    label = "people"

    def ready(self) -> None:
        from kindcircle.base.people.shut import listen

        listen()
