"""The state of the site itself, for pages whose right hangs on that and not on who is asking."""

from django.conf import settings

from kindcircle.base.access import Facts
from kindcircle.base.people.models import Organisation


def demo() -> Facts:
    """Whether this is a demo site, with made-up people only."""
    return Facts(states=frozenset({"demo"} if settings.DEMO else ()))


def new_site() -> Facts:
    """Whether nobody has set this site up yet. A demo brings its own house, so it is never new."""
    new = not settings.DEMO and not Organisation.objects.exists()
    return Facts(states=frozenset({"new site"} if new else ()))
