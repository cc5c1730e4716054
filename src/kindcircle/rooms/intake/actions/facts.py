"""What only this house can say in its consent text: kept in versions, and never with fewer words than before."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.intake.consent_texts import (
    HAS_STUDY,
    empty_gaps,
    house_gaps,
    newest_facts,
    own_nature,
    programmes_of,
)
from kindcircle.rooms.intake.errors import GapsLeft
from kindcircle.rooms.intake.models import ConsentFacts


def keep_facts(
    *, organisation: Organisation, facts: Mapping[str, str], asks_again: bool, by: Actor, at: datetime
) -> ConsentFacts:
    """The house's words as a new version. The same words again are the same version.

    asks_again  whether people who said yes to an earlier one are asked anew, or only a word was put right
    Raises GapsLeft once a whole version stands: what people have before them never loses a line.
    """
    require(by, Permission.CONSENT_FACTS_KEEP, organisation)
    with transaction.atomic():
        held = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        names = {*house_gaps(), *(own_nature(one) for one in programmes_of(held)), HAS_STUDY}
        said = {name: " ".join(words.split()) for name, words in facts.items() if name in names and words.strip()}
        before = newest_facts(held)
        if before is not None and before.facts == said:
            return before
        whole_before = before is not None and not empty_gaps(before.facts)
        if whole_before and empty_gaps(said):
            raise GapsLeft
        kept = ConsentFacts.objects.create(
            organisation=held,
            number=before.number + 1 if before else 1,
            facts=said,
            # Nobody has said yes to a text with gaps, so there is nothing that could be put right.
            asks_again=asks_again or not whole_before,
            made_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned leads a house
            made_at=at,
        )
        about = log.Ref("consent-facts", str(kept.number))
        log.record(Event.CONSENT_FACTS_KEPT, by=by, about=about, at=at, chain=held.code)
    return kept
