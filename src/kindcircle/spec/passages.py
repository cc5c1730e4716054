"""The texts of a content file as people meet them: where each stands, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kindcircle.spec.definition import Definition
from kindcircle.spec.felt import Questions
from kindcircle.spec.library import Page
from kindcircle.spec.practices import Practice
from kindcircle.spec.programmes import Programme, Session
from kindcircle.spec.safety import MemberTexts
from kindcircle.spec.texts import Handout

Audience = Literal["crisis", "member", "guide"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text as one kind of reader meets it."""

    place: str
    text: str
    audience: Audience


def practice_passages(practice: Practice) -> Iterator[Passage]:
    """All text of a practice but its citations, which quote the titles of others."""
    for place in ("title", "purpose", "before", "after", "ending"):
        yield Passage(place, getattr(practice, place), "member")
    yield Passage("easier", practice.easier.words, "member")
    yield Passage("evidence.line", practice.evidence.line, "member")
    for number, exit_words in enumerate(practice.exits):
        yield Passage(f"exits.{number}", exit_words, "member")
    for name, text in practice.access:
        yield Passage(f"access.{name}", text, "member")
    for prompt in practice.prompts:
        yield Passage(f"prompts.{prompt.id}", f"{prompt.prompt}\n\n{prompt.help}", "member")
    for length in practice.durations:
        if length.name:
            yield Passage(f"durations.{length.seconds}.name", length.name, "member")
        for number, step in enumerate(length.steps):
            yield Passage(f"durations.{length.seconds}.steps.{number}.purpose", step.purpose, "guide")
            place = f"durations.{length.seconds}.steps.{number}"
            yield Passage(place, step.say, "member")
            for way, said in (*step.ways.items(), ("zone_skipped", step.zone_skipped)):
                if said:
                    yield Passage(f"{place}.{way}", said, "member")
    for number, caution in enumerate(practice.cautions):
        yield Passage(f"cautions.{number}", caution, "guide")
    yield Passage("body", practice.guide, "guide")


def handout_passages(handout: Handout) -> Iterator[Passage]:
    """All text of a handout."""
    audience: Audience = "member" if handout.audience == "member" else "guide"
    yield Passage("title", handout.title, audience)
    yield Passage("purpose", handout.purpose, "guide")
    yield Passage("text", handout.text, audience)
    for item in handout.items:
        yield Passage(f"items.{item.id}", item.text, audience)


def library_passages(page: Page) -> Iterator[Passage]:
    """All text of a page of the library but its citations."""
    for place in ("title", "summary", "text"):
        yield Passage(place, getattr(page, place), "member")
    for number, claim in enumerate(page.claims):
        yield Passage(f"claims.{number}", claim.text, "member")


def programme_passages(programme: Programme) -> Iterator[Passage]:
    """The programme's own text. Credits quote the titles of others and are left as they are."""
    for place in ("title", "subtitle", "for_whom"):
        yield Passage(place, getattr(programme, place), "member")
    yield Passage("completion", programme.completion.words, "member")
    yield Passage("depth_note", programme.depth_note, "guide")
    yield Passage("facilitators", programme.facilitators, "guide")
    for number, note in enumerate(programme.not_now):
        yield Passage(f"not_now.{number}", note, "guide")
    for number, note in enumerate(programme.safety):
        yield Passage(f"safety.{number}", note, "guide")


def session_passages(session: Session) -> Iterator[Passage]:
    """All text of one session, with its talk and handout."""
    yield Passage("theme", session.theme, "member")
    yield Passage("aim", session.aim, "member")
    if session.label:
        yield Passage("label", session.label, "member")
    yield Passage("talk", session.talk.script, "guide")
    yield Passage("handout", session.talk.handout, "member")
    yield Passage("talk titles", f"{session.talk.title}\n\n{session.talk.handout_title}", "member")
    if session.rest:
        yield Passage("rest", session.rest.words, "member")
    for option in (session.home.minimum, *session.home.usual):
        yield Passage("home", f"{option.words}\n\n{option.how_often}", "member")
    for number, note in enumerate(session.safety):
        yield Passage(f"safety.{number}", note, "guide")
    for slot in session.agenda:
        place = f"agenda.{slot.id}"
        yield Passage(f"{place}.title", slot.title, "member")
        if slot.prompt:
            yield Passage(f"{place}.prompt", slot.prompt.text, "member")
        for text in (slot.script, slot.holder, slot.online, slot.in_person, *slot.materials):
            if text:
                yield Passage(place, text, "guide")


def questionnaire_passages(definition: Definition) -> Iterator[Passage]:
    """The English words of a questionnaire of our own. None when its words are brought in by the site."""
    english = definition.wording.languages.get("en")
    if english is None:
        return
    yield Passage("title", english.title, "member")
    if english.instruction:
        yield Passage("instruction", english.instruction, "member")
    for name, text in (english.labels | english.items | english.notes).items():
        yield Passage(name, text, "member")


def felt_passages(asked: Questions) -> Iterator[Passage]:
    """The questions that a group answers together."""
    for question in asked.questions:
        yield Passage(question.id, question.text, "member")


def safety_passages(texts: MemberTexts) -> Iterator[Passage]:
    """What a member reads at once after an answer that matters, in English."""
    for level, text in texts.languages.get("en", {}).items():
        for name, words in text:
            yield Passage(f"{level}.{name}", words, "crisis")
