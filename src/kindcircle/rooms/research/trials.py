"""A trial over one offer: set up by one person, and locked with its whole plan by another before anything is drawn."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.models import Intake
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.measures.queries import READ_TOGETHER, definition, words_for
from kindcircle.rooms.research.errors import AlreadyDecided, DrawnOnce, NotAPlan, OneTrialPerOffer, TakesTwo
from kindcircle.rooms.research.releases import TO_DECIDE, who_can_decide
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.dates import wall_clock
from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Score
from kindcircle.spec.programmes import load_programme
from kindcircle.spec.shorter import STANDS_IN
from kindcircle.spec.texts import ContentError
from kindcircle.stats.allocation import SECRET_BYTES, commitment

State, Way, Strata = Trial.State, Trial.Way, Trial.Strata
LONGEST_WORDS = 2000
LONGEST_MORE = 4000
LONGEST_WEEKS = 52
MOST_SEATS = 400
MOST_OF_RATIO = 4
ANSWER_DAYS = 14
"""For so many days after its time the second questionnaire can be answered, by everybody alike."""
LANGUAGE = "en"
"""A questionnaire can be chosen where the house has its words in this one."""
MODEL = "after ~ before + now + (0 + now | group), spread of its own in each arm"
"""The primary analysis. Whoever meets in a group is like the others there; who waits is like nobody in particular."""
WITHIN = (
    "after ~ before + now + stratum + (0 + now | group), spread of its own in each arm;"
    " a stratum with answers in one arm only is put together with the other"
)
BY_SCORE = f"{MODEL}; the strata are by the score before, which is in the model already"
MODELS: dict[str, tuple[str, ...]] = {
    Strata.NONE: (MODEL,),
    Strata.PLAN: (WITHIN, MODEL),
    Strata.SCORE: (BY_SCORE, MODEL),
}
"""By what the draw keeps alike: the model that a plan names, and those that plans named before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Everything that is settled before the draw: how is drawn, what people read, and how is analysed."""

    title: str
    way: str
    seats: int | None
    ratio_now: int | None
    ratio_later: int | None
    strata: str
    cut: float | None
    answer_by: date
    later_on: date
    words: str
    instrument: str
    scale: str
    weeks: int
    margin: float
    attend: int
    df: str
    more: str


def trials(organisation: Organisation, *, by: Actor) -> QuerySet[Trial]:
    """Every trial of the house, the newest first."""
    require(by, Permission.TRIAL_KEEP, organisation)
    rows = Trial.objects.filter(organisation=organisation).order_by("-asked_at", "-pk")
    return rows.select_related("organisation", "intake", "asked_by", "decided_by")


def offers(organisation: Organisation) -> list[Intake]:
    """What is offered here and has no trial yet, the newest first."""
    busy = Trial.objects.filter(organisation=organisation, state__in=[State.ASKED, State.LOCKED, State.DRAWN])
    rows = Intake.objects.filter(organisation=organisation).exclude(pk__in=busy.values("intake"))
    return [one for one in rows.order_by("-created_at", "-pk") if measures(one)]


def measures(intake: Intake) -> list[tuple[Definition, Score]]:
    """What could be compared: the outcomes its programme asks everybody before the start, whose words are here.

    Not a form for which at some hours a shorter one is asked: two forms are not one measure.
    """
    try:
        asked = load_programme(intake.programme, intake.programme_version).instruments("baseline")
    except ContentError:
        return []
    found = [definition(name) for name in asked if name not in READ_TOGETHER and name not in STANDS_IN]
    here = [one for one in found if words_for(intake.organisation, one, LANGUAGE) is not None]
    return [(one, score) for one in here for score in one.headlines if score.better != "neither"]


def meetings(intake: Intake) -> int:
    """How many meetings its programme has."""
    return len(load_programme(intake.programme, intake.programme_version).sessions)


def set_up(
    *, intake: Intake, design: Design, colleague: str, staff: User, client_key: str, by: Actor, at: datetime
) -> Trial:
    """Write the whole plan down and ask a colleague, by their code, to lock it. Sent twice is sent once.

    Raises NotAPlan with what is missing, OneTrialPerOffer.
    """
    house = intake.organisation
    require(by, Permission.TRIAL_KEEP, house)
    if before := Trial.objects.filter(organisation=house, client_key=client_key).first():
        return before
    second = {one.code: one for one in who_can_decide(house, staff)}.get(colleague)
    known = {(one.id, score.id): one for one, score in measures(intake)}
    one = known.get((design.instrument, design.scale))
    if second is None or one is None:
        raise NotAPlan
    _check(design, one, intake, at)
    columns = {name: getattr(design, name) for name in Design.__slots__}
    trial = Trial(
        organisation=house, intake=intake, version=one.version, asked_by=staff, asked_at=at, asked_to=second,
        client_key=client_key, **columns,
    )  # fmt: skip
    try:
        with transaction.atomic():
            trial.save(force_insert=True)
            raise_task(
                Kind.TRIAL_TO_LOCK, organisation=house, about=about(trial), once=trial.code, due_at=at + TO_DECIDE,
                at=at, owner=second,
            )  # fmt: skip
            record(Event.TRIAL_ASKED, trial, by=by, at=at)
    except IntegrityError:
        if before := Trial.objects.filter(organisation=house, client_key=client_key).first():
            return before
        raise OneTrialPerOffer from None
    return trial


def decide(*, trial: Trial, lock: bool, staff: User, by: Actor, at: datetime) -> Trial:
    """A second person locks the plan, or says no. From the lock on nothing of it changes, and its mark is on record.

    In the same moment the secret is made from which the draw will follow; only its mark is shown before the draw.
    Raises TakesTwo for whoever set it up, AlreadyDecided where it was decided otherwise.
    """
    require(by, Permission.TRIAL_KEEP, trial)
    wanted = State.LOCKED if lock else State.DECLINED
    with transaction.atomic():
        row = hold(trial)
        if row.asked_by_id == staff.pk:
            raise TakesTwo
        if row.state == wanted:
            return row
        if row.state != State.ASKED:
            raise AlreadyDecided
        row.state, row.decided_by, row.decided_at = wanted, staff, at
        if lock:
            secret = secrets.token_bytes(SECRET_BYTES)
            row.plan_mark, row.secret_mark = mark_of(row), commitment(secret)
            row.sealed_secret = seals.TRIAL_SECRET.seal(secret.hex(), code=row.code, holder=row.organisation)
        row.save()
        settle(Kind.TRIAL_TO_LOCK, about=about(row), at=at)
        record(Event.TRIAL_LOCKED if lock else Event.TRIAL_DECLINED, row, by=by, at=at, mark=row.plan_mark)
        if lock:
            record(Event.TRIAL_SECRET_BOUND, row, by=by, at=at, mark=row.secret_mark)
    return row


def stop(*, trial: Trial, by: Actor, at: datetime) -> Trial:
    """No draw after all: everybody keeps their place in the queue, and the secret is gone. Not after the draw.

    Raises DrawnOnce, AlreadyDecided.
    """
    require(by, Permission.TRIAL_KEEP, trial)
    with transaction.atomic():
        row = hold(trial)
        if row.state == State.STOPPED:
            return row
        if row.state == State.DRAWN:
            raise DrawnOnce
        if row.state != State.LOCKED:
            raise AlreadyDecided
        row.state, row.sealed_secret = State.STOPPED, b""
        row.save(update_fields=["state", "sealed_secret"])
        record(Event.TRIAL_STOPPED, row, by=by, at=at)
    return row


def plan(trial: Trial) -> dict[str, object]:
    """Everything that the lock fixes, as it is written under the mark."""
    return _written(trial, model_of(trial))


def model_of(trial: Trial) -> str:
    """The model that the plan names: of those there were, the one that it was locked with."""
    known = MODELS.get(trial.strata, (MODEL,))
    return next((one for one in known if _mark(_written(trial, one)) == trial.plan_mark), known[0])


def looks_within(trial: Trial) -> bool:
    """Whether people are compared within the strata of the draw."""
    return model_of(trial) == WITHIN


def _written(trial: Trial, model: str) -> dict[str, object]:
    fixed = {name: getattr(trial, name) for name in sorted(Design.__slots__)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fixed.items()} | {
        "code": trial.code, "offer": trial.intake.code, "version": trial.version, "answer_days": ANSWER_DAYS,
        "model": model, "population": "everybody who was drawn, in the arm they were drawn for",
    }  # fmt: skip


def mark_of(trial: Trial) -> str:
    """The plan's mark: another one as soon as a single letter is another one."""
    return _mark(plan(trial))


def _mark(written: dict[str, object]) -> str:
    text = json.dumps(written, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_as_locked(trial: Trial) -> bool:
    """Whether the plan reads as it did when it was locked, by its own mark and by the record of the house."""
    on_record = log.recorded(Event.TRIAL_LOCKED, chain=trial.organisation.code, about=about(trial, trial.plan_mark))
    return mark_of(trial) == trial.plan_mark and on_record


def hold(trial: Trial) -> Trial:
    """This trial's row for one transaction; nobody else moves it meanwhile."""
    rows = Trial.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("organisation", "intake__organisation").get(pk=trial.pk)


def about(trial: Trial, mark: str = "") -> log.Ref:
    """What the record points at: the trial, or one of its marks, shortened to 132 bits so that it fits a code."""
    if not mark:
        return log.Ref("trial", trial.code)
    return log.Ref(f"trial:{trial.code}", short(mark))


def short(mark: str) -> str:
    """A mark as the record of the house has it."""
    return urlsafe_b64encode(bytes.fromhex(mark)).decode()[:22]


def record(event: Event, trial: Trial, *, by: Actor, at: datetime, mark: str = "", concerns: str = "") -> None:
    """One line in the record of the house."""
    log.record(event, by=by, about=about(trial, mark), at=at, chain=trial.organisation.code, concerns=concerns)


def _check(design: Design, one: Definition, intake: Intake, at: datetime) -> None:
    today = wall_clock(at, intake.zone).date()
    fair: Sequence[bool] = (
        bool(design.title.strip()) and len(design.title) <= 80,
        bool(design.words.strip()) and len(design.words) <= LONGEST_WORDS and len(design.more) <= LONGEST_MORE,
        (design.way == Way.SEATS) == (design.seats is not None and design.ratio_now is None),
        design.seats is None or 1 <= design.seats <= MOST_SEATS,
        (design.way == Way.BLOCKS)
        == all(part is not None and 1 <= part <= MOST_OF_RATIO for part in (design.ratio_now, design.ratio_later)),
        (design.strata == Strata.SCORE) == (design.cut is not None),
        today <= design.answer_by,
        # Who starts later starts after the second questionnaire, or there would be nothing to compare with.
        design.answer_by + timedelta(days=7 * design.weeks + ANSWER_DAYS) <= design.later_on,
        1 <= design.weeks <= LONGEST_WEEKS,
        design.margin > 0,
        1 <= design.attend <= meetings(intake),
        design.df in Trial.Df.values and design.strata in Strata.values,
    )
    if not all(fair):
        raise NotAPlan
