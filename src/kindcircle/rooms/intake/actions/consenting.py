"""Saying yes, in writing, to one text in one version; and taking it back."""

from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.access.predicates import Facts
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.errors import SignToSayYes
from kindcircle.rooms.intake.models import Consent


def sign(
    *, person: User, kind: str, text: str, signature: str, by: Actor, at: datetime, facts_number: int = 0
) -> Consent:
    """This person says yes to this text. An earlier yes of the same kind is replaced, never changed.

    Raises SignToSayYes. Whatever rests on the earlier yes is moved by `groups.actions.renew_consent`.
    """
    require(by, Permission.CONSENT_OWN, Facts(organisation_id=person.organisation_id, owner_id=person.pk))
    if not signature.strip():
        raise SignToSayYes
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)  # one yes at a time
        Consent.objects.filter(person=person, kind=kind, replaced_at=None, withdrawn_at=None).update(replaced_at=at)
        consent = Consent(person=person, kind=kind, text=text, facts_number=facts_number, signed_at=at)
        consent.sealed_signature = seals.SIGNATURE.seal(signature.strip(), code=consent.code, holder=person)
        consent.save(force_insert=True)
        _record(Event.CONSENTED, consent, by=by, at=at)
    return consent


def withdraw(*, consent: Consent, by: Actor, at: datetime) -> None:
    """This yes is taken back. The database refuses it while a place still rests on it. Twice is once."""
    require(by, Permission.CONSENT_OWN, consent)
    with transaction.atomic():
        taken = Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=at)
        if taken:
            _record(Event.CONSENT_WITHDRAWN, consent, by=by, at=at)


def _record(event: Event, consent: Consent, *, by: Actor, at: datetime) -> None:
    person = consent.person
    about = log.Ref("consent", consent.code)
    chain = person.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=person.code, reason=consent.kind)
