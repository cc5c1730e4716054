"""Addresses of the words themselves, all below /words/: programmes and practices, and what there is to read."""

from django.urls import path

from kindcircle.doors.web.words import agreement, library, practices, programmes

app_name = "words"
urlpatterns = [
    # Programmes, whole and session by session.
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/<str:name>/<str:version>/", programmes.programme, name="programme"),
    path("programmes/<str:name>/<str:version>/manual.pdf", programmes.manual, name="manual"),
    path("programmes/<str:name>/<str:version>/<int:number>/", programmes.session, name="session"),
    path("programmes/<str:name>/<str:version>/<int:number>/handout.pdf", programmes.handout, name="session-handout"),
    # Practices.
    path("practices/", practices.practices, name="practices"),
    path("practices/<str:name>/<str:version>/", practices.practice, name="practice"),
    path("practices/<str:name>/<str:version>/script.pdf", practices.script, name="script"),
    # To read.
    path("library/", library.library, name="library"),
    path("library/<str:name>/", library.read, name="read"),
    path("library/<str:name>/page.pdf", library.paper, name="library-paper"),
    # What a group agreed on, on paper.
    path("agreement/<str:code>/list.pdf", agreement.paper_of, name="agreement"),
]
