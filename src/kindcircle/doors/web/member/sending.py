"""What every form on a member's own side has in common: its key, the draft it was filled from, the way on."""

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
    key = request.POST.get("key", "").strip()
    return key if 0 < len(key) <= LONGEST_KEY else codes.new_code()


def version_of(request: HttpRequest) -> int:
    """The version of the draft that this form was filled from; 0 for none."""
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 19 else 0
