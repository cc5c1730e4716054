"""Second factors of made-up people, shaped as real devices make them."""

import secrets
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from kindcircle.base.people.models import User


def give_second_factors(person: User, name: str) -> None:
    """A code app, spare codes and a passkey, as allauth keeps them."""
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt("JBSWY3DPEHPK3PXP")}
    )
    Authenticator.objects.create(
        user=person,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": get_adapter().encrypt(secrets.token_hex(40)), "used_mask": 0},
    )
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": _passkey()}
    )


def _passkey() -> dict[str, Any]:
    """A passkey as a browser hands it over at registration."""
    code = secrets.token_bytes(16)
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    known = AttestedCredentialData.create(Aaguid(b"\0" * 16), code, public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    said = AuthenticatorData.create(sha256(b"127.0.0.1"), flags, 0, known)
    asked = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"0" * 32, "http://127.0.0.1")
    return {
        "id": websafe_encode(code),
        "rawId": websafe_encode(code),
        "type": "public-key",
        "clientExtensionResults": {"credProps": {"rk": True}},
        "response": {
            "clientDataJSON": websafe_encode(asked),
            "attestationObject": websafe_encode(AttestationObject.create("none", said, {})),
            "transports": ["internal"],
        },
    }
