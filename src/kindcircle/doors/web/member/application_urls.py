"""Addresses of whoever asked to come, all below /application/."""

from django.urls import path

from kindcircle.doors.web.member import application, application_draw, application_form, application_talk

urlpatterns = [
    path("", application.application, name="application"),
    path("<str:code>/form/", application_form.form, name="application-form"),
    path("<str:code>/draft/", application_form.draft, name="application-draft"),
    path("<str:code>/kept/", application_form.told, name="application-told"),
    path("<str:code>/talk/", application_talk.talk, name="application-talk"),
    path("<str:code>/date.ics", application_talk.in_calendar, name="application-date"),
    path("<str:code>/answer/", application.answer, name="application-answer"),
    path("<str:code>/draw/", application_draw.own_draw, name="application-draw"),
    path("<str:code>/back/", application.take_back, name="application-back"),
]
