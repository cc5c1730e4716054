"""What the made-up house says in its consent text, how its people say yes to it, and how some got ready."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kindcircle.base.access import Actor
from kindcircle.base.lib import codes
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.intake.actions import keep_facts
from kindcircle.rooms.intake.consent_texts import HAS_STUDY, NEEDED_ITEMS, layers, newest_facts, text_name
from kindcircle.rooms.preparing import actions as preparing

if TYPE_CHECKING:
    from kindcircle.doors.cli.demo_world.house import House

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


PLAN = {
    "my-signs": "My leg starts to bounce and I stop hearing words.",
    "quiet-signs": "Quiet is fine. It only means that I listen.",
    "my-anchor": "The cold metal of the chair.",
    "please-do": "Say my name once and point at the door.",
    "please-do-not": "Ask me how I feel in front of everybody.",
    "body-needs": "I stand up every ten minutes.",
    "my-evening": "Soup, the radio, and a call to Petra.",
}
REACHED = {
    "way": "A text to 01632 960 111. No calls at home.",
    "hours": "After four in the afternoon.",
    "call-me": "Say that it is about the walking group.",
    "person": "Petra, my sister",
    "number": "01632 960 112",
    "about": "If I leave in the middle and do not answer. She knows that I come here.",
    "never": "My employer.",
}
TALKS = {
    "Benedikt": (25, "here", "Worked nights for years; tired is his usual. Would like to stand."),
    "Hina": (20, "phone", "Hopes for company, fears pity. Knows that passing is fine."),
}


def make_ready(house: House, members: Mapping[str, User], *, at: datetime) -> None:
    """One member shares a plan and says how to be reached; two had a talk of their own before the first meeting."""
    person = members["Benedikt"]
    own: dict[str, Any] = {"person": person, "by": house.acting(person), "at": at}
    preparing.keep_plan(lines=PLAN, **own)
    preparing.share_plan(**own)
    preparing.keep_contact(lines=REACHED, **own)
    for step in ("what-happens", "passing", "plan", "contact"):
        preparing.mark_step(step=step, done=True, **own)
    for name, (minutes, how, line) in TALKS.items():
        place = Membership.objects.select_related("group__organisation", "user").get(user=members[name])
        preparing.note_talk(
            place=place, held_on=at.date(), minutes=minutes, how=how, line=line, client_key=codes.new_code(),
            by=house.guide, at=at,
        )  # fmt: skip
