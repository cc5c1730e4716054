"""A mail server of our own, spoken to over SMTP as any other. It keeps what it takes and refuses whom it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.site import free_port


class PostOffice:
    """What arrived, and which addresses it refuses: {"ines@example.org": "550 No such mailbox"}."""

    def __init__(self) -> None:
        self.refuses: dict[str, str] = {}
        self.asked: list[str] = []
        self.taken: list[EmailMessage] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: Any) -> str:
        """Whether this address exists here."""
        self.asked.append(address)
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """A whole message."""
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.taken.append(message_from_bytes(raw, policy=policy.default))  # type: ignore[arg-type]
        return "250 Taken"

    def to(self, address: str | None) -> list[EmailMessage]:
        """What arrived for this address."""
        return [one for one in self.taken if str(one["To"]) == address]


@contextmanager
def post_office() -> Iterator[tuple[PostOffice, int]]:
    """The server and its port, for as long as it is wanted."""
    office, port = PostOffice(), free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office, port
    finally:
        controller.stop()
