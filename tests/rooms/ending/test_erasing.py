"""Everything that can go goes at once; the rest stays until its years are over, and then the key goes with it."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kindcircle.base.audit import log
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.rooms.conversations.models import Message
from kindcircle.rooms.ending import erasing, person_holds, retention
from kindcircle.rooms.ending.errors import IsHeld, WorksHere
from kindcircle.rooms.ending.models_privacy import Erasure
from kindcircle.rooms.ending.own_rows import A_KEY, IN_WORDS, NOT_HERE, ROWS
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.measures.models import Response
from kindcircle.rooms.preparing.models import SafeContact
from kindcircle.rooms.safety.actions import raise_alert
from kindcircle.rooms.writing.models import JournalEntry, Letter
from tests.rooms.ending.test_retention import FIRST, days_on, ending_of, live_through
from tests.world import World, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def over() -> World:
    return live_through(make_world(at=FIRST, members=5))


def erase(world: World, *, days: float = 1) -> Erasure:
    return erasing.erase_everything(person=world.member, by=world.actor(world.member), at=days_on(world, days))


def test_what_is_ones_own_goes_and_the_record_stays_until_its_years_are_over(over: World) -> None:
    person, client = over.member, Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    address = seals.address_of(person)
    with pytest.raises(NotFound):
        erasing.erase_everything(person=person, by=over.actor(over.facilitator), at=days_on(over, 1))
    [stays] = erasing.what_stays(person, by=over.actor(person))
    assert stays.group == over.group.name and stays.until is not None

    row = erase(over)
    person.refresh_from_db()
    assert not (JournalEntry.objects.exists() or Letter.objects.exists())
    assert not person.is_active and not person.sealed_email and person.email != seals.blind_address(str(address))
    assert not Session.objects.filter(session_key=client.session.session_key).exists()
    assert not Membership.objects.filter(user=person, left_at=None).exists()
    assert not Consent.objects.filter(person=person, withdrawn_at=None).exists()
    assert Response.objects.filter(assignment__member=person).exists() and Message.objects.exists()
    assert seals.name_of(person) == "Ines"  # a record without a name is none
    assert (row.person_code, row.kind, row.key_gone_at) == (person.code, "everything", None)

    # The years of the record pass. Then nothing of theirs opens any more, and old lists still do.
    sealed = bytes(person.sealed_name)
    years = 8 * 365.25
    for days in (16, 31, 77, 92, years - 12):
        retention.run(at=days_on(over, days))
    row.refresh_from_db()
    assert row.key_gone_at is None
    retention.run(at=days_on(over, years + 3))
    assert ending_of(over).records_gone_at is not None
    row.refresh_from_db()
    person.refresh_from_db()
    assert row.key_gone_at == days_on(over, years + 3)
    assert seals.name_of(person) == "Somebody who left"
    with pytest.raises(CannotOpen):
        seals.NAME.open(sealed, code=person.code, holder=person)
    assert retention.run(at=days_on(over, years + 4)) == 0
    assert list(log.verify()) == []


def test_somebody_of_whom_nothing_has_to_stay_is_gone_at_once(over: World) -> None:
    stranger = make_person(over.organisation, "Zoe", at=FIRST)
    sealed = bytes(stranger.sealed_name)
    row = erasing.erase_everything(person=stranger, by=over.actor(stranger), at=FIRST)
    row.refresh_from_db()
    stranger.refresh_from_db()
    assert row.key_gone_at == FIRST
    with pytest.raises(CannotOpen):
        seals.NAME.open(sealed, code=stranger.code, holder=stranger)
    # The trace of it holds a code and no word.
    events = set(AuditEntry.objects.filter(concerns=stranger.code).values_list("event", flat=True))
    assert {"everything erased", "key of a person destroyed"} <= events


def test_while_somebody_looks_after_them_they_can_still_be_reached_safely(over: World) -> None:
    person = over.member
    contact = SafeContact(person=person, saved_at=FIRST)
    contact.sealed_lines = seals.SAFE_CONTACT.seal("{}", code=contact.code, holder=person)
    contact.save()
    alert = raise_alert(member=person, group=over.group, gathering=None, level="contact", rules=["x"],
                        source=log.Ref("signal", "s" * 22), at=FIRST)  # fmt: skip
    erase(over)
    assert erasing.is_looked_after(person) and SafeContact.objects.filter(person=person).exists()
    type(alert).objects.filter(pk=alert.pk).update(state="closed", closed_at=days_on(over, 2), close_reason="x")
    retention.run(at=days_on(over, 3))
    assert not SafeContact.objects.filter(person=person).exists()


def test_whoever_works_here_is_told_what_comes_first(over: World) -> None:
    for person in (over.facilitator, over.organisation_lead):
        with pytest.raises(WorksHere):
            erasing.erase_everything(person=person, by=over.actor(person), at=FIRST)
        assert User.objects.get(pk=person.pk).is_active
    assert not Erasure.objects.exists()


def test_an_old_copy_of_the_database_brings_nothing_back(over: World) -> None:
    """The rows as they stood before, and then the erasures applied once more."""
    person = over.member
    assert erasing.again(person_code=person.code, kind="everything", at=days_on(over, 1))
    assert not JournalEntry.objects.exists() and not User.objects.get(pk=person.pk).is_active
    assert not erasing.again(person_code=person.code, kind="everything", at=days_on(over, 1)), "twice is once"
    assert Erasure.objects.count() == 1
    assert not erasing.again(person_code="x" * 22, kind="writing", at=FIRST)
    gone = days_on(over, 9)
    assert erasing.again(person_code=person.code, kind="everything", at=days_on(over, 1), key_gone_at=gone)
    assert Erasure.objects.get().key_gone_at == gone


def test_a_hold_stands_in_the_way_and_says_so(over: World) -> None:
    hold = person_holds.ask(
        person=over.member, reason="A court asks.", until=days_on(over, 60).date(), untold=False,
        by=over.actor(over.organisation_lead), at=days_on(over, 1),
    )  # fmt: skip
    person_holds.confirm(hold=hold, by=over.actor(over.safety_lead), at=days_on(over, 1))
    with pytest.raises(IsHeld):
        erase(over, days=2)
    assert JournalEntry.objects.exists() and not Erasure.objects.exists()
    assert AuditEntry.objects.filter(event="erasing refused, held", concerns=over.member.code).count() == 1
    retention.run(at=days_on(over, 61))  # it ends by itself
    erase(over, days=62)
    assert not JournalEntry.objects.exists()


def test_what_was_erased_is_no_more_on_any_own_row(over: World) -> None:
    erase(over, days=timedelta(days=1) / timedelta(days=1))
    for kind, whose in erasing.OWN:
        assert not kind._default_manager.filter(**{whose: over.member}).exists(), kind


# Of what stands in the file somebody takes along: what belongs to the record and stays until its years are over. All
# else goes at once, and whoever adds a kind of row says here or in rooms/ending/erasing.py which it is.
STAYS = {
    "people.User", "intake.Application", "intake.ScreeningForm", "intake.TalkTime", "intake.Talk", "intake.Decision",
    "intake.Entrant", "intake.Consent", "intake.ConsentCopy", "groups.Membership", "groups.KeptPlace",
    "groups.Invitation", "groups.Attendance", "groups.SaidAway", "groups.Absence", "groups.CatchUp", "groups.Leaving",
    "groups.LineProposal", "groups.AgreementAnswer", "preparing.OneToOne", "safety.Alert", "measures.Assignment",
    "measures.Response", "live.Presence", "live.Signal", "live.PairsAnswer", "live.Steadying", "live.DropOff",
    "feedback.TalkedAbout", "feedback.MemberSaid", "backdraft.Landing", "backdraft.SlowerPace", "alliance.Rating",
    "conversations.Conversation", "conversations.Message", "ending.Erasure", "ending.PersonHold",
}  # fmt: skip


def test_every_kind_of_own_row_goes_or_belongs_to_the_record(over: World) -> None:
    kinds = {*ROWS, *(label for label, reason in NOT_HERE.items() if reason in (IN_WORDS, A_KEY))} - STAYS
    # The key goes at the end, a tablet is the house's, and a recording goes with its sitting.
    kinds -= {"vault.DataKey", "live.Tablet", "resonance.HeartRecording"}
    with CaptureQueriesContext(connection) as queries:
        erase(over)
    said = " ".join(one["sql"] for one in queries.captured_queries)
    untouched = [label for label in sorted(kinds) if f'FROM "{apps.get_model(label)._meta.db_table}"' not in said]
    assert untouched == []
