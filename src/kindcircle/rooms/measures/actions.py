"""Asking people, keeping what they answer, and bringing in the words to ask with."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import gatherings_of, last_closed, present_places, programme_of
from kindcircle.rooms.measures import drafts, models, sets, worsening
from kindcircle.rooms.measures.attending import sheet_came_late
from kindcircle.rooms.measures.errors import (
    AlreadyAnswered,
    AnsweredElsewhere,
    AnswersNotClear,
    KeyTaken,
    NoLongerOpen,
    NotInProgramme,
    NotOpenYet,
    WordsDoNotFit,
)
from kindcircle.rooms.measures.harm_check import ask_to_write_down, middle_of, with_harm_check
from kindcircle.rooms.measures.licensing import check_leave
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.models_paper import PaperSheet
from kindcircle.rooms.measures.queries import RESPONSE, definition, given_definition, given_in, not_asked
from kindcircle.rooms.measures.reaching_out import look_at
from kindcircle.rooms.measures.shorter import as_asked, put_in_place
from kindcircle.rooms.measures.waiting_cards import no_longer_waits
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import SHEET
from kindcircle.rooms.safety.raising import administration
from kindcircle.spec.corrections import correction_of
from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Text
from kindcircle.spec.programmes import Programme
from kindcircle.spec.safety import positive
from kindcircle.spec.scoring import Answer, form_state, problems, score
from kindcircle.spec.wording import Wording

Occasion = Assignment.Occasion

# The sheet from after a gathering is offered once more at home, until the next day.
AFTER_LEAVING = timedelta(hours=24)
WEEK = timedelta(days=7)
# No programme asks later than this (spec.programmes.MeasureTime: after_days and within_days).
LONGEST_AFTER = timedelta(days=461)
FOLLOW_UP_LASTS = 14  # days, where the programme does not say
SHORTEST_KEY, LONGEST_KEY = 22, 64


def assign(
    *,
    member: User,
    group: Group,
    instrument: str,
    occasion: str,
    opens_at: datetime,
    closes_at: datetime,
    by: Actor,
    gathering: Gathering | None = None,
    version: str | None = None,
) -> Assignment:
    """Ask one person to fill in one sheet once. Asking again for the same occasion gives the first one back.

    version  None: the one this group has used before, or else the newest.
    """
    require(by, Permission.MEASURE_ASSIGN, group)
    there = Assignment.objects.filter(member=member, group=group, occasion=occasion, gathering=gathering)
    instead = there.filter(in_place_of__startswith=f"{instrument}@").first()
    if instead is not None:
        return instead
    chosen = version or _versions_of(group).get(instrument) or definition(instrument).version
    row = Assignment(
        member=member,
        group=group,
        gathering=gathering,
        instrument=instrument,
        version=chosen,
        occasion=occasion,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    Assignment.objects.bulk_create([row], ignore_conflicts=True)
    return Assignment.objects.get(
        member=member, group=group, instrument=instrument, occasion=occasion, gathering=gathering
    )


def assign_for_gathering(*, gathering: Gathering, at: datetime) -> int:
    """Give every present member the sheets of this gathering: one for arriving, one for leaving.

    Returns how many were new. Doing it again adds only what is missing, such as for somebody who joined meanwhile.
    """
    plan = programme_of(gathering.group)
    ends = max(gathering.ends_at, at + timedelta(minutes=gathering.minutes))
    return _assign_all(
        gathering.group, Occasion.ARRIVAL, plan.around("before", gathering.number), gathering, at, ends
    ) + _assign_all(
        gathering.group,
        Occasion.LEAVING,
        plan.around("after", gathering.number),
        gathering,
        at,
        ends + AFTER_LEAVING,
    )


def assign_for_group(*, group: Group, occasion: str, at: datetime) -> int:
    """Give every present member the sheets for the beginning, this week, the end or the months after it.

    Returns how many were new.

    Nothing is given before its time or after it has passed, so this can be asked at any moment.
    """
    plan = programme_of(group)
    # The meeting months after the end is none of the programme's own: it moves no date of these.
    gatherings = list(gatherings_of(group).filter(number__lte=len(plan.sessions)))
    if not gatherings:
        return 0
    if occasion == Occasion.BASELINE:
        first = gatherings[0]
        opens_at = first.starts_at - timedelta(days=_days(plan, "baseline"))
        return _assign_all(group, occasion, plan.instruments("baseline"), None, opens_at, first.ends_at, asked_at=at)
    last = next((one for one in reversed(gatherings) if one.closed_at is not None), None)
    if last is None or last.closed_at is None:
        return 0
    over = last.number == gatherings[-1].number
    if occasion == Occasion.AFTER and over:
        closes_at = last.closed_at + timedelta(days=_days(plan, "post"))
        asked = with_harm_check(plan.instruments("post"))
        return _assign_all(group, occasion, asked, None, last.closed_at, closes_at, asked_at=at)
    if occasion == Occasion.FOLLOW_UP and over:
        time = next((one for one in plan.measures if one.occasion == "follow-up"), None)
        if time is None or time.after_days is None:
            return 0
        opens_at = last.closed_at + timedelta(days=time.after_days)
        closes_at = opens_at + timedelta(days=time.within_days or FOLLOW_UP_LASTS)
        return _assign_all(group, occasion, time.instruments, None, opens_at, closes_at, asked_at=at)
    if occasion == Occasion.WEEKLY and not over:
        # After the last gathering the closing set holds the same questions.
        coming = next((one for one in gatherings if one.number > last.number), None)
        closes_at = max(coming.starts_at, last.closed_at + timedelta(hours=1)) if coming else last.closed_at + WEEK
        between = plan.around("between", last.number)
        return _assign_all(
            group,
            occasion,
            with_harm_check(between) if last.number == middle_of(plan) else between,
            last,
            last.closed_at,
            closes_at,
            asked_at=at,
        )
    return 0


def ask_now(*, group: Group, instrument: str, by: Actor, at: datetime) -> int:
    """Ask every present member for one of the programme's questionnaires now, besides its own times; open for a week.

    Once between two meetings: asking again only reaches who has joined since. Returns how many were asked. These
    answers count for safety and for a person's own course, never as before or after. Raises NotInProgramme.
    """
    require(by, Permission.MEASURE_ASSIGN, group)
    plan = programme_of(group)
    if instrument not in {*plan.instruments("baseline"), *plan.instruments("post")} - not_asked(group):
        raise NotInProgramme
    return _assign_all(group, Occasion.ASKED, (instrument,), last_closed(group), at, at + WEEK)


def assign_due(*, at: datetime) -> int:
    """Give out everything whose time has come in every group, for whoever does not have it yet.

    Returns how many were new. One group that cannot be served never holds up the others; its error comes after them.
    """
    given = 0
    broken: Exception | None = None
    going_on = ~Q(state=Group.State.FINISHED) | Q(last_closed_at__gt=at - LONGEST_AFTER)
    groups = Group.objects.annotate(last_closed_at=Max("gatherings__closed_at")).filter(going_on)
    for group in groups.select_related("organisation"):
        try:
            for occasion in (Occasion.BASELINE, Occasion.WEEKLY, Occasion.AFTER, Occasion.FOLLOW_UP):
                given += assign_for_group(group=group, occasion=occasion, at=at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return given


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
            if by.tablet_of is not None and (filled := drafts.filled_up(assignment, answers)) != answers:
                one, kept, response, scores = prepared(answers := filled)
            drafts.finish(assignment, answers, page=client_key, seen=seen)
            response.save(force_insert=True)
            Score.objects.bulk_create(scores)
            # Before the record, as everywhere: whoever held the record and waited for an alert would wait for ever.
            screen_sheet(assignment=assignment, answers=answers, at=at, filled_in_at=filled_in_at)
            put_in_place(assignment, one)
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
    scores = [
        Score(
            response=response,
            scale=result.score,
            value=result.value,
            state=result.state,
            answered=result.answered,
            of=result.of,
            rule=result.rule,
        )
        for result in results
    ]
    return response, scores


def _is_same(first: Response, one: Definition, answers: Mapping[str, Answer], by: Actor) -> bool:
    """Whether what was kept says all that is sent again. From a tablet its empty boxes may have been filled."""
    there, again = given_in(first), _given(one, answers)
    if by.tablet_of is not None:
        again = {**there, **{item: said for item, said in again.items() if not drafts.says_nothing(one, item, said)}}
    return there == again


def _given(one: Definition, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """A line that somebody left blank on purpose is kept as such; one that they never came to is not there."""
    return {item.id: answers[item.id] for item in one.items if item.id in answers}


def _assign_all(
    group: Group,
    occasion: str,
    instruments: tuple[str, ...],
    gathering: Gathering | None,
    opens_at: datetime,
    closes_at: datetime,
    *,
    asked_at: datetime | None = None,
) -> int:
    if asked_at is not None and not opens_at <= asked_at < closes_at:
        return 0
    members = [place.user_id for place in present_places(group)]
    asked_before = Assignment.objects.filter(group=group, occasion=occasion, gathering=gathering)
    there = {(row.member_id, row.given_out[0]) for row in asked_before}
    stopped = not_asked(group)
    asked = [name for name in instruments if name not in stopped]
    wanted = [(member, name) for member in members for name in asked if (member, name) not in there]
    if not wanted:
        return 0
    used = _versions_of(group)
    Assignment.objects.bulk_create(
        [
            Assignment(
                member_id=member,
                group=group,
                gathering=gathering,
                instrument=name,
                version=used.get(name) or definition(name).version,
                occasion=occasion,
                opens_at=opens_at,
                closes_at=closes_at,
            )
            for member, name in wanted
        ],
        ignore_conflicts=True,
    )
    return len(wanted)


def _versions_of(group: Group) -> dict[str, str]:
    """The version of each questionnaire this group answered first: before and after must be the same sheet."""
    rows = Assignment.objects.filter(group=group).order_by("-opens_at", "-pk").values_list("instrument", "version")
    return dict(rows)


def _days(plan: Programme, occasion: str) -> int:
    return next((time.within_days or 0 for time in plan.measures if time.occasion == occasion), 0)
