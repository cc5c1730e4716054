"""Saying yes, in writing, to one text in one version; and taking it back."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.access.predicates import Facts
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.consent_texts import NEEDED_ITEMS, RESEARCH_ITEM, is_ready, newest_facts, text_name
from kindcircle.rooms.intake.errors import NoSuchText, SignToSayYes, TextNotReady, TickToTakePart
from kindcircle.rooms.intake.models import Consent, ConsentCopy

TAKING_PART = Consent.Kind.TAKING_PART
LONGEST_NAME = 120


def sign(
    *,
    person: User,
    kind: str,
    text: str,
    facts_number: int,
    items: Collection[str],
    signature: str,
    shown: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> Consent:
    """This person says yes to this text. An earlier yes of the same kind is replaced, never changed.

    items  which lines they ticked; shown is what they had before them, word for word. A second yes to the very same
    text with the same lines is the first one. Raises SignToSayYes, TickToTakePart, TextNotReady, NoSuchText. Whatever
    rests on the earlier yes is moved by `groups.actions.say_yes`.
    """
    require(by, Permission.CONSENT_OWN, Facts(organisation_id=person.organisation_id, owner_id=person.pk))
    ticked = sorted(set(items))
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)  # one yes at a time
        _check(person, kind, text, facts_number, ticked, signature)
        current = Consent.objects.filter(person=person, kind=kind, replaced_at=None, withdrawn_at=None)
        same = current.filter(text=text, facts_number=facts_number).select_related("copy").first()
        if same is not None and hasattr(same, "copy") and same.copy.items == ticked:
            return same
        current.update(replaced_at=at)
        consent = Consent(person=person, kind=kind, text=text, facts_number=facts_number, signed_at=at)
        consent.sealed_signature = seals.SIGNATURE.seal(signature.strip(), code=consent.code, holder=person)
        consent.save(force_insert=True)
        words = seals.CONSENT_COPY.seal(json.dumps(dict(shown)), code=consent.code, holder=person)
        ConsentCopy.objects.create(consent=consent, items=ticked, sealed_words=words)
        _record(Event.CONSENTED, consent, by=by, at=at)
    return consent


def withdraw(*, consent: Consent, by: Actor, at: datetime) -> None:
    """This yes is taken back. The database refuses it while a place still rests on it. Twice is once."""
    require(by, Permission.CONSENT_OWN, consent)
    with transaction.atomic():
        taken = Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=at)
        if taken:
            _record(Event.CONSENT_WITHDRAWN, consent, by=by, at=at)
            erased.note(erased.WITHDRAWN, label="intake.Consent", code=consent.code, at=at)


def _check(person: User, kind: str, text: str, facts_number: int, ticked: list[str], signature: str) -> None:
    needed = NEEDED_ITEMS if kind == TAKING_PART else (RESEARCH_ITEM,)
    if not is_ready(person.organisation):
        raise TextNotReady
    newest = newest_facts(person.organisation)
    if text != text_name() or newest is None or newest.number != facts_number:
        raise NoSuchText
    if not set(needed) <= set(ticked):
        raise TickToTakePart
    if not 0 < len(signature.strip()) <= LONGEST_NAME:
        raise SignToSayYes


def _record(event: Event, consent: Consent, *, by: Actor, at: datetime) -> None:
    person = consent.person
    about = log.Ref("consent", consent.code)
    chain = person.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=person.code, reason=consent.kind)
