"""What somebody answers before the talk is kept, and where it asks for a person, a person is told: both or neither."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.rooms.intake.actions import screening
from kindcircle.rooms.intake.actions.applying import record
from kindcircle.rooms.intake.asking import told
from kindcircle.rooms.intake.models import Application, Intake, ScreeningForm
from kindcircle.rooms.intake.queries import opened_answers
from kindcircle.rooms.intake.questions import HARM, REACH, questions_of, yes_to
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.measures.queries import definition, words_for
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.programmes import load_programme
from kindcircle.spec.texts import ContentError

ASKED_TO_REACH = ("phone", "ways", "safe")
OPEN_FOR = timedelta(days=60)
ABOUT_HARM, ABOUT_HOME = "form-harm", "form-danger"
"""What an alert calls such a form as its source: one for each kind of yes, so that a later one is not lost."""


def keep_part(
    *,
    form: ScreeningForm,
    answers: Mapping[str, Mapping[str, str]],
    page: str,
    version: int,
    send: bool,
    by: Actor,
    at: datetime,
) -> ScreeningForm:
    """Keep one page of the form, and with `send` hand the whole of it in. A yes to not being safe is told at once.

    Raises OpenElsewhere, SentBefore, TakenBack.
    """
    with transaction.atomic():
        kept = screening.keep(form=form, answers=answers, page=page, version=version, by=by, at=at)
        _tell_of_yes(kept, at)
        if send:
            kept = screening.send(form=kept, by=by, at=at)
            if kept.kind == ScreeningForm.Kind.FIRST:
                _give_sheets(kept.application, at)
    return kept


def alerts_of(form: ScreeningForm) -> list[Alert]:
    """The alerts that this form raised."""
    return list(Alert.objects.filter(source_kind__in=(ABOUT_HARM, ABOUT_HOME), source_code=form.code))


def screening_scores(applications: list[Application]) -> dict[int, list[Score]]:
    """The sums of the sheets before the talk, by application: for the order in which people are looked at only."""
    by_person = {(one.person_id, one.intake_id): one.pk for one in applications}
    rows = Score.objects.filter(
        response__assignment__occasion=Assignment.Occasion.SCREENING,
        response__assignment__member__in=[one.person_id for one in applications],
        scale="total",
    ).select_related("response__assignment")
    found: dict[int, list[Score]] = {}
    for row in rows.order_by("response__assignment__instrument"):
        asked = row.response.assignment
        pk = by_person.get((asked.member_id, asked.intake_id or 0))
        if pk is not None and row.value is not None:
            found.setdefault(pk, []).append(row)
    return found


def how_to_reach(alert: Alert, *, by: Actor, at: datetime) -> list[tuple[str, str]]:
    """How somebody who has no group yet may safely be reached, in their own words: whoever answers an alert needs it.

    Also from a form that is not sent yet: the page on which they said yes told them so. Opening it leaves a trace.
    """
    require(by, Permission.ALERT_HANDLE, alert)
    rows = Application.objects.filter(person=alert.member, intake=alert.intake).select_related("person", "intake")
    application = rows.order_by("-pk").first() if alert.intake_id else None
    if application is None:
        return []
    record(Event.APPLICATION_OPENED, application=application, by=by, at=at)
    form = application.forms.exclude(saved_at=None).order_by("pk").first()
    said = screening.opened(form) if form else {}
    written = [
        (str(question.ask), said[question.id]["words"])
        for question in questions_of(ScreeningForm.Kind.FIRST)
        if question.id in REACH and said.get(question.id, {}).get("words")
    ]
    return written or told(
        {name: given for name, given in opened_answers(application).items() if name in ASKED_TO_REACH}
    )


def _tell_of_yes(form: ScreeningForm, at: datetime) -> None:
    told = {rule for alert in alerts_of(form) for rule in alert.rules.split(",")}
    rules = [rule for rule in yes_to(form.kind, screening.opened(form)) if rule not in told]
    if not rules:
        return
    application = form.application
    safety.raise_alert(
        member=application.person,
        group=None,
        intake=application.intake,
        gathering=None,
        level=Alert.Level.CONCERN,
        rules=rules,
        source=Ref(ABOUT_HARM if HARM in rules else ABOUT_HOME, form.code),
        at=at,
    )


def _give_sheets(application: Application, at: datetime) -> None:
    """Ask for what the programme asks before a place is given, where the house has brought in the words.

    It helps to see who should be talked with soonest, and decides nothing.
    """
    house, person = application.intake.organisation, application.person
    before = Assignment.objects.filter(member=person, intake=application.intake, occasion=Assignment.Occasion.SCREENING)
    there = {row.given_out[0] for row in before}
    wanted = [one for one in map(definition, _before_a_place(application.intake)) if one.id not in there]
    asked = [one for one in wanted if words_for(house, one, person.language) is not None]
    Assignment.objects.bulk_create(
        [
            Assignment(
                member=person,
                intake=application.intake,
                instrument=one.id,
                version=one.version,
                occasion=Assignment.Occasion.SCREENING,
                opens_at=at,
                closes_at=at + OPEN_FOR,
            )
            for one in asked
        ],
        ignore_conflicts=True,
    )


def _before_a_place(intake: Intake) -> tuple[str, ...]:
    """Nothing where its programme is gone: nobody's form waits for that."""
    try:
        return load_programme(intake.programme, intake.programme_version).instruments("screening")
    except ContentError:
        return ()
