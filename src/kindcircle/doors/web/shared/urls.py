"""Doors for everybody: home, help, leaving, signing in."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
