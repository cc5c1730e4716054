from django.apps import AppConfig


class MemberConfig(AppConfig):
    name = "kindcircle.doors.web.member"
    label = "member"
