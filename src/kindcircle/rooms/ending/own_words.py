"""What somebody wrote here, to take along or to erase. Only they themselves ever ask for it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.people.models import User
from kindcircle.base.vault import keys, seals
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.base.vault.instead import Instead, or_instead
from kindcircle.rooms.conversations import actions as conversations
from kindcircle.rooms.conversations.queries import member_places
from kindcircle.rooms.ending import closing
from kindcircle.rooms.ending.errors import IsHeld
from kindcircle.rooms.ending.models import WritingClock
from kindcircle.rooms.ending.models_privacy import Erasure
from kindcircle.rooms.ending.person_holds import told_hold_on
from kindcircle.rooms.ending.taking import take_writing
from kindcircle.rooms.intake.models_consent import ConsentCopy
from kindcircle.rooms.measures.errors import VersionUnknown
from kindcircle.rooms.measures.models import Response, Score
from kindcircle.rooms.measures.queries import answers_of, definition_of, words_for
from kindcircle.rooms.resonance import queries as resonance
from kindcircle.rooms.resonance.actions import open_recording
from kindcircle.rooms.resonance.models import HeartRecording, Sitting
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.sharing.wording import words_of as shared_words
from kindcircle.rooms.tasks.not_opening import tell_of_it
from kindcircle.rooms.writing.actions import open_entry
from kindcircle.rooms.writing.bodies import drawing_of, words_of
from kindcircle.rooms.writing.journal import open_felt
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry, Letter
from kindcircle.rooms.writing.phrases import open_phrases
from kindcircle.rooms.writing.queries import still_coming
from kindcircle.rooms.writing.words import letter_line, letter_words
from kindcircle.spec import strokes
from kindcircle.spec.parts import Likert, Tick
from kindcircle.spec.resting import Felt


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing somebody wrote, or was given: when, what it is, and the words. A drawing is its marks, as text.

    felt: how it was before and after writing, if they said so.
    """

    on: datetime | None
    title: str
    words: str
    drawing: str = ""
    felt: Felt | None = None

    @property
    def paths(self) -> list[strokes.Path]:
        """The drawing as a picture needs it."""
        return strokes.paths(strokes.read(self.drawing))


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Everything, by kind, oldest first."""

    journal: list[Piece] = field(default_factory=list)
    letters: list[Piece] = field(default_factory=list)
    drafts: list[Piece] = field(default_factory=list)
    shared: list[Piece] = field(default_factory=list)
    kept: list[Piece] = field(default_factory=list)
    messages: list[Piece] = field(default_factory=list)
    answers: list[Piece] = field(default_factory=list)
    scores: list[Piece] = field(default_factory=list)
    heart: list[Piece] = field(default_factory=list)
    consents: list[Piece] = field(default_factory=list)

    def as_json(self) -> str:
        """For machines: the same, with times in UTC."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, default=as_plain)


def count_of(person: User) -> dict[str, int]:
    """How much there is, without opening any of it."""
    return {
        "journal": JournalEntry.objects.filter(author=person).count(),
        "letters": Letter.objects.filter(author=person).count(),
        "coming": Letter.objects.filter(still_coming(), author=person).count(),
        "answers": Response.objects.filter(assignment__member=person).count(),
        "heart": resonance.count_of(person),
    }


def all_of(person: User, *, by: Actor, at: datetime) -> OwnWords:
    """Every word of one's own, opened. A letter on its way is among them: it is theirs before it arrives, too."""
    require(by, Permission.OWN_WORDS_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    keys.open_keys([person])
    instead = partial(_not_open, by=by, at=at)
    found = OwnWords(
        journal=[
            piece
            for row in JournalEntry.objects.filter(author=person).select_related("author").order_by("written_at", "pk")
            for piece in _of_entry(row, by=by, instead=instead)
        ],
        letters=[
            Piece(row.written_at, _title(row), or_instead(partial(letter_words, row), instead))
            for row in Letter.objects.filter(author=person).select_related("author").order_by("written_at", "pk")
        ],
        drafts=[_of_draft(row, person, instead) for row in Draft.objects.filter(author=person).order_by("pk")],
    )
    phrases = or_instead(lambda: open_phrases(author=person, by=by).text, instead)
    found.kept.extend(Piece(None, "", line) for line in phrases.splitlines())
    marked = Letter.objects.filter(author=person, line_marked_at__isnull=False).select_related("author")
    found.kept.extend(
        Piece(row.line_marked_at, "", or_instead(partial(letter_line, row), instead))
        for row in marked.order_by("line_marked_at", "pk")
    )
    for share in Share.objects.filter(author=person).select_related("author", "group").order_by("since", "pk"):
        found.shared.extend(_of_share(share, person, instead))
    for place in member_places().filter(user=person).order_by("pk"):
        _of_place(found, place, by=by, instead=instead)
    for response in (
        Response.objects.filter(assignment__member=person)
        .select_related("assignment__group__organisation", "assignment__member__organisation")
        .order_by("submitted_at", "pk")
    ):
        found.answers.append(_sheet(response, by=by, at=at, instead=instead))
        found.scores.append(_scores(response))
    for copy in ConsentCopy.objects.filter(consent__person=person).select_related("consent").order_by("pk"):
        found.consents.append(_of_consent(copy, person, instead))
    for sitting in resonance.sittings_of(by):
        found.heart.extend(_of_heart(sitting, by=by, instead=instead))
    _record(Event.OWN_WORDS_TAKEN, person, by=by, at=at)
    return found


def erase_writing(*, person: User, by: Actor, at: datetime) -> None:
    """Journal, letters, drafts, kept words, heart recordings go now. The clinic's record is not touched.

    Raises IsHeld where the house has to keep them.
    """
    require(by, Permission.OWN_WORDS_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    refuse_if_held(person, by=by, at=at)
    with transaction.atomic():
        if User.objects.select_for_update(no_key=True).get(pk=person.pk).held:
            raise IsHeld
        take_writing(person)
        WritingClock.objects.filter(person=person).delete()
        Erasure.objects.create(person_code=person.code, kind=Erasure.Kind.WRITING, at=at)
        _record(Event.OWN_WORDS_ERASED, person, by=by, at=at)
        erased.note(erased.WRITING, person=person.code, at=at)


def refuse_if_held(person: User, *, by: Actor, at: datetime) -> None:
    """Nothing of somebody goes while the house holds it. That they asked is on record. Raises IsHeld."""
    if User.objects.filter(pk=person.pk, held=True).exists():
        _record(Event.ERASURE_REFUSED, person, by=by, at=at)
        raise IsHeld(told=told_hold_on(person) is not None)


def name_of(person: User, *, by: Actor, at: datetime) -> str:
    """What they want to be called, for the head of their file; empty where it does not open."""
    require(by, Permission.IN_OWN_NAME, person)

    def nothing(problem: CannotOpen) -> str:
        tell_of_it(problem, by, at=at)
        return ""

    return or_instead(partial(seals.name_of, person), nothing)


def _not_open(problem: CannotOpen, *, by: Actor, at: datetime) -> str:
    tell_of_it(problem, by, at=at)
    if problem.what == seals.NAME.kind:
        return _("Somebody whose name did not open")
    return _("These words did not open, so they are not in this file. We have been told.")


def _of_place(found: OwnWords, place: Any, *, by: Actor, instead: Instead) -> None:
    """What belongs to one place in one group: lines that were kept, letters at the end, messages."""
    group = place.group
    if place.left_at is None:
        for line in closing.lines_for(place, by=by, instead=instead):
            found.kept.append(Piece(line.line.written_at, line.author or group.name, line.words))
        for letter in closing.letters_for(place, by=by, instead=instead):
            found.kept.append(Piece(letter.given, group.name, letter.words))
    for said in conversations.open_own(place=place, by=by, instead=instead):
        found.messages.append(Piece(said.at, said.who, "\n".join(one for one in (said.phrase, said.text) if one)))


def _of_share(row: Share, person: User, instead: Instead) -> Iterator[Piece]:
    """What somebody let others read, and the line with which it was given back to them."""
    yield Piece(row.since, row.group.name, or_instead(lambda: shared_words(row, person), instead))
    if row.sealed_line:
        line = or_instead(lambda: seals.SHARED_LINE.open(row.sealed_line, code=row.code, holder=person), instead)
        yield Piece(row.reviewed_at, _("what was written to me when it was given back"), line)


def _of_consent(copy: ConsentCopy, person: User, instead: Instead) -> Piece:
    """What they had before them when they said yes."""
    given = copy.consent
    if not copy.sealed_words:
        return Piece(given.signed_at, given.kind, "")

    def words() -> str:
        shown = json.loads(seals.CONSENT_COPY.open(copy.sealed_words, code=given.code, holder=person))
        return "\n\n".join(str(one) for one in shown.values())

    return Piece(given.signed_at, given.kind, or_instead(words, instead))


def _sheet(response: Response, *, by: Actor, at: datetime, instead: Instead) -> Piece:
    """One filled-in sheet in words: each question with what was answered."""
    assignment = response.assignment
    try:
        answers = answers_of(response, by=by, at=at)
    except CannotOpen as problem:
        return Piece(response.submitted_at, assignment.instrument, instead(problem))
    try:
        one = definition_of(assignment)
    except VersionUnknown:
        return Piece(response.submitted_at, assignment.instrument, json.dumps(answers, ensure_ascii=False))
    words = words_for(assignment.house, one, assignment.member.language)
    lines = []
    for item in one.items:
        if item.id not in answers:
            continue
        kind, answer = one.response(item), answers[item.id]
        asked = words.items.get(item.text_key, item.id) if words else item.id
        said = str(answer)
        if isinstance(kind, Likert) and words is not None:
            labels = (words.labels.get(anchor.label_key) for anchor in kind.values if anchor.value == answer)
            said = next(labels, None) or said
        elif isinstance(kind, Tick):
            said = "✓" if answer else "–"
        lines.append(f"{asked}: {said}")
    return Piece(response.submitted_at, one.name, "\n".join(lines))


def _scores(response: Response) -> Piece:
    """What one sheet came to: each number with its state, how much was filled in, and the rule that made it."""
    lines = []
    for one in Score.every.filter(response=response).order_by("pk"):
        value = "–" if one.value is None else f"{one.value:g}"
        lines.append(f"{one.scale}: {value} ({one.state}, {one.answered}/{one.of}, {one.rule})")
    return Piece(response.submitted_at, response.assignment.instrument, "\n".join(lines))


def _of_heart(sitting: Sitting, *, by: Actor, instead: Instead) -> list[Piece]:
    """The recordings of one practice: every time between beats, in milliseconds."""
    found = []
    for row in HeartRecording.objects.filter(sitting=sitting).select_related("sitting__member").order_by("-part"):
        beats = partial(_beats, row, by=by)
        title = " ".join(word for word in (sitting.practice, row.part, sitting.on.isoformat()) if word)
        found.append(Piece(row.kept_at, title, or_instead(beats, instead)))
    return found


def _beats(row: HeartRecording, *, by: Actor) -> str:
    return " ".join(f"{one:g}" for one in open_recording(recording=row, by=by).rr_ms)


def _title(row: JournalEntry | Letter | Draft | AddedLater) -> str:
    """What stands above words that only their writer's own key opens: here they are not readable."""
    return _("locked with your own key; “My words to read” on its page opens it") if row.own_key else ""


def _of_entry(row: JournalEntry, *, by: Actor, instead: Instead) -> Iterator[Piece]:
    """One entry with its drawing and how it was to write it, and what was added later, each with its own day."""
    felt, not_open = None, ""
    try:
        felt = open_felt(entry=row, by=by)
    except CannotOpen as problem:
        not_open = instead(problem)
    yield _boxes(row, row.written_at, lambda: open_entry(entry=row, by=by), instead, felt)
    if not_open:
        yield Piece(row.written_at, "", not_open)
    for one in row.added.order_by("written_at", "pk"):
        opens = partial(seals.JOURNAL_ADDED.open, one.sealed_body, code=one.code, holder=row.author)
        yield Piece(one.written_at, _title(one), or_instead(opens, instead))


def _of_draft(row: Draft, person: User, instead: Instead) -> Piece:
    opens = partial(seals.DRAFT.open, row.sealed_body, code=row.code, holder=person)
    return _boxes(row, row.saved_at, opens, instead)


def _boxes(
    row: JournalEntry | Draft, on: datetime, opens: Callable[[], str], instead: Instead, felt: Felt | None = None
) -> Piece:
    """A page of one's own, as it was filled in."""
    try:
        body = opens()
    except CannotOpen as problem:
        return Piece(on, "", instead(problem), felt=felt)
    return Piece(on, _title(row), words_of(body), strokes.written(drawing_of(body)), felt)


def as_plain(value: object) -> str:
    """How a moment is written for machines."""
    assert isinstance(value, date)  # with or without its time
    return value.isoformat()


def _record(event: Event, person: User, *, by: Actor, at: datetime) -> None:
    about, chain = log.Ref("person", person.code), person.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=person.code)
