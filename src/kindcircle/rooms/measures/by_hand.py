"""Words of a questionnaire typed in by one person and compared with the original by another, before anybody answers.

Whoever typed keeps a draft that is saved as they go. Whoever compares says of every line whether it is the same. Only
their yes makes the words ones to ask with.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import Conflict, NotFound
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.rooms.measures.errors import WordsDoNotFit
from kindcircle.rooms.measures.licensing import check_leave
from kindcircle.rooms.measures.models import Wording
from kindcircle.rooms.measures.models_typing import TypedWording
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.definition import Definition
from kindcircle.spec.typed_words import LANGUAGE, Line, as_wording, lines_of, missing, tidy

State = TypedWording.State
OPEN = (State.TYPING, State.WAITING)
ABOUT = "typed-wording"
WITHIN = timedelta(days=7)
LONGEST_NOTE = 400
# Those who may compare: the rows of the access table (wording.check).
MAY_CHECK = (StaffRole.Role.ORGANISATION_LEAD, StaffRole.Role.SAFETY_LEAD, StaffRole.Role.FACILITATOR)


class ChangedMeanwhile(Conflict):
    """Another page of the same person saved other words for the same lines."""

    def __init__(self) -> None:
        super().__init__(_("These lines were changed on another page meanwhile. Yours are below; they are not kept."))


class NotNow(Conflict):
    """The draft has moved on: handed in, sent back, in use, or thrown away."""

    def __init__(self) -> None:
        super().__init__(_("Something has happened with these words meanwhile. Here is how they stand now."))


class SamePerson(Conflict):
    def __init__(self) -> None:
        super().__init__(_("You typed these words. Somebody else has to compare them with the original."))


@dataclass(frozen=True, slots=True)
class Mark:
    """What the second person said of one line as it stands. note is empty where it is the same."""

    same: bool
    note: str
    by: str


def definition_of(typed: TypedWording) -> Definition:
    """The questionnaire in the version that was begun with."""
    return definition(typed.instrument, typed.version)


def marks_of(typed: TypedWording) -> dict[str, Mark]:
    """What was said of each line."""
    return {key: Mark(**mark) for key, mark in typed.marks.items()}


def open_drafts(organisation: Organisation, *, by: Actor) -> list[TypedWording]:
    """What is being typed, and what waits for a second person."""
    require(by, Permission.WORDING_IMPORT, organisation)
    rows = TypedWording.objects.filter(organisation=organisation, state__in=OPEN)
    return list(rows.select_related("typed_by").order_by("begun_at", "pk"))


def may_be_asked(typed: TypedWording) -> list[User]:
    """Who of the house can compare these words: anybody of the staff but whoever typed them."""
    staff = User.objects.filter(organisation=typed.organisation_id, is_active=True, staff_roles__role__in=MAY_CHECK)
    return list(staff.exclude(pk=typed.typed_by_id).distinct().order_by("pk"))


def begin(*, organisation: Organisation, one: Definition, language: str, by: Actor, at: datetime) -> TypedWording:
    """Start to type, or go on with what somebody began: one draft for a questionnaire and language at a time."""
    require(by, Permission.WORDING_IMPORT, organisation)
    if one.licence.wording != "import":
        raise WordsDoNotFit(_("The words of this questionnaire cannot be typed in here."))
    check_leave(organisation, one)
    language = language.strip().lower()
    if not LANGUAGE.fullmatch(language):
        raise WordsDoNotFit(_("Please give the language in its short form, such as en, nl or pt-br."))
    of = {"organisation": organisation, "instrument": one.id, "version": one.version, "language": language}
    with transaction.atomic():
        # The house's row makes two who begin at once wait for each other.
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        found = TypedWording.objects.filter(**of, state__in=OPEN).first()
        return found or TypedWording.objects.create(**of, typed_by_id=by.user_id, begun_at=at, saved_at=at)  # type: ignore[misc]


def save(*, typed: TypedWording, lines: Mapping[str, str], seen: int, by: Actor, at: datetime) -> TypedWording:
    """Keep these lines. A line whose words change has to be looked at anew.

    seen  the revision that the page was drawn from. Raises ChangedMeanwhile, NotNow, WordsDoNotFit.
    """
    _only_its_typist(typed, by)
    known = {line.key: line for line in lines_of(definition_of(typed))}
    given = {key: tidy(text, known[key]) for key, text in lines.items() if key in known}
    long = next((known[key] for key, text in given.items() if len(text) > known[key].longest), None)
    if long is not None:
        raise WordsDoNotFit(_("A line is longer than we can keep: up to %(n)s signs fit.") % {"n": long.longest})
    with transaction.atomic():
        row = _locked(typed, State.TYPING)
        changed = {key: text for key, text in given.items() if text != row.lines.get(key, "")}
        if not changed:
            return row
        if seen != row.revision:
            raise ChangedMeanwhile
        row.lines = {key: text for key, text in (row.lines | changed).items() if text}
        row.marks = {key: mark for key, mark in row.marks.items() if key not in changed}
        row.revision, row.saved_at = row.revision + 1, at
        row.save(update_fields=["lines", "marks", "revision", "saved_at"])
    return row


def hand_in(*, typed: TypedWording, source: str, terms: bool, whom: str, by: Actor, at: datetime) -> TypedWording:
    """Every line is typed: ask a colleague to compare. With it, whoever typed accepts the owner's terms.

    whom  the code of the colleague. Raises NotNow, WordsDoNotFit.
    """
    _only_its_typist(typed, by)
    with transaction.atomic():
        row = _locked(typed, State.TYPING)
        left = missing(definition_of(row), row.lines)
        if left:
            raise WordsDoNotFit(_("Some lines are still empty. They are marked on the pages before this one."))
        source = " ".join(source.split())[:160]
        if not source:
            raise WordsDoNotFit(_("Please say which original you typed from, so that your colleague finds the same."))
        if not terms:
            raise WordsDoNotFit(_("Please read the terms of the owner and tick that you accept them."))
        if any(not mark["same"] for mark in row.marks.values()):
            raise WordsDoNotFit(_("Your colleague noted that some lines differ. Please change those lines first."))
        colleague = next((person for person in may_be_asked(row) if person.code == whom), None)
        if colleague is None:
            raise WordsDoNotFit(_("Please choose a colleague who compares the lines."))
        row.source, row.state, row.handed_in_at = source, State.WAITING, at
        row.revision += 1
        row.save(update_fields=["source", "state", "handed_in_at", "revision"])
        settle(Kind.WORDS_SENT_BACK, about=_about(row), at=at)
        _ask(Kind.WORDS_TO_CHECK, row, colleague, at)
        _record(Event.WORDING_TYPED, row, by, at)
    return row


def take_back(*, typed: TypedWording, by: Actor, at: datetime) -> TypedWording:
    """Go on typing, or ask somebody else: nobody compares it for now."""
    _only_its_typist(typed, by)
    with transaction.atomic():
        row = _locked(typed, State.WAITING)
        _reopen(row, at)
    return row


def drop(*, typed: TypedWording, by: Actor, at: datetime) -> None:
    """Throw the draft away. Where whoever typed has left the house, another lead may."""
    require(by, Permission.WORDING_IMPORT, typed)
    with transaction.atomic():
        row = _locked(typed, *OPEN)
        if row.typed_by_id != by.user_id and row.typed_by.is_active:
            raise NotFound
        row.state, row.lines, row.marks = State.DROPPED, {}, {}
        row.save(update_fields=["state", "lines", "marks"])
        for kind in (Kind.WORDS_TO_CHECK, Kind.WORDS_SENT_BACK):
            settle(kind, about=_about(row), at=at)
        _record(Event.WORDING_DROPPED, row, by, at)


def mark(*, typed: TypedWording, said: Mapping[str, tuple[bool, str]], by: Actor, at: datetime) -> TypedWording:
    """Say of these lines whether they are the same as in the original, with a note where they differ.

    Raises SamePerson, NotNow, WordsDoNotFit.
    """
    _never_its_typist(typed, by)
    known = {line.key for line in lines_of(definition_of(typed))}
    with transaction.atomic():
        row = _locked(typed, State.WAITING)
        marks = dict(row.marks)
        for key, (same, note) in said.items():
            if key in known and key in row.lines:
                note = "" if same else " ".join(note.split())[:LONGEST_NOTE]
                marks[key] = {"same": same, "note": note.replace("\0", ""), "by": by.code}
        row.marks, row.saved_at = marks, at
        row.save(update_fields=["marks", "saved_at"])
    return row


def still_to_look_at(typed: TypedWording, by: Actor) -> tuple[Line, ...]:
    """Lines of which this person has said nothing yet. What somebody else looked at counts for them alone."""
    looked = {key for key, one in marks_of(typed).items() if one.by == by.code}
    return tuple(line for line in lines_of(definition_of(typed)) if line.key in typed.lines and line.key not in looked)


def differing(typed: TypedWording) -> tuple[Line, ...]:
    """Lines of which somebody said that they differ."""
    marks = marks_of(typed)
    return tuple(line for line in lines_of(definition_of(typed)) if line.key in marks and not marks[line.key].same)


def send_back(*, typed: TypedWording, by: Actor, at: datetime) -> TypedWording:
    """Some lines differ: whoever typed mends them. Raises SamePerson, NotNow, WordsDoNotFit."""
    _never_its_typist(typed, by)
    with transaction.atomic():
        row = _locked(typed, State.WAITING)
        if not differing(row):
            raise WordsDoNotFit(_("Please mark the lines that differ first."))
        if any(not one.same and not one.note for one in marks_of(row).values()):
            raise WordsDoNotFit(_("Please note beside each line that differs what the original says there."))
        _reopen(row, at)
        _ask(Kind.WORDS_SENT_BACK, row, row.typed_by, at)
        _record(Event.WORDING_SENT_BACK, row, by, at)
    return row


def confirm(*, typed: TypedWording, by: Actor, at: datetime) -> Wording:
    """Every line is as in the original: from now on people can be asked with these words.

    Said twice is said once. Raises SamePerson, NotNow, WordsDoNotFit.
    """
    _never_its_typist(typed, by)
    with transaction.atomic():
        row = _locked(typed, State.WAITING, State.IN_USE)
        if row.wording is not None:
            if row.checked_by_id != by.user_id:
                raise NotNow
            return row.wording
        if still_to_look_at(row, by):
            raise WordsDoNotFit(_("Some lines were not looked at yet."))
        if differing(row):
            raise WordsDoNotFit(_("Some lines differ. Please send them back, so that they can be mended."))
        one = definition_of(row)
        words = as_wording(one, row.lines, language=row.language, original=row.source).to_json()
        wording = Wording.objects.create(
            organisation=row.organisation,
            instrument=one.id,
            version=one.version,
            language=row.language,
            words=json.loads(words),
            source_name=row.source,
            source_sha256=hashlib.sha256(words.encode()).hexdigest(),
            source_file=words.encode(),
            terms_accepted_by=row.typed_by,
            terms_accepted_at=cast(datetime, row.handed_in_at),  # whatever waits was handed in
            imported_at=at,
        )
        row.state, row.wording, row.checked_by_id, row.checked_at = State.IN_USE, wording, by.user_id, at
        row.save(update_fields=["state", "wording", "checked_by", "checked_at"])
        settle(Kind.WORDS_TO_CHECK, about=_about(row), at=at)
        _record(Event.WORDING_CHECKED, row, by, at)
        log.record(
            Event.WORDING_IMPORTED, by=by, about=log.Ref("wording", wording.code), at=at, chain=row.organisation.code
        )
    return wording


def _only_its_typist(typed: TypedWording, by: Actor) -> None:
    require(by, Permission.WORDING_IMPORT, typed)
    if typed.typed_by_id != by.user_id:
        raise NotFound


def _never_its_typist(typed: TypedWording, by: Actor) -> None:
    require(by, Permission.WORDING_CHECK, typed)
    if typed.typed_by_id == by.user_id:
        raise SamePerson


def _locked(typed: TypedWording, *states: TypedWording.State) -> TypedWording:
    rows = TypedWording.objects.select_related("organisation", "typed_by", "wording")
    row = rows.select_for_update(of=("self",), no_key=True).get(pk=typed.pk)
    if row.state not in states:
        raise NotNow
    return row


def _reopen(row: TypedWording, at: datetime) -> None:
    row.state = State.TYPING
    row.revision += 1
    row.save(update_fields=["state", "revision"])
    settle(Kind.WORDS_TO_CHECK, about=_about(row), at=at)


def _ask(kind: Kind, row: TypedWording, whom: User, at: datetime) -> None:
    """Once for each time that it is handed over: the revision tells them apart."""
    once = f"{row.code}:{row.revision}"
    raise_task(kind, organisation=row.organisation, about=_about(row), once=once, due_at=at + WITHIN, at=at, owner=whom)


def _about(row: TypedWording) -> log.Ref:
    return log.Ref(ABOUT, row.code)


def _record(event: Event, row: TypedWording, by: Actor, at: datetime) -> None:
    log.record(event, by=by, about=_about(row), at=at, chain=row.organisation.code)
