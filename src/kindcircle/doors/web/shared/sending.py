"""What every form that is sent has in common: the key it was made with, and the way on."""

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from kindcircle.base.lib import codes

LONGEST_KEY = 64


class SeeOther(HttpResponseRedirect):
    """Done; go and look there. Reloading that page sends nothing again."""

    status_code = 303


def on_to(name: str, *args: str) -> SeeOther:
    """The answer to a form that went through."""
    return SeeOther(reverse(name, args=args))


def key_of(request: HttpRequest) -> str:
    """The key that this form was made with: the same for every try. A form without one counts as new each time."""
    key = request.POST.get("key", "").strip().replace("\0", "")
    return key if 0 < len(key) <= LONGEST_KEY else codes.new_code()
