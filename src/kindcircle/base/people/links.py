"""Signed words inside links that people get on paper or from the console, never by mail."""

from datetime import timedelta

from django.core import signing

from kindcircle.base.people.models import User

DEMO = "kindcircle.demo-door"
# A demo lives for a day on somebody's desk; its links should not outlive it by much.
DEMO_LASTS = timedelta(days=2)


def demo_token(user: User) -> str:
    """What signs a made-up person in on a demo site: the person's code, signed and dated, and no name."""
    return signing.dumps(user.code, salt=DEMO)


def person_of_demo_token(token: str) -> User | None:
    """Whose link it is, or None if it is not one of ours, too old, or of a closed account."""
    try:
        code = signing.loads(token, salt=DEMO, max_age=DEMO_LASTS)
    except signing.BadSignature:
        return None
    return User.objects.filter(code=code, is_active=True).first()
