"""Who is at one's own pages, with their house."""

from django.http import HttpRequest

from kindcircle.base.people.models import User


def person_of(request: HttpRequest) -> User:
    """The person who is signed in; their house comes along in the same question."""
    return User.objects.select_related("organisation").get(code=request.actor.code)  # type: ignore[attr-defined]
