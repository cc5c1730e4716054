"""Keeping what people answer, and bringing in the words to ask with."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.measures import drafts, models, sets, worsening
from kindcircle.rooms.measures.attending import sheet_came_late
from kindcircle.rooms.measures.counting import as_score
from kindcircle.rooms.measures.errors import (
    AlreadyAnswered,
    AnsweredElsewhere,
    AnswersNotClear,
    KeyTaken,
    NoLongerOpen,
    NotOpenYet,
    WordsDoNotFit,
)
from kindcircle.rooms.measures.harm_check import ask_to_write_down
from kindcircle.rooms.measures.licensing import check_leave
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.models_paper import PaperSheet
from kindcircle.rooms.measures.queries import RESPONSE, given_definition, given_in
from kindcircle.rooms.measures.reaching_out import look_at
from kindcircle.rooms.measures.shorter import as_asked, put_in_place
from kindcircle.rooms.measures.waiting_cards import hold_waiting, no_longer_waits
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import SHEET
from kindcircle.rooms.safety.raising import administration
from kindcircle.spec.corrections import correction_of
from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Text
from kindcircle.spec.safety import positive
from kindcircle.spec.scoring import Answer, form_state, problems, score
from kindcircle.spec.wording import Wording

Occasion = Assignment.Occasion

SHORTEST_KEY, LONGEST_KEY = 22, 64


def submit_response(
    *,
    assignment: Assignment,
    answers: Mapping[str, Answer],
    client_key: str,
    by: Actor,
    at: datetime,
    by_staff: User | None = None,
    seen: int | None = None,
    filled_in_at: datetime | None = None,
    left_out: bool = False,
) -> Response:
    """Keep a person's answers, score them, and screen them for safety, all in one transaction or not at all.

    client_key  made with the form; the same key again with the same answers is answered with the first.
    by_staff    a facilitator of the group who typed in a paper sheet first, which may also be done after it closed.
    seen        the version of the draft that the page was filled from; None where no page shows one.
    filled_in_at  for a paper sheet, when it was typed in first: with which other answers an alert belongs together.
    left_out  the page did not ask what needs a talk the same day: then the shorter form counts, where there is one.
    From a shared tablet, what was answered elsewhere and not sent fills each line that was not touched on it. What is
    turned away is heard, too.
    Raises AlreadyAnswered, AnsweredElsewhere, NotOpenYet, NoLongerOpen, AnswersNotClear, KeyTaken, VersionUnknown.
    """
    if by_staff is None:
        require(by, Permission.ASSIGNMENT_ANSWER, assignment)
    else:
        require(by, Permission.PAPER_ENTER, assignment)
        if by_staff.pk != by.user_id and not _typed_first(assignment, by_staff):
            raise NotFound
    if not SHORTEST_KEY <= len(client_key) <= LONGEST_KEY:
        raise KeyTaken

    def prepared(given: Mapping[str, Answer]) -> tuple[Definition, dict[str, Answer], Response, list[Score]]:
        one, kept = as_asked(assignment, given, left_out=left_out)
        return one, kept, *_prepare(assignment, one, kept, client_key=client_key, at=at, by_staff=by_staff)

    # Scored and sealed before the transaction begins, so that it holds the database as briefly as it can.
    one, kept, response, scores = prepared(answers)
    try:
        with transaction.atomic():
            # What was given out never changes; the lock makes two sendings of one sheet wait for each other.
            Assignment.objects.select_for_update(no_key=True).only("pk").get(pk=assignment.pk)
            first = Response.objects.filter(assignment=assignment).first()
            if first is not None and first.client_key == client_key and _is_same(first, one, kept, by):
                return first
            if first is not None:
                raise AlreadyAnswered
            if at < assignment.opens_at:
                raise NotOpenYet
            if at >= assignment.closes_at and by_staff is None:
                raise NoLongerOpen
            check(one, kept)
            if by.tablet_of is not None:
                filled = drafts.filled_up(assignment, answers, page=client_key)
                if filled != answers:
                    one, kept, response, scores = prepared(answers := filled)
            drafts.finish(assignment, answers, page=client_key, seen=seen)
            response.save(force_insert=True)
            Score.objects.bulk_create(scores)
            # Before the record, as everywhere: whoever held the record and waited for an alert would wait for ever.
            screen_sheet(assignment=assignment, answers=answers, at=at, filled_in_at=filled_in_at)
            put_in_place(assignment, one)
            hold_waiting(assignment)
            log.record(
                Event.RESPONSE_SUBMITTED,
                by=by,
                about=log.Ref(RESPONSE, response.code),
                at=at,
                chain=assignment.house.code,
                concerns=assignment.member.code,
            )
            sheet_came_late(assignment, at=at)
            ask_to_write_down(assignment, answers, at=at)
            sets.answered(assignment, at=at)
            worsening.look_at(assignment, at=at)
            look_at(assignment, at=at)
            no_longer_waits(assignment, at=at)
    except (AlreadyAnswered, AnsweredElsewhere, NoLongerOpen, NotOpenYet):
        # Nothing of it is kept, and it was said all the same.
        screen_sheet(assignment=assignment, answers=answers, at=at)
        raise
    except IntegrityError:
        if Response.objects.filter(client_key=client_key).exists():
            raise KeyTaken from None
        raise
    return response


def screen_sheet(
    *, assignment: Assignment, answers: Mapping[str, Answer], at: datetime, filled_in_at: datetime | None = None
) -> Alert | None:
    """Tell a person where these answers ask for one: of a draft as of a sheet that is sent, each answer once.

    Belongs inside the transaction that keeps the answers. The alert they are part of, or None.
    """
    return safety.screen(
        hits=positive(given_definition(assignment), answers),
        member=assignment.member,
        group=assignment.group,
        intake=assignment.intake,
        gathering=assignment.gathering,
        source=log.Ref(SHEET, assignment.code),
        administration=administration(assignment.house, at=filled_in_at or at),
        at=at,
    )


def check(one: Definition, answers: Mapping[str, Answer]) -> None:
    """Go on only with answers that somebody could have given. Raises AnswersNotClear with a sentence per item."""
    found = {}
    for problem in problems(one, answers):
        found[problem.item] = sentence_for(one, problem.item, problem.reason)
    if found:
        raise AnswersNotClear(found)


def sentence_for(one: Definition, item_id: str, reason: str) -> str:
    """What to tell a person about an answer that cannot be kept."""
    item = next((item for item in one.items if item.id == item_id), None)
    kind = one.response(item) if item else None
    if reason == "too_long" and isinstance(kind, Text):
        return _("This is a little too long to keep. Up to %(longest)s letters fit.") % {"longest": kind.longest}
    return _("Please pick one of the answers here, or leave it blank.")


def import_wording(
    *,
    organisation: Organisation,
    definition: Definition,
    wording: Wording,
    source_name: str,
    source_bytes: bytes,
    by: Actor,
    at: datetime,
) -> models.Wording:
    """Bring the words of a questionnaire to this organisation. Whoever does it accepts the owner's terms with it.

    The same words from the same file again give the first import back. Raises WordsDoNotFit.
    """
    require(by, Permission.WORDING_IMPORT, organisation)
    check_leave(organisation, definition)
    if (wording.instrument, wording.version) != (definition.id, definition.version):
        raise WordsDoNotFit(_("These words belong to another questionnaire or version."))
    items, labels = definition.needed_words(every_item=False)
    if not items <= set(wording.items) or not labels <= set(wording.labels):
        raise WordsDoNotFit(_("Some words are missing. Nothing was brought in."))
    row = models.Wording(
        organisation=organisation,
        instrument=definition.id,
        version=definition.version,
        language=wording.language,
        words=json.loads(wording.to_json()),
        source_name=source_name[:160],
        source_sha256=hashlib.sha256(source_bytes).hexdigest(),
        source_file=source_bytes,
        terms_accepted_by_id=by.user_id,
        terms_accepted_at=at,
        imported_at=at,
    )
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        earlier = models.Wording.objects.filter(
            organisation=organisation, instrument=row.instrument, version=row.version, language=row.language
        )
        newest = earlier.order_by("-imported_at", "-pk").first()
        if newest and (newest.words, newest.source_sha256) == (row.words, row.source_sha256):
            return newest
        row.save(force_insert=True)
        about = log.Ref("wording", row.code)
        log.record(Event.WORDING_IMPORTED, by=by, about=about, at=at, chain=organisation.code)
    return row


def _typed_first(assignment: Assignment, staff: User) -> bool:
    return PaperSheet.objects.filter(assignment=assignment, first_by=staff).exists()


def _prepare(
    assignment: Assignment,
    one: Definition,
    answers: Mapping[str, Answer],
    *,
    client_key: str,
    at: datetime,
    by_staff: User | None,
) -> tuple[Response, list[Score]]:
    """The rows to store: the answers sealed under the member's key, and each score with what it rests on."""
    # Whoever answers after a rule was put right is scored by the right one.
    results = score(correction_of(one, site=settings.SITE_CONTENT), answers)
    response = Response(
        assignment=assignment,
        client_key=client_key,
        state=form_state(one, results),
        submitted_at=at,
        by_staff=by_staff,
    )
    response.sealed_answers = seals.ANSWERS.seal(
        json.dumps(_given(one, answers), ensure_ascii=False), code=response.code, holder=assignment.member
    )
    return response, [as_score(response, result) for result in results]


def _is_same(first: Response, one: Definition, answers: Mapping[str, Answer], by: Actor) -> bool:
    """Whether what was kept says all that is sent again. From a tablet its empty boxes may have been filled."""
    there, again = given_in(first), _given(one, answers)
    if by.tablet_of is not None:
        again = {**there, **{item: said for item, said in again.items() if not drafts.says_nothing(one, item, said)}}
    return there == again


def _given(one: Definition, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """A line that somebody left blank on purpose is kept as such; one that they never came to is not there."""
    return {item.id: answers[item.id] for item in one.items if item.id in answers}
