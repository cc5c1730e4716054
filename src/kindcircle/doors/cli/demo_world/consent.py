"""What the made-up house says in its consent text, and how its people say yes to it."""

from datetime import datetime

from kindcircle.base.access import Actor
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.intake.actions import keep_facts
from kindcircle.rooms.intake.consent_texts import HAS_STUDY, NEEDED_ITEMS, layers, newest_facts, text_name

FACTS = {
    "site": "Willowmere House, a made-up day clinic,",
    "what_it_is": "It is a course, and no treatment.",
    "keep_for": "eight years after the last meeting",
    "emergency": "If a life is in danger, call the emergency number. On this demo no number is real.",
    "contact": "Ask Marit or Dayo in person, or write to them from any page.",
    "complaints": "That is Perpetua Lind, the ombudsperson of the house. Her letter box is by the front door.",
    "other_help": "Your nurse can tell you about talks with one person, and about gentle movement.",
    "legal_duties": "Here that is so when a court orders it.",
    "online_tool": "a video room that the house runs itself",
    "who_sees": "Marit, Dayo, and Ruta, who answers for safety.",
    "where_kept": "They are kept on a computer in this house, locked with a key for each person.",
    "research_study": "Now and then we count how groups like this one went, for a paper. No names are in it.",
    "clinician": "Dr Ottilie Brandt (made up)",
    "lawyer": "Fennimore Achebe (made up)",
    "checked_on": "3 March",
    HAS_STUDY: "yes",
}


def fill(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """The lead fills every gap, so that people can be taken in."""
    keep_facts(organisation=organisation, facts=FACTS, asks_again=True, by=by, at=at)


def say_yes(person: User, *, name: str, by: Actor, at: datetime) -> None:
    """Somebody read both layers, ticked what is needed and that a person may be called, and typed their name."""
    facts = newest_facts(person.organisation)
    short, full = layers()
    groups.say_yes(
        person=person,
        text=text_name(),
        facts_number=facts.number if facts else 0,
        items=[*NEEDED_ITEMS, "safe-contact", "may-write"],
        signature=name,
        shown={"short": short.text, "full": full.text},
        by=by,
        at=at,
    )
