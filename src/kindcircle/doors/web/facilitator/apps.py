from django.apps import AppConfig


class FacilitatorConfig(AppConfig):
    name = "kindcircle.doors.web.facilitator"
    label = "facilitator"
