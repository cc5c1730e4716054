"""Reading what was asked and answered: words to show, open sheets, sealed answers, scores."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import MEETING, Group
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.intake.questions import said_yes_to
from kindcircle.rooms.measures import models
from kindcircle.rooms.measures.errors import VersionUnknown
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.models_draft import AnswerDraft
from kindcircle.rooms.measures.models_stopping import StoppedAsking
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import AlertAnswer
from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import UnknownInstrument, load_instrument
from kindcircle.spec.parts import Item, Likert, Tick
from kindcircle.spec.safety import LEVELS
from kindcircle.spec.scoring import Answer
from kindcircle.spec.wording import Wording, included_wording

READ_TOGETHER = frozenset({"alliance-pulse"})
"""Our own sheets on which members speak about those who lead: nobody else ever opens a single one of them."""

RESPONSE = "response"
"""What the audit record calls answers that were sent."""


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A sheet that somebody can fill in now. minutes: how long it takes, as its definition says.

    begun: some of it is answered and kept. room_id: the meeting in which it was opened by letters, or None.
    """

    code: str
    title: str
    minutes: int | float
    instrument: str
    occasion: str
    gathering_id: int | None
    opens_at: datetime
    closes_at: datetime
    begun: bool = False
    room_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """One person's score on one occasion. `value` is None when it may not be computed; `state` says why.

    gathering is the number of the gathering it belongs to, or None.
    """

    member_id: int
    occasion: str
    gathering: int | None
    value: float | None
    state: str
    answered: int
    of: int
    rule: str
    submitted_at: datetime


def definition_of(assignment: Assignment) -> Definition:
    """The questionnaire in the very version that was given out. VersionUnknown when it is not here."""
    return definition(assignment.instrument, assignment.version)


def given_definition(assignment: Assignment) -> Definition:
    """The questionnaire as its page shows it: where a shorter form was answered, still the one that was given out."""
    return definition(*assignment.given_out)


def definition(instrument: str, version: str | None = None) -> Definition:
    """A questionnaire in one version, or its newest active one; from the package or the site's own folder."""
    try:
        return load_instrument(instrument, version, site=settings.SITE_CONTENT)
    except UnknownInstrument:
        raise VersionUnknown from None


def words_for(organisation: Organisation, one: Definition, language: str) -> Wording | None:
    """The words to show: our own from the package, others as this organisation brought them in.

    The newest import counts. A language such as en-gb falls back to en, and any to English. None: nobody has
    brought the words in yet, so the sheet cannot be offered.
    """
    if one.wording.languages:
        return included_wording(one, language if language in one.wording.languages else language.partition("-")[0])
    rows = models.Wording.objects.filter(organisation=organisation, instrument=one.id, version=one.version)
    wanted = _languages(language)
    found = {row.language: row for row in rows.filter(language__in=wanted).order_by("imported_at", "pk")}
    row = next((found[name] for name in wanted if name in found), None)
    return None if row is None else Wording.from_json(json.dumps(row.words))


def missing_wordings(group: Group) -> list[str]:
    """Names of questionnaires this group is asked to fill in whose words nobody has brought in yet."""
    # A shorter form that stood in was asked with the words of the longer one.
    asked = Assignment.objects.filter(group=group, in_place_of="").values_list("instrument", "version").distinct()
    here = _imported(group.organisation)
    needed = [definition(*pair) for pair in sorted(set(asked))]
    return [one.name for one in needed if not one.wording.languages and (one.id, one.version) not in here]


def askable(group: Group) -> list[tuple[str, str]]:
    """Questionnaires of the group's programme whose words are here: (id, name), in the programme's own order."""
    plan = programme_of(group)
    here = _imported(group.organisation)
    asked = dict.fromkeys((*plan.instruments("baseline"), *plan.instruments("post")))
    for stopped in not_asked(group):
        asked.pop(stopped, None)
    found = [definition(name) for name in asked]
    return [(one.id, one.name) for one in found if one.wording.languages or (one.id, one.version) in here]


def not_asked(group: Group) -> set[str]:
    """What this group is no longer given, by the id of the questionnaire."""
    return set(StoppedAsking.objects.filter(group=group).values_list("instrument", flat=True))


def sheets() -> QuerySet[Assignment]:
    """Assignments with everything that asking about them needs, in one query."""
    return Assignment.objects.select_related(
        "group__organisation", "intake__organisation", "member", "gathering", "room"
    )


def open_assignments(actor: Actor, at: datetime) -> list[OpenSheet]:
    """What this person can fill in now, the soonest to close first.

    Sheets whose words nobody has brought in are left out; staff see them in `missing_wordings`. So are those that
    somebody has typed in from a card. A visit by short code sees the sheets of its one gathering only.
    """
    rows = sheets().filter(member_id=actor.user_id, opens_at__lte=at, closes_at__gt=at, response=None, paper=None)
    if actor.only_gathering is not None:
        here = Q(room_id=actor.only_gathering, room__state__in=MEETING)
        elsewhere = Q(room__isnull=False, room__state__in=MEETING)
        rows = rows.filter(here | (~elsewhere & Q(gathering_id=actor.only_gathering)))
    rows = rows.annotate(begun=Exists(AnswerDraft.objects.filter(assignment=OuterRef("pk"))))
    found: list[OpenSheet] = []
    brought: dict[int, set[tuple[str, str]]] = {}  # by organisation, asked once each
    for row in rows.order_by("closes_at", "pk"):
        one = definition_of(row)
        if one.wording.languages:
            words = included_wording(one, row.member.language.partition("-")[0])
            title = words.title
        else:
            house = row.house
            if house.pk not in brought:
                brought[house.pk] = _imported(house, _languages(row.member.language))
            if (one.id, one.version) not in brought[house.pk]:
                continue
            title = one.name
        found.append(
            OpenSheet(
                code=row.code,
                title=title,
                minutes=one.administration.minutes,
                instrument=row.instrument,
                occasion=row.occasion,
                gathering_id=row.gathering_id,
                opens_at=row.opens_at,
                closes_at=row.closes_at,
                begun=row.begun,
                room_id=row.room_id,
            )
        )
    return found


def next_sheet(assignment: Assignment, *, by: Actor, at: datetime) -> OpenSheet | None:
    """Another sheet that belongs with this one: of the same occasion, or opened in the same meeting. None: all done."""
    meeting = assignment.room_id or assignment.gathering_id
    for sheet in open_assignments(by, at):
        together = sheet.occasion == assignment.occasion and sheet.gathering_id == assignment.gathering_id
        if together or (sheet.room_id is not None and sheet.room_id == meeting):
            return sheet
    return None


def left_blank(response: Response, *, by: Actor) -> set[str]:
    """The lines that the person chose to leave blank, as apart from those that they never came to. Their own only."""
    require(by, Permission.RESPONSE_READ_OWN, response)
    return {item for item, answer in given_in(response).items() if answer is None}


def answers_of(response: Response, *, by: Actor, at: datetime) -> dict[str, Answer]:
    """The answers exactly as given, by item id. Opening somebody else's leaves a trace that they can see.

    A member opens their own. Their facilitators open what was written to them, on our own sheets; single answers
    to other people's scales are never shown, only scores.
    """
    assignment = response.assignment
    if by.user_id == assignment.member_id:
        require(by, Permission.RESPONSE_READ_OWN, response)
    else:
        require(by, Permission.FEEDBACK_READ, response)
        if assignment.instrument in READ_TOGETHER or not definition_of(assignment).wording.languages:
            raise NotFound
        _leave_trace(response, by=by, at=at)
    return _open(response)


def what_spoke(alert: Alert, *, by: Actor, at: datetime) -> list[str]:
    """What an alert rests on, in neutral words: only the answers that spoke, never the whole sheet.

    Opening it leaves a trace. A live signal says what was tapped, a message only what was ticked.
    """
    require(by, Permission.ALERT_HANDLE, alert)
    rows = sorted(alert.answers.order_by("pk"), key=lambda row: -LEVELS.index(row.level))
    sheets = {(row.source_kind, row.source_code) for row in rows if row.instrument}
    house = alert.house
    for kind, code in sorted(sheets):
        about = log.Ref(kind, code)
        log.record(Event.FEEDBACK_OPENED, by=by, about=about, at=at, chain=house.code, concerns=alert.member.code)
    if not sheets:
        about = log.Ref("alert", alert.code)
        log.record(Event.ALERT_OPENED, by=by, about=about, at=at, chain=house.code, concerns=alert.member.code)
    return [_spoken(row, alert, house, name_it=len(sheets) > 1) for row in rows]


def _spoken(row: AlertAnswer, alert: Alert, house: Organisation, *, name_it: bool) -> str:
    """One answer, as it was when it spoke. name_it: several sheets did, so say which."""
    if not row.instrument:
        return _tapped(row)
    name, _at, version = row.instrument.partition("@")
    try:
        one = definition(name, version)
        rule = next(rule for rule in one.safety if rule.id == row.rule)
    except (VersionUnknown, StopIteration):
        # Whoever looks after somebody needs this page, whatever became of the questionnaire.
        return _("An answer on “%(name)s” %(version)s asked for a person (%(rule)s). Its words are no longer here.") % {
            "name": name, "version": version, "rule": row.rule,
        }  # fmt: skip
    words = words_for(house, one, alert.member.language)
    item = one.item(rule.item)
    if not row.sealed_answer:  # from before single answers were kept
        return _("Asked for a person: “%(asked)s”") % {
            "asked": words.items.get(item.text_key, one.name) if words and not item.sensitive else one.name
        }
    said = json.loads(seals.ALERT_ANSWER.open(row.sealed_answer, code=row.code, holder=alert.member))
    sentence = _in_words(one, item, {item.id: said}, words)
    return f"{words.title if words else one.name}: {sentence}" if name_it else sentence


def _tapped(row: AlertAnswer) -> str:
    """A live signal says what was tapped, a message only what was ticked."""
    asked = {"signal": _("Tapped: please come"), "message": _("Ticked in a message: please ring me")}
    in_the_room = {
        "live-leave-and-ring": _("Went home in the middle of a meeting, and asked to be rung"),
        "live-word-care": _("Wrote a word in a meeting after which somebody should come to them"),
        "live-wish-to-die-or-harm": _("Asked in the meeting: yes to a wish to die, or to hurt themselves or others"),
    }
    return in_the_room.get(row.rule) or asked.get(row.source_kind) or said_yes_to(row.rule)


def scores_of(group: Group, instrument: str, scale: str) -> list[Scored]:
    """Every score on this scale in this group, in the order the sheets were sent. Leavers are included."""
    rows = Score.objects.filter(
        response__assignment__group=group, response__assignment__instrument=instrument, scale=scale
    ).select_related("response__assignment__gathering")
    return [
        Scored(
            member_id=row.response.assignment.member_id,
            occasion=row.response.assignment.occasion,
            gathering=row.response.assignment.gathering.number if row.response.assignment.gathering else None,
            value=row.value,
            state=row.state,
            answered=row.answered,
            of=row.of,
            rule=row.rule,
            submitted_at=row.response.submitted_at,
        )
        for row in rows.order_by("response__submitted_at", "pk")
    ]


def _open(response: Response) -> dict[str, Answer]:
    return {item: answer for item, answer in given_in(response).items() if answer is not None}


def given_in(response: Response) -> dict[str, Answer]:
    """What was sent, as it was given; None where a line was left blank on purpose. For the room's own code."""
    member = response.assignment.member
    answers: dict[str, Answer] = json.loads(
        seals.ANSWERS.open(response.sealed_answers, code=response.code, holder=member)
    )
    return answers


def _leave_trace(response: Response, *, by: Actor, at: datetime) -> None:
    assignment = response.assignment
    log.record(
        Event.FEEDBACK_OPENED,
        by=by,
        about=log.Ref(RESPONSE, response.code),
        at=at,
        chain=assignment.house.code,
        concerns=assignment.member.code,
    )


def _in_words(one: Definition, item: Item, answers: dict[str, Answer], words: Wording | None) -> str:
    """One answer that spoke. A sensitive one is named without its number: a number would look like a grade."""
    if item.sensitive:
        return _("A question about thoughts of death or self-harm was answered above zero.")
    kind, answer = one.response(item), answers.get(item.id)
    asked = words.items.get(item.text_key, one.name) if words else one.name
    if isinstance(kind, Tick):
        return _("Ticked: “%(words)s”") % {"words": asked}
    if isinstance(kind, Likert):
        labels = words.labels if words else {}
        chosen = next((labels.get(anchor.label_key) for anchor in kind.values if anchor.value == answer), None)
        return _("“%(asked)s” was answered: %(answer)s") % {"asked": asked, "answer": chosen or answer}
    _low, high = one.span(item)
    return _("“%(asked)s” was answered: %(answer)s of %(high)s") % {"asked": asked, "answer": answer, "high": high}


def _imported(organisation: Organisation, languages: list[str] | None = None) -> set[tuple[str, str]]:
    rows = models.Wording.objects.filter(organisation=organisation)
    if languages:
        rows = rows.filter(language__in=languages)
    return set(rows.values_list("instrument", "version").distinct())


def _languages(language: str) -> list[str]:
    return list(dict.fromkeys([language, language.partition("-")[0], "en"]))
