"""The format of somebody's own key, written a second time from docs/reference/own-key.md, with other tools.

The browser uses WebCrypto and a JavaScript scrypt; here it is OpenSSL by way of `cryptography`. What one locks the
other has to open.
"""

import json
import secrets
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

STEP = 256
LIGHT = 2**10  # scrypt rounds for tests that are about something else


def to_text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def from_text(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def derived(key: bytes, purpose: str, salt: bytes = b"") -> bytes:
    return HKDF(SHA256(), 32, salt or None, f"kindcircle|1|{purpose}".encode()).derive(key)


def proof_of(key: bytes) -> str:
    return to_text(derived(key, "proof"))


def bound(kind: str, code: str, person: str) -> bytes:
    return f"kindcircle|1|words|{kind}|{code}|{person}".encode()


def lock_words(key: bytes, words: str, *, kind: str, code: str, person: str) -> str:
    raw = words.encode()
    padded = len(raw).to_bytes(4, "big") + raw
    padded += bytes(-len(padded) % STEP)
    nonce = secrets.token_bytes(12)
    return "kc1." + to_text(nonce + AESGCM(derived(key, "words")).encrypt(nonce, padded, bound(kind, code, person)))


def open_words(key: bytes, value: str, *, kind: str, code: str, person: str) -> str:
    assert value.startswith("kc1.")
    raw = from_text(value[4:])
    padded = AESGCM(derived(key, "words")).decrypt(raw[:12], raw[12:], bound(kind, code, person))
    assert len(padded) % STEP == 0
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")].decode()


def locking(way: str, secret: str, lock: dict[str, Any]) -> bytes:
    """The key that locks the key: from a passphrase or from a recovery code."""
    salt = from_text(lock["salt"])
    if way == "passphrase":
        words = unicodedata.normalize("NFKC", secret).encode()
        return Scrypt(salt=salt, length=32, n=lock["n"], r=lock["r"], p=lock["p"]).derive(words)
    return derived(secret.upper().replace("-", "").replace(" ", "").encode(), way, salt)


def lock_key(key: bytes, way: str, secret: str, *, person: str) -> dict[str, Any]:
    lock: dict[str, Any] = {"v": 1, "salt": to_text(secrets.token_bytes(16))}
    if way == "passphrase":
        lock |= {"n": LIGHT, "r": 8, "p": 1}
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(locking(way, secret, lock)).encrypt(nonce, key, f"kindcircle|1|key|{way}|{person}".encode())
    return lock | {"locked": to_text(nonce + sealed)}


def open_key(lock: dict[str, Any], way: str, secret: str, *, person: str) -> bytes:
    assert lock["v"] == 1
    raw = from_text(lock["locked"])
    return AESGCM(locking(way, secret, lock)).decrypt(raw[:12], raw[12:], f"kindcircle|1|key|{way}|{person}".encode())


def locked_twice(key: bytes, *, person: str) -> str:
    """What the browser sends when somebody turns it on."""
    ways = {"passphrase": "four calm green snails", "code": "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV"}
    return json.dumps({way: lock_key(key, way, secret, person=person) for way, secret in ways.items()})
