"""The consent text of a house: two layers with gaps that only the house can fill, in versions, and whether it is whole.

A text with an empty gap is never put before anybody. What changes from group to group (who leads, when it meets) and
the staffed hours are known to the site; everything else is the house's own word.
"""

from collections.abc import Mapping

from django.db.models import Exists, OuterRef, QuerySet

from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.intake.models import Consent, ConsentFacts, Intake
from kindcircle.spec.texts import Handout, load_handout

SHORT, FULL = "consent-short", "consent-full"
KNOWN = ("programme", "leaders", "meetings", "staffed_hours")
"""Gaps that the site fills by itself."""

RESEARCH_ITEM = "research"
NEEDED_ITEMS = ("i-have-read", "i-join", "i-keep-private")
"""Lines without which nobody takes part. The others are free."""

NATURE = "what_it_is"
HAS_STUDY = "has_study"
"""Not a gap: whether there is a study that anybody could say yes to."""


def layers() -> tuple[Handout, Handout]:
    """The short and the full text in their newest versions."""
    return load_handout(SHORT), load_handout(FULL)


def text_name() -> str:
    """The name under which a yes to the text of today is kept."""
    full = load_handout(FULL)
    return f"{full.id}@{full.version}"


def house_gaps() -> tuple[str, ...]:
    """What a house has to fill in, in the order in which the full text needs it."""
    short, full = layers()
    return tuple(dict.fromkeys(gap for gap in (*full.fields, *short.fields) if gap not in KNOWN))


def own_nature(programme: str) -> str:
    """The key under which a house says what one programme is, where that differs from its other ones."""
    return f"{NATURE}:{programme}"


def programmes_of(organisation: Organisation) -> dict[str, str]:
    """The programmes that this house offers or has offered, each with the version it offered last."""
    rows = Intake.objects.filter(organisation=organisation).order_by("pk")
    return dict(sorted(dict(rows.values_list("programme", "programme_version")).items()))


def newest_facts(organisation: Organisation) -> ConsentFacts | None:
    """What the house said last, whole or not."""
    return ConsentFacts.objects.filter(organisation=organisation).order_by("number").last()


def empty_gaps(facts: Mapping[str, str]) -> list[str]:
    """What is still to be filled in."""
    return [gap for gap in house_gaps() if not str(facts.get(gap, "")).strip()]


def missing(organisation: Organisation) -> list[str]:
    """The gaps that keep this house's text from being shown to anybody for signing. None: it is ready."""
    newest = newest_facts(organisation)
    return empty_gaps(newest.facts if newest else {})


def is_ready(organisation: Organisation) -> bool:
    """Whether people can be taken in: the text has no gap."""
    return not missing(organisation)


def asks_since(organisation: Organisation) -> int:
    """The version of the facts from which on a yes still holds without asking again."""
    asked = ConsentFacts.objects.filter(organisation=organisation, asks_again=True).order_by("number").last()
    return asked.number if asked else 0


def yes_as_it_stands(person: User) -> QuerySet[Consent]:
    """The yes of this person to taking part that holds and needs no asking again: as `is_current` has it, in one go."""
    asked_since = ConsentFacts.objects.filter(
        organisation=person.organisation_id, asks_again=True, number__gt=OuterRef("facts_number")
    )
    return given(person).filter(~Exists(asked_since), text=text_name())


def given(person: User, kind: str = Consent.Kind.TAKING_PART) -> QuerySet[Consent]:
    """The yes of this kind that holds now: neither taken back nor said anew."""
    return Consent.objects.filter(person=person, kind=kind, replaced_at=None, withdrawn_at=None)


def is_current(consent: Consent, *, name: str, since: int) -> bool:
    """Whether this yes was said to the text as it stands, give or take a word that was put right."""
    return consent.text == name and consent.facts_number >= since
