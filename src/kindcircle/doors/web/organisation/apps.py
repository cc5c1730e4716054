from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "kindcircle.doors.web.organisation"
    label = "organisation"
