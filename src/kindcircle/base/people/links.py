"""Signed words inside links that people get from the console of the machine, never by mail."""

from datetime import timedelta

from django.core import signing

from kindcircle.base.people.models import User

# The code of the demo's house. A site that holds it is a demo, whatever its settings say.
DEMO_HOUSE = "demo-house-all-made-up"
DEMO = "kindcircle.demo-door"
# A demo lives for a day on somebody's desk; its links should not outlive it by much.
DEMO_LASTS = timedelta(days=2)


def demo_token(user: User) -> str:
    """What signs a made-up person in on a demo site: the person's code, dated and signed, and no name."""
    return signing.TimestampSigner(salt=DEMO).sign(user.code)


def person_of_demo_token(token: str) -> User | None:
    """Whose link it is, or None if it is not one of ours, too old, or of a closed account."""
    try:
        code = signing.TimestampSigner(salt=DEMO).unsign(token, max_age=DEMO_LASTS)
    except signing.BadSignature:
        return None
    return User.objects.filter(code=code, is_active=True).first()


SET_UP = "kindcircle.first-run"
SET_UP_LASTS = timedelta(days=2)


def set_up_token() -> str:
    """The secret of the link that `kindcircle init` prints. The page behind it is there while the site is empty."""
    return signing.TimestampSigner(salt=SET_UP).sign("set-up")


def set_up_token_holds(token: str) -> bool:
    """Whether this is a set-up link of this site that is not too old."""
    try:
        return signing.TimestampSigner(salt=SET_UP).unsign(token, max_age=SET_UP_LASTS) == "set-up"
    except signing.BadSignature:
        return False
