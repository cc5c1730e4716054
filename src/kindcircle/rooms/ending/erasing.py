"""Erasing everything that is somebody's, as far as it can go now; the rest, and their key, when its time has come.

What a clinic has to keep stays sealed under the person's own key until its years are over. Then that key is destroyed,
and with it whatever was missed. Each erasure leaves a row of code, kind and time, which is applied again after an old
copy of the database came back.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.lib.codes import new_code
from kindcircle.base.outbox.models import Delivery, MailWish, ReturnedMail
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.people.models_sign_in import SignIn
from kindcircle.base.vault import keys, seals
from kindcircle.rooms.backdraft.models import MayTell
from kindcircle.rooms.ending.errors import IsHeld, WorksHere
from kindcircle.rooms.ending.keeping import records_go_at, times_of
from kindcircle.rooms.ending.models import CircleInvitation, Coming, Ending, ReviewNote, WritingClock
from kindcircle.rooms.ending.models_privacy import Erasure
from kindcircle.rooms.ending.own_words import refuse_if_held
from kindcircle.rooms.ending.taking import take_own_plans, take_writing
from kindcircle.rooms.groups.actions.leaving import leave_group
from kindcircle.rooms.groups.models import EntryPass, Group, Membership
from kindcircle.rooms.groups.models_calendar import CalendarLink
from kindcircle.rooms.groups.queries_actors import themselves
from kindcircle.rooms.intake.actions import consenting
from kindcircle.rooms.intake.actions.applying import take_back
from kindcircle.rooms.intake.models import Application, Decision, ScreeningForm, Talk
from kindcircle.rooms.intake.models_consent import Consent, ConsentCopy
from kindcircle.rooms.live.models_pairs import PairWish
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.models_draft import AnswerDraft
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.preparing.models import PreparedStep, SafeContact
from kindcircle.rooms.reminders.models import AddressChange
from kindcircle.rooms.safety.models import Alert, AlertStep
from kindcircle.rooms.safety.models_answers import AlertAnswer
from kindcircle.rooms.sharing.models import Warmth
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.writing.models import Parcel
from kindcircle.rooms.writing.models_own_key import OwnKey

MEMBER = Membership.Role.MEMBER
OWN: tuple[tuple[type[Model], str], ...] = (
    (MailWish, "user"),
    (ReturnedMail, "user"),
    (Delivery, "user"),
    (SignIn, "user"),
    (EntryPass, "user"),
    (CalendarLink, "user"),
    (AddressChange, "user"),
    (PreparedStep, "person"),
    (Play, "member"),
    (PairWish, "member"),
    (MayTell, "member"),
    (Whereabouts, "person"),
    (Coming, "member"),
    (ReviewNote, "member"),
    (AnswerDraft, "assignment__member"),
    (Warmth, "giver"),
    (Parcel, "author"),
    (OwnKey, "person"),
    (CircleInvitation, "person"),
    (WritingClock, "person"),
)
"""What is somebody's own and no part of any record, beside what they wrote (`taking`). By whose it is."""


@dataclass(frozen=True, slots=True)
class Stays:
    """What has to stay for a while, for the person to read before they decide.

    group  its name, or empty for what was decided when they asked to come
    until  None while the group still goes on: its years have not begun
    """

    group: str
    until: datetime | None


def what_stays(person: User, *, by: Actor) -> list[Stays]:
    """What belongs to the record of the house and stays until its years are over. Nothing is opened."""
    require(by, Permission.OWN_PRIVACY_SEE)
    require(by, Permission.IN_OWN_NAME, person)
    found = [Stays(group.name, _records_until(group)) for group in _groups_with_records(person)]
    decided = _decided_until(person)
    return [*found, Stays("", decided)] if decided is not None and not found else found


def is_looked_after(person: User) -> bool:
    """Whether somebody still looks after what this person told: until then those who do can reach them safely."""
    return Alert.objects.filter(member=person, closed_at=None).exists()


def erase_everything(*, person: User, by: Actor, at: datetime) -> Erasure:
    """Everything of theirs that need not stay goes now, and the account with it. Groups are left, yeses taken back.

    Raises IsHeld, and WorksHere for those who lead: their place is ended by whoever leads the house.
    """
    require(by, Permission.OWN_WORDS_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    refuse_if_held(person, by=by, at=at)
    with transaction.atomic():
        held = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        if held.held:
            raise IsHeld
        leads = Membership.objects.filter(user=person, role=Membership.Role.FACILITATOR, left_at=None)
        if StaffRole.objects.filter(user=person).exists() or leads.exists():
            raise WorksHere
        _leave(person, by=by, at=at)
        _take(person, at=at)
        row = Erasure.objects.create(person_code=person.code, kind=Erasure.Kind.EVERYTHING, at=at)
        _record(Event.EVERYTHING_ERASED, person, by=by, at=at)
        erased.note(erased.EVERYTHING, person=person.code, at=at)
        _destroy_key_if_free(row, person, at=at)
    return row


def destroy_due(*, at: datetime) -> int:
    """Destroy the key of everybody who erased everything and of whom nothing has to stay any more. Returns how many."""
    done = 0
    for row in Erasure.objects.filter(kind=Erasure.Kind.EVERYTHING, key_gone_at=None).order_by("at"):
        person = User.objects.select_related("organisation").filter(code=row.person_code).first()
        if person is None:
            continue
        with transaction.atomic():
            if not is_looked_after(person):
                SafeContact.objects.filter(person=person).delete()
            done += _destroy_key_if_free(row, person, at=at)
    return done


def again(
    *, person_code: str, kind: str, at: datetime, key_gone_at: datetime | None = None, only_if_known: bool = False
) -> bool:
    """Apply an erasure once more, after a copy of the database from before it came back. False: nothing was left to do.

    What the copy knows already is done in it, and what the person wrote after it stays.
    key_gone_at    when the person's key was destroyed, too: so it is again, whatever the copy says of records
    only_if_known  the copy was made long after: if it does not know this erasure, it failed, and nobody read "gone"
    """
    person = User.objects.select_related("organisation").filter(code=person_code).first()
    if person is None:
        return False
    with transaction.atomic():
        row = Erasure.objects.filter(person_code=person_code, kind=kind, at=at).first()
        if row is not None:
            if kind == Erasure.Kind.WRITING or key_gone_at is None or row.key_gone_at is not None:
                return False
            _destroy_key(row, person, at=key_gone_at, again=True)
            return True
        if only_if_known:
            return False
        row = Erasure.objects.create(person_code=person_code, kind=kind, at=at)
        if kind == Erasure.Kind.WRITING:
            take_writing(person)
            WritingClock.objects.filter(person=person).delete()
            return True
        Membership.objects.filter(user=person, left_at=None).update(left_at=at)
        _take_yeses_back(person, by=themselves(person), at=at)
        _take(person, at=at)
        if key_gone_at is not None:
            _destroy_key(row, person, at=key_gone_at, again=True)
        else:
            _destroy_key_if_free(row, person, at=at)
    return True


def _leave(person: User, *, by: Actor, at: datetime) -> None:
    """Out of every group that goes on; what they asked to come to and their yeses are taken back."""
    places = Membership.objects.filter(user=person, role=MEMBER, left_at=None)
    for place in places.exclude(group__state=Group.State.FINISHED).select_related("group__organisation", "user"):
        leave_group(place=place, by=by, at=at)
    places.update(left_at=at)
    _take_yeses_back(person, by=by, at=at)


def _take_yeses_back(person: User, *, by: Actor, at: datetime) -> None:
    """After every place was left: the database keeps a consent as long as a place rests on it."""
    for asked in Application.objects.filter(person=person, withdrawn_at=None).exclude(state=Application.State.PLACED):
        take_back(application=asked, by=by, at=at)
    for consent in Consent.objects.filter(person=person, withdrawn_at=None).select_related("person__organisation"):
        consenting.withdraw(consent=consent, by=by, at=at)


def _take(person: User, *, at: datetime) -> None:
    take_writing(person)
    contact = SafeContact.objects.filter(person=person).first() if is_looked_after(person) else None
    take_own_plans(person)
    if contact is not None:
        contact.save(force_insert=True)
    sessions = SignIn.objects.filter(user=person).exclude(session_key="").values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(sessions)).delete()
    for kind, whose in OWN:
        kind._default_manager.filter(**{whose: person}).delete()
    for name in ("emailaddress_set", "authenticator_set"):
        getattr(person, name).all().delete()
    # The words of requests that led to no place. Those that did belong to the record of its group.
    asked = Application.objects.filter(person=person, decisions__places=None, kept_places__taken_at=None)
    _take_words_of(asked.values_list("pk", flat=True), at=at)
    nobody = User(password="")
    nobody.set_unusable_password()
    User.objects.filter(pk=person.pk).update(
        is_active=False,
        email=f"{new_code()}@erased.invalid",
        sealed_email=b"",
        wants_mail=False,
        last_login=None,
        idle_minutes=None,
        password=nobody.password,
        sessions_valid_from=at,
    )


def _take_words_of(applications, *, at: datetime) -> None:  # type: ignore[no-untyped-def]
    pks = list(applications)
    ScreeningForm.objects.filter(application__in=pks).update(sealed_answers=b"")
    Talk.objects.filter(application__in=pks).update(sealed_note=b"")
    Application.objects.filter(pk__in=pks).update(sealed_answers=b"", words_gone_at=at)


def _groups_with_records(person: User) -> list[Group]:
    places = Membership.objects.filter(user=person, role=MEMBER, group__ending__records_gone_at=None)
    groups = Group.objects.filter(pk__in=places.values("group")).select_related("organisation")
    return list(groups.order_by("pk"))


def _records_until(group: Group) -> datetime | None:
    ending = Ending.objects.select_related("group__organisation").filter(group=group).first()
    return records_go_at(ending) if ending is not None else None


def _decided_until(person: User) -> datetime | None:
    """Until when an answer to a request, or an alert outside of any group, belongs to the record; None for neither."""
    years = times_of(person.organisation).record_years
    decided = Decision.objects.filter(application__person=person).values_list("decided_at", flat=True)
    told = Alert.objects.filter(member=person, group=None).values_list("raised_at", flat=True)
    last = max([*decided, *told], default=None)
    if last is None:
        return None
    return (
        last.replace(year=last.year + years, day=28)
        if (last.month, last.day) == (2, 29)
        else last.replace(year=last.year + years)
    )


def _destroy_key_if_free(row: Erasure, person: User, *, at: datetime) -> int:
    until = _decided_until(person)
    busy = _groups_with_records(person) or is_looked_after(person) or (until is not None and at < until)
    if busy or User.objects.filter(pk=person.pk, held=True).exists():
        return 0
    _destroy_key(row, person, at=at)
    return 1


def _destroy_key(row: Erasure, person: User, *, at: datetime, again: bool = False) -> None:
    """From here on nothing that was ever sealed for this person opens again, in no copy that holds no key of theirs."""
    _blank(person, at=at)
    keys.destroy_key(person)
    # A name of nobody, under a new key, so that old lists still open.
    name = seals.NAME.seal(_("Somebody who left"), code=person.code, holder=person)
    User.objects.filter(pk=person.pk).update(sealed_name=name)
    Erasure.objects.filter(pk=row.pk).update(key_gone_at=at)
    _record(Event.PERSON_KEY_GONE, person, by=SYSTEM, at=at)
    if not again:  # else the list says so already
        erased.note(erased.KEY, person=person.code, at=at)


def _blank(person: User, *, at: datetime) -> None:
    """What would only stand there unreadable: so that no page tries to open it."""
    asked = Application.objects.filter(person=person)
    _take_words_of(asked.filter(words_gone_at=None).values_list("pk", flat=True), at=at)
    Decision.objects.filter(application__in=asked).update(
        sealed_reason=b"", sealed_checklist=b"", sealed_letter=b"", sealed_plan=b"", sealed_signature=None
    )
    ConsentCopy.objects.filter(consent__person=person).update(sealed_words=b"")
    Consent.objects.filter(person=person).update(sealed_signature=b"")
    sheets = Assignment.objects.filter(member=person, group=None)
    Score.every.filter(response__assignment__in=sheets).delete()
    Response.objects.filter(assignment__in=sheets).delete()
    sheets.delete()
    AlertStep.objects.filter(alert__member=person).update(sealed_note=b"")
    AlertAnswer.objects.filter(alert__member=person).update(sealed_answer=b"")
    Task.objects.filter(concerns=person).delete()


def _record(event: Event, person: User, *, by: Actor, at: datetime) -> None:
    about, chain = log.Ref("person", person.code), person.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=person.code)
