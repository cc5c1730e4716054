"""Names for things that nobody can guess, and short ones that people can read aloud."""

import hashlib
import secrets
from base64 import urlsafe_b64encode

# No 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V: letters that sound or look alike across a room.
READABLE = "ACDEFGHJKMNPQRTWXY34679"


def new_code() -> str:
    """A public id: 22 URL-safe characters, 128 random bits (ASVS 11.5.1: a UUID would not count)."""
    return secrets.token_urlsafe(16)


def code_from(words: str) -> str:
    """The public id that these words always give, such as those of a form that may be sent twice."""
    return urlsafe_b64encode(hashlib.sha256(words.encode()).digest()[:16]).decode().rstrip("=")


def new_token() -> str:
    """A secret for a link: 256 random bits. Store `digest(token)`, never the token."""
    return secrets.token_urlsafe(32)


def new_short_code(length: int = 6) -> str:
    """A code to read from a wall or hear in a room, from letters that are hard to confuse."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def tidy_short_code(typed: str) -> str:
    """What somebody typed, without spaces, dashes or lower case."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def digest(secret: str) -> str:
    """SHA-256 in hex. Enough for random secrets; never for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()
