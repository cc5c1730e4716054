from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "kindcircle.doors.web.shared"
    label = "shared"

    def ready(self) -> None:
        from kindcircle.doors.web.shared.words import speak_kindly

        speak_kindly()
        from kindcircle.doors.web.shared.sign_in import sessions  # noqa: F401  (connects its signal)
