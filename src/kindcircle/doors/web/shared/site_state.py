"""The state of the site itself, for pages whose right hangs on that and not on who is asking."""

from django.conf import settings

from kindcircle.base.access import Facts


def demo() -> Facts:
    """Whether this is a demo site, with made-up people only."""
    return Facts(states=frozenset({"demo"} if settings.DEMO else ()))
