"""A box into which a phone without a line can put words, and out of which only the server can take them.

Whoever holds the phone finds nothing to read: the phone seals with a public key alone. Each person has a key pair of
their own; its private half is sealed under their key and goes when that goes.

A parcel is: version (1 byte), code of the pair (22), the phone's one-time public point (65), nonce (12), ciphertext and
tag. Both sides derive the key by ECDH on P-256 and HKDF-SHA256; the same words bind it to the parcel's own key, so a
parcel that is renamed does not open. static/live/box-seal.js is the other side.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from django.db import transaction

from kindcircle.base.lib import clock
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.base.vault.errors import BoxGone, CannotOpen
from kindcircle.base.vault.keys import NONCE
from kindcircle.base.vault.models import BoxKey

VERSION, CODE, POINT, TAG = b"\x01", 22, 65, 16
_HEAD = 1 + CODE + POINT + NONCE


@dataclass(frozen=True, slots=True)
class Box:
    """What a phone needs to put words in: which pair, and its public point in base64. Both are no secret."""

    code: str
    public: str


def box_of(person: User) -> Box:
    """This person's box, made at first use."""
    row = BoxKey.objects.filter(person=person).first() or _make(person)
    return Box(row.code, b64encode(bytes(row.public)).decode())


def open_parcel(sealed: bytes, *, key: str, person: User) -> str:
    """The words of a parcel. BoxGone where it was sealed for another box, CannotOpen where it was changed."""
    if len(sealed) < _HEAD + TAG or sealed[:1] != VERSION:
        raise CannotOpen
    row = BoxKey.objects.filter(person=person, code=sealed[1 : 1 + CODE].decode("ascii", "replace")).first()
    if row is None:
        raise BoxGone
    point, body = sealed[1 + CODE : 1 + CODE + POINT], sealed[_HEAD:]
    try:
        there = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        shared = _private(row).exchange(ec.ECDH(), there)
        info = f"kindcircle box 1|{row.code}|{key}".encode()
        derived = HKDF(hashes.SHA256(), 32, salt=point + bytes(row.public), info=info).derive(shared)
        return _unpadded(AESGCM(derived).decrypt(sealed[_HEAD - NONCE : _HEAD], body, info))
    except (ValueError, InvalidTag):
        raise CannotOpen from None


def drop_box(person: User) -> None:
    """What other phones still hold for this person can never be opened any more. The next box is a new one."""
    BoxKey.objects.filter(person=person).delete()


def _make(person: User) -> BoxKey:
    pair = ec.generate_private_key(ec.SECP256R1())
    row = BoxKey(code=new_code(), person=person, made_at=clock.now())
    row.public = pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    private = pair.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    row.sealed_private = seals.BOX_KEY.seal(b64encode(private).decode(), code=row.code, holder=person)
    with transaction.atomic():
        # Two phones may ask at once; the constraint lets one win and the other reads the winner's.
        BoxKey.objects.bulk_create([row], ignore_conflicts=True)
        return BoxKey.objects.get(person=person)


def _private(row: BoxKey) -> ec.EllipticCurvePrivateKey:
    raw = seals.BOX_KEY.open(row.sealed_private, code=row.code, holder=row.person)
    found = load_der_private_key(b64decode(raw), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def _unpadded(padded: bytes) -> str:
    """Four bytes of length, the text, and what fills it up so that its length says less."""
    length = int.from_bytes(padded[:4], "big")
    if length > len(padded) - 4:
        raise ValueError("shortened")
    return padded[4 : 4 + length].decode()
