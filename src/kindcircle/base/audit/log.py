"""Writing and verifying the audit chain."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from kindcircle.base.access import Actor
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry, AuditHead
from kindcircle.base.lib import keyfiles

SITE = "site"


@dataclass(frozen=True, slots=True)
class Ref:
    """A plain pointer to a thing in any room: its kind and its code."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the chain does not hold."""

    chain: str
    number: int
    what: str


def record(
    event: Event,
    *,
    by: Actor,
    about: Ref,
    at: datetime,
    chain: str,
    concerns: str = "",
    reason: str = "",
) -> AuditEntry:
    """Add one entry to an organisation's chain, inside the caller's transaction.

    chain is the organisation's code (or `SITE`); concerns is the code of the person whose matter it is.
    """
    with transaction.atomic():
        AuditHead.objects.bulk_create([AuditHead(chain=chain)], ignore_conflicts=True)
        head = AuditHead.objects.select_for_update(no_key=True).get(chain=chain)
        entry = AuditEntry(
            chain=chain,
            number=head.number + 1,
            at=at,
            event=event,
            actor=by.code,
            about_kind=about.kind,
            about_code=about.code,
            concerns=concerns,
            reason=reason,
            previous=head.hash,
        )
        entry.hash = _hash(entry)
        entry.save(force_insert=True)
        AuditHead.objects.filter(pk=head.pk).update(number=entry.number, hash=entry.hash)
    return entry


def recorded(event: Event, *, chain: str, about: Ref) -> bool:
    """Whether this has happened to this very thing, by the record."""
    rows = AuditEntry.objects.filter(chain=chain, event=event, about_kind=about.kind, about_code=about.code)
    return rows.exists()


def verify() -> Iterator[Flaw]:
    """Walk every chain and name each entry that was edited, removed, reordered, inserted or cut off.

    The site may go on writing meanwhile: what is added honestly after a head was read is left for the next walk.
    """
    heads = {head.chain: head for head in AuditHead.objects.all()}
    for chain in AuditEntry.objects.values_list("chain", flat=True).distinct():
        if chain not in heads and not AuditHead.objects.filter(chain=chain).exists():
            yield Flaw(chain, 0, "entries without a head")
    for chain, head in heads.items():
        number, previous = 0, ""
        entries = AuditEntry.objects.filter(chain=chain)
        for entry in entries.filter(number__lte=head.number).order_by("number").iterator(5000):
            number += 1
            if entry.number != number:
                yield Flaw(chain, number, "an entry is missing")
                number = entry.number
            if entry.previous != previous:
                yield Flaw(chain, number, "does not follow the entry before")
            if entry.hash != _hash(entry):
                yield Flaw(chain, number, "was changed")
            previous = entry.hash
        # An entry and its head are written together, so a head read later never stands behind an entry read before.
        last = entries.aggregate(last=Max("number"))["last"] or 0
        added = last > AuditHead.objects.get(chain=chain).number
        if added or (head.number, head.hash) != (number, previous):
            yield Flaw(chain, last if added else number, "the end was cut off or added to")


def _hash(entry: AuditEntry) -> str:
    key = keyfiles.read(settings.KEYS_DIR / "audit.key")[0]
    words = (
        entry.chain,
        str(entry.number),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.event,
        entry.actor,
        entry.about_kind,
        entry.about_code,
        entry.concerns,
        entry.reason,
        entry.previous,
    )
    return hmac.new(key, "\x1f".join(words).encode(), hashlib.sha256).hexdigest()
