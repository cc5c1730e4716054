"""Addresses of the member pages."""

from django.urls import URLPattern

app_name = "member"
urlpatterns: list[URLPattern] = []
