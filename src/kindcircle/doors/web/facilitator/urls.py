"""Addresses of the facilitator pages."""

from django.urls import URLPattern

app_name = "facilitator"
urlpatterns: list[URLPattern] = []
