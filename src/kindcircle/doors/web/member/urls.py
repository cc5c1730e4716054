"""Addresses of the member pages."""

from django.urls import path

from kindcircle.doors.web.member import (
    agreement,
    checks,
    drafts,
    gathering,
    journal,
    letters,
    messages,
    own_way,
    practice,
    sound,
    today,
)

app_name = "member"
urlpatterns = [
    # Sheets to fill in.
    path("check/<str:code>/", checks.check, name="check"),
    path("check/<str:code>/done/", checks.check_done, name="check-done"),
    # The meeting.
    path("gathering/<str:code>/", gathering.gathering, name="gathering"),
    path("gathering/<str:code>/events", gathering.events, name="events"),
    path("gathering/<str:code>/facts", gathering.facts, name="facts"),
    path("gathering/<str:code>/ring", gathering.ring, name="ring"),
    path("gathering/<str:code>/check/<str:occasion>/", gathering.check, name="gathering-check"),
    path("gathering/<str:code>/signal", gathering.signal, name="signal"),
    path("gathering/<str:code>/piece", gathering.piece, name="piece"),
    # What the group agreed on.
    path("agreement/<str:code>/", agreement.agreement, name="agreement"),
    path("agreement/<str:code>/answer/", agreement.answer, name="agreement-answer"),
    path("agreement/<str:code>/propose/", agreement.propose, name="agreement-propose"),
    path("proposals/<str:code>/back/", agreement.take_back, name="proposal-back"),
    # One's own side at home.
    path("today/", today.today, name="today"),
    path("today/not-today/", today.not_today, name="not-today"),
    path("hard-day/", today.hard_day, name="hard-day"),
    path("practice/kept/", sound.kept, name="kept"),
    path("practice/worker.js", sound.worker, name="worker"),
    path("practice/<slug:practice_id>/", practice.practice, name="practice"),
    path("practice/<slug:practice_id>/sound/<int:seconds>/<slug:voice>/", sound.sound, name="sound"),
    path("practice/<slug:practice_id>/to-keep/<int:seconds>/", sound.to_keep, name="to-keep"),
    path("how-i-practise/", own_way.how_i_practise, name="own-way"),
    path("practice/<slug:practice_id>/played/", practice.played, name="played"),
    path("journal/", journal.journal, name="journal"),
    path("journal/new/", journal.new, name="journal-new"),
    path("journal/<str:code>/", journal.entry, name="journal-entry"),
    path("letters/", letters.letters, name="letters"),
    path("letters/new/", letters.new, name="letter-new"),
    path("letters/<str:code>/", letters.letter, name="letter"),
    path("letters/<str:code>/withdraw/", letters.withdraw, name="letter-withdraw"),
    # Those who lead.
    path("messages/", messages.write, name="write"),
    path("messages/<str:code>/", messages.conversation, name="conversation"),
    path("draft/<slug:kind>/", drafts.draft, name="draft"),
    path("draft/<slug:kind>/afresh/", drafts.start_afresh, name="draft-afresh"),
]
