"""After an old copy of the database came back: no door stands open that somebody had closed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction

from kindcircle.base.access import NOBODY
from kindcircle.base.access.gate import can
from kindcircle.base.access.permissions import Permission
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import erased
from kindcircle.base.outbox.models import Delivery, ReturnedMail
from kindcircle.base.outbox.wishes import any_mail
from kindcircle.base.people import shut
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.people.models_sign_in import SignIn
from kindcircle.base.vault import seals
from kindcircle.rooms.backdraft.actions import set_may_tell
from kindcircle.rooms.backdraft.models import MayTell
from kindcircle.rooms.ending import closing, shutting
from kindcircle.rooms.ending.models import KeptLine
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.feedback.actions import take_line_back
from kindcircle.rooms.feedback.models import HeardAndDone
from kindcircle.rooms.groups import calendars
from kindcircle.rooms.groups.actions import (
    accept_invitation,
    agreements,
    invite,
    link_for,
    open_invitation,
    roles,
    take_role,
)
from kindcircle.rooms.groups.errors import InvitationGone
from kindcircle.rooms.groups.models import EntryPass, Group, Invitation, Membership
from kindcircle.rooms.groups.models_agreement import LineProposal
from kindcircle.rooms.groups.models_calendar import CalendarLink
from kindcircle.rooms.intake.actions.offering import name_screeners
from kindcircle.rooms.intake.models import Application, Screener, TalkTime
from kindcircle.rooms.live import debrief
from kindcircle.rooms.live.models_debrief import DebriefLine
from kindcircle.rooms.live.models_tablet import Tablet
from kindcircle.rooms.practice import recordings
from kindcircle.rooms.practice.models import Recording
from kindcircle.rooms.preparing.actions import keep_contact
from kindcircle.rooms.preparing.models import SafeContact
from kindcircle.rooms.reminders import reaching
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety import staff
from kindcircle.rooms.safety.leaving import end_place, what_it_means
from kindcircle.rooms.safety.models_rota import Duty
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.team import credentials
from kindcircle.rooms.team.models import Credential, StandIn
from tests.world import World, make_staff, make_world

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LEAD = StaffRole.Role.ORGANISATION_LEAD


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def world(db: None) -> World:
    return make_world(at=NOON - DAY, members=2, first_at=NOON + 3 * DAY)


def lines_of_now() -> list[erased.Erased]:
    return list(erased.noted(erased.file()))


def what_is_closed() -> set[str]:
    return {line.label for line in lines_of_now() if line.what != erased.BACK}


def once(lines: list[erased.Erased] | None = None) -> int:
    """Replayed as `restore` does it: twice is once, and the list is none the longer."""
    before = erased.file().read_bytes()
    with erased.written_already():
        took = replay(lines or lines_of_now())
        assert replay(lines or lines_of_now()) == 0
    assert erased.file().read_bytes() == before
    return took


def test_whoever_was_let_go_does_not_sign_in_again(world: World):
    vera = make_staff(world.organisation, "Vera", LEAD, at=NOON - DAY)
    staff.end_access(person=vera, by=world.actor(world.organisation_lead), at=NOON)
    assert {(line.what, line.label) for line in lines_of_now()} == {
        ("left", "people.StaffRole"), ("withdrawn", "people.User"),
    }  # fmt: skip
    User.objects.filter(pk=vera.pk).update(is_active=True, sessions_valid_from=None)  # an old copy came back
    StaffRole.objects.create(user=vera, role=LEAD, given_at=NOON - DAY)
    assert world.actor(vera).roles and once() == 2
    vera.refresh_from_db()
    assert not vera.is_active and vera.sessions_valid_from == NOON and not vera.staff_roles.exists()
    assert world.actor(vera) == NOBODY


def test_a_role_that_was_given_back_stays(world: World, django_capture_on_commit_callbacks):
    vera = make_staff(world.organisation, "Vera", LEAD, at=NOON - DAY)
    StaffRole.objects.create(user=vera, role="operator", given_at=NOON - DAY)
    lead = world.actor(world.organisation_lead)
    staff.end_role(person=vera, role=LEAD, by=lead, at=NOON)
    _row, secret = invite(role=LEAD, organisation=world.organisation, by=lead, at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        take_role(secret=secret, by=world.actor(vera), at=NOON + DAY)
    Invitation.objects.all().delete()  # the copy is from before all that, and she leads
    assert once() == 0
    assert set(vera.staff_roles.values_list("role", flat=True)) == {LEAD, "operator"}


def test_a_copy_that_knows_is_left_alone(world: World):
    vera = make_staff(world.organisation, "Vera", LEAD, at=NOON - DAY)
    staff.end_access(person=vera, by=world.actor(world.organisation_lead), at=NOON)
    assert replay(lines_of_now(), copied_at=NOON + DAY) == 0


def test_whoever_led_groups_leads_none_and_their_alerts_go_to_somebody_who_does(world: World):
    cleo = make_staff(world.organisation, "Cleo", "facilitator", at=NOON - DAY)
    ada, bo = world.facilitators
    Membership.objects.create(group=world.group, user=cleo, role="facilitator", seat=3, joined_at=NOON - DAY)
    alert = safety.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("response", "x"), at=NOON - timedelta(hours=1),
    )  # fmt: skip
    lead = world.actor(world.organisation_lead)
    keys = [one.key for one in what_it_means(ada, by=lead, at=NOON).open]
    screens = Screener.objects.filter(user=ada).values_list("intake_id", flat=True)
    screened = list(screens)
    end_place(person=ada, takes_over=dict.fromkeys(keys, cleo), close_account=True, by=lead, at=NOON)
    # An old copy came back.
    User.objects.filter(pk=ada.pk).update(is_active=True)
    StaffRole.objects.create(user=ada, role="facilitator", given_at=NOON - DAY)
    Membership.objects.filter(group=world.group, user=ada).update(left_at=None)
    Group.objects.filter(pk=world.group.pk).update(alerts_owner=ada)
    for intake in screened:
        Screener.objects.create(intake_id=intake, user=ada, since=NOON - DAY)
    Delivery.objects.filter(user=cleo, about_code=alert.code).delete()
    Task.objects.all().delete()
    assert once() >= 2
    ada.refresh_from_db()
    world.group.refresh_from_db()
    assert not ada.is_active and not ada.staff_roles.exists() and not screens.all().exists()
    assert world.group.alerts_owner == cleo and world.group.alerts_backup == bo
    assert not Membership.objects.filter(user=ada, left_at=None).exists()
    assert Delivery.objects.filter(user=cleo, about_code=alert.code).exists(), "the alert is not left with nobody"
    assert Task.objects.filter(kind="nobody-leads").exists()


def test_whoever_has_the_role_anew_has_nothing_back_that_was_not_given_back(
    world: World, django_capture_on_commit_callbacks
):
    cleo = make_staff(world.organisation, "Cleo", "facilitator", at=NOON - DAY)
    ada, lead = world.facilitator, world.actor(world.organisation_lead)
    Membership.objects.create(group=world.group, user=cleo, role="facilitator", seat=3, joined_at=NOON - DAY)
    StaffRole.objects.create(user=ada, role="operator", given_at=NOON - DAY)
    Duty.objects.update(person=ada)
    alert = safety.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("response", "x"), at=NOON - timedelta(hours=1),
    )  # fmt: skip
    kept = list(Screener.objects.filter(user=ada)) + list(Duty.objects.all())
    keys = [one.key for one in what_it_means(ada, by=lead, at=NOON).open]
    end_place(person=ada, takes_over=dict.fromkeys(keys, cleo), close_account=False, by=lead, at=NOON)
    _row, secret = invite(role="facilitator", organisation=world.organisation, by=lead, at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        take_role(secret=secret, by=world.actor(ada), at=NOON + DAY)
    # An old copy came back: from before she left that group, whose calls for help went to her.
    Membership.objects.filter(group=world.group, user=ada).update(left_at=None)
    Group.objects.filter(pk=world.group.pk).update(alerts_owner=ada)
    Delivery.objects.filter(user=cleo, about_code=alert.code).delete()
    for row in kept:
        row.save(force_insert=True)
    Invitation.objects.all().delete()
    assert Screener.objects.filter(user=ada).exists() and once() >= 3
    assert ada.staff_roles.filter(role="facilitator").exists(), "the role is hers"
    assert not Screener.objects.filter(user=ada).exists() and not Duty.objects.filter(person=ada).exists()
    assert not Membership.objects.filter(user=ada, left_at=None).exists()
    assert Group.objects.get(pk=world.group.pk).alerts_owner == cleo
    assert Delivery.objects.filter(user=cleo, about_code=alert.code).exists(), "the open call is not left with nobody"


def booked_with(world: World, person: User, *, days: int = 3) -> TalkTime:
    asked = Application.objects.get(person=world.member)
    return TalkTime.objects.create(
        intake=asked.intake, screener=person, starts_at=NOON + days * DAY, how="here", application=asked, booked_at=NOON
    )


def test_a_booked_talk_goes_to_somebody_who_still_talks_with_people(world: World):
    ada, bo = world.facilitators
    talk = booked_with(world, ada)
    free = TalkTime.objects.create(intake=talk.intake, screener=ada, starts_at=NOON + 4 * DAY, how="here")
    TalkTime.objects.create(intake=talk.intake, screener=bo, starts_at=talk.starts_at, how="here")
    erased.note_left("intake.Screener", person=ada.code, code=talk.intake.code, at=NOON)
    assert once() == 1
    talk.refresh_from_db()
    assert talk.screener == bo and talk.application == Application.objects.get(person=world.member)
    assert not TalkTime.objects.filter(pk=free.pk).exists(), "nobody books a talk with somebody who has gone"
    assert Delivery.objects.filter(user=bo, about_code=talk.code).exists()
    assert not Task.objects.filter(kind="nobody-talks").exists()


@pytest.mark.parametrize("whole", [True, False])
def test_where_nobody_else_talks_with_people_whoever_leads_the_house_is_asked(world: World, whole: bool):
    ada, bo = world.facilitators
    Screener.objects.filter(user=bo).delete()
    talk = booked_with(world, ada)
    if whole:
        erased.note_left("people.StaffRole", person=ada.code, code="facilitator", at=NOON)
        assert replay(lines_of_now()) == 1
    else:
        erased.note_left("intake.Screener", person=ada.code, code=talk.intake.code, at=NOON)
    assert once() == (not whole)
    task = Task.objects.get(kind="nobody-talks", done_at=None)
    assert (task.group_id, task.owner_id, task.about_code) == (None, None, talk.intake.code)
    lead = world.actor(world.organisation_lead)
    assert can(lead, Permission.TASK_DO, task) and can(lead, Permission.INTAKE_KEEP, talk.intake)
    name_screeners(intake=talk.intake, people=[bo], by=lead, at=NOON + DAY)
    talk.refresh_from_db()
    task.refresh_from_db()
    assert talk.screener == bo and task.done_at == NOON + DAY


def test_where_nobody_else_leads_the_group_the_next_step_of_the_ladder_is_told(world: World):
    cleo = make_staff(world.organisation, "Cleo", "facilitator", at=NOON - DAY)
    ada = world.facilitator
    erased.note_left("people.StaffRole", person=ada.code, code="facilitator", at=NOON)
    assert replay(lines_of_now()) == 1 and once() == 0
    world.group.refresh_from_db()
    assert world.group.alerts_owner == ada and not world.actor(ada).facilitates
    assert not Membership.objects.filter(user=cleo).exists(), "nothing is opened"


def test_a_house_whose_leads_were_all_let_go_is_named(world: World):
    assert shutting.houses_without_lead() == []
    erased.note_left("people.StaffRole", person=world.organisation_lead.code, code=LEAD, at=NOON)
    assert once() == 1 and shutting.houses_without_lead() == [world.organisation]


def test_a_no_to_being_told_about_stands(world: World, django_capture_on_commit_callbacks):
    me, by = world.member, world.actor(world.member)
    with django_capture_on_commit_callbacks(execute=True):
        set_may_tell(member=me, yes=True, by=by, at=NOON - DAY)
    set_may_tell(member=me, yes=False, by=by, at=NOON)
    MayTell.objects.update(yes=True, said_at=NOON - DAY)  # an old copy came back
    assert once() == 1 and MayTell.objects.get().yes is False
    MayTell.objects.all().delete()
    assert once() == 0, "who was never asked tells nobody"
    MayTell.objects.create(member=me, yes=False, said_at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        set_may_tell(member=me, yes=True, by=by, at=NOON + DAY)
    assert once() == 0 and MayTell.objects.get().yes, "said anew after that"


def test_a_yes_that_was_undone_halfway_is_not_on_the_list(world: World):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        set_may_tell(member=world.member, yes=True, by=world.actor(world.member), at=NOON)
        raise ZeroDivisionError
    assert not erased.file().exists()


def test_a_safe_contact_that_was_emptied_stays_gone_and_one_written_on_stays(world: World):
    me, by = world.member, world.actor(world.member)
    row = keep_contact(person=me, lines={"number": "07700 900 900"}, by=by, at=NOON - DAY)
    assert row is not None
    keep_contact(person=me, lines={}, by=by, at=NOON)
    assert what_is_closed() == {"preparing.SafeContact"}
    row.save(force_insert=True)  # an old copy came back
    assert replay(lines_of_now(), copied_at=NOON + DAY) == 0, "a copy of a day later would know"
    assert once() == 1 and not SafeContact.objects.exists()


def test_a_calendar_link_that_was_renewed_or_switched_off_opens_nothing(world: World):
    me, by = world.member, world.actor(world.member)
    first = calendars.renew_link(user=me, seen="off", by=by, at=NOON - DAY)
    secret, old = calendars.secret_of(first), CalendarLink.objects.get()
    assert not erased.file().exists(), "a first link closes none"
    second = calendars.renew_link(user=me, seen=calendars.stamp(first), by=by, at=NOON)
    assert calendars.link_behind(secret) is None
    assert once() == 0, "the newer one is another"
    old.save()  # an old copy came back
    assert calendars.link_behind(secret) is not None and once() == 1 and calendars.link_behind(secret) is None
    second.save()
    newer = calendars.secret_of(second)
    calendars.end_link(user=me, by=by, at=NOON)
    second.save()
    assert once() == 1 and calendars.link_behind(newer) is None


def test_an_invitation_that_was_used_or_ended_lets_nobody_in(world: World):
    lead = world.actor(world.organisation_lead)
    row, secret = invite(role="operator", organisation=world.organisation, by=lead, at=NOON)
    old = Invitation.objects.get(pk=row.pk)
    accept_invitation(secret=secret, name="Pia", email="pia@example.org", at=NOON + timedelta(hours=1))
    User.objects.filter(pk=Invitation.objects.get().used_by_id).update(is_active=False)
    old.save()  # an old copy came back
    assert open_invitation(secret, at=NOON + DAY) and once() == 1
    with pytest.raises(InvitationGone):
        open_invitation(secret, at=NOON + DAY)
    # A link of somebody who asked to come, that ended with the next one.
    asked = Application.objects.filter(person=world.member).get()
    by = world.actor(world.facilitator)
    first, secret = link_for(application=asked, by=by, at=NOON)
    link_for(application=asked, by=by, at=NOON + timedelta(hours=1))
    first.save()
    assert open_invitation(secret, at=NOON + DAY) and once() == 1
    with pytest.raises(InvitationGone):
        open_invitation(secret, at=NOON + DAY)


def test_an_address_that_somebody_gave_up_gets_no_code(world: World, django_capture_on_commit_callbacks):
    me, by = world.member, world.actor(world.member)
    before = User.objects.get(pk=me.pk)

    def move(address: str, at: datetime) -> None:
        user = User.objects.select_related("organisation").get(pk=me.pk)
        code = reaching.ask_for_address(user=user, address=address, by=by, at=at)
        with django_capture_on_commit_callbacks(execute=True):
            reaching.change_address(user=user, code=str(code), by=by, at=at)

    move("another@example.org", NOON)
    assert "example" not in erased.file().read_text() and before.email not in erased.file().read_text()
    before.save()  # an old copy came back
    assert once() == 1
    now = User.objects.get(pk=me.pk)
    assert now.email.endswith("@none.invalid") and seals.address_of(now) is None
    assert ReturnedMail.objects.filter(user=me).exists(), "somebody reaches them in another way"
    assert Task.objects.filter(kind="mail-bounced", concerns=me).count() == 1
    # With a second key nobody comes in by a code alone.
    before.save()
    Authenticator.objects.create(user=me, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert once() == 0 and User.objects.get(pk=me.pk).email == before.email


def test_an_address_that_somebody_came_back_to_gets_its_codes(world: World, django_capture_on_commit_callbacks):
    me, by = world.member, world.actor(world.member)
    first = str(seals.address_of(User.objects.get(pk=me.pk)))
    for days, address in enumerate(("another@example.org", first)):
        user = User.objects.select_related("organisation").get(pk=me.pk)
        code = reaching.ask_for_address(user=user, address=address, by=by, at=NOON + days * DAY)
        with django_capture_on_commit_callbacks(execute=True):
            reaching.change_address(user=user, code=str(code), by=by, at=NOON + days * DAY)
    assert once() == 0 and seals.address_of(User.objects.get(pk=me.pk)) == first


@pytest.mark.parametrize("key_first", [True, False])
def test_an_address_closes_also_where_the_old_key_was_taken_away(
    world: World, django_capture_on_commit_callbacks, key_first: bool
):
    odile, by = world.organisation_lead, world.actor(world.organisation_lead)
    old = Authenticator.objects.create(user=odile, type=Authenticator.Type.WEBAUTHN, data={}, created_at=NOON - DAY)
    before, key = User.objects.get(pk=odile.pk), Authenticator.objects.get(pk=old.pk)

    def move() -> None:
        code = reaching.ask_for_address(user=before, address="newer@example.org", by=by, at=NOON)
        with django_capture_on_commit_callbacks(execute=True):
            reaching.change_address(user=User.objects.get(pk=odile.pk), code=str(code), by=by, at=NOON)

    def take_away(at: datetime) -> None:
        erased.note(erased.WITHDRAWN, label="mfa.Authenticator", person=odile.code, code=shut.key_mark(old), at=at)

    if key_first:
        take_away(NOON - timedelta(hours=1))
    move()
    if not key_first:
        take_away(NOON + timedelta(hours=1))
    before.save()  # an old copy came back: the old mailbox, and the old key
    key.save()
    assert once() == 2
    now = User.objects.get(pk=odile.pk)
    assert now.email.endswith("@none.invalid") and not Authenticator.objects.filter(user=odile).exists()
    assert shutting.houses_without_lead() == [world.organisation], "and it is noticed that she cannot come in"
    Authenticator.objects.create(user=odile, type=Authenticator.Type.WEBAUTHN, data={})
    assert shutting.houses_without_lead() == [], "by a passkey she comes in"


def test_a_key_that_was_taken_away_opens_nothing(world: World):
    me = world.organisation_lead
    made = Authenticator.objects.create(user=me, type=Authenticator.Type.WEBAUTHN, data={}, created_at=NOON)
    stays = Authenticator.objects.create(user=me, type=Authenticator.Type.WEBAUTHN, data={}, created_at=NOON + DAY)
    old = Authenticator.objects.get(pk=made.pk)
    made.delete()
    assert [(line.what, line.label, line.person) for line in lines_of_now()] == [
        ("withdrawn", "mfa.Authenticator", me.code)
    ]
    old.save(force_insert=True)  # an old copy came back, and numbers in it may be given again
    assert once() == 1
    assert Authenticator.objects.get() == stays


def test_nobody_is_signed_in_by_an_old_copy(world: World):
    Session.objects.create(session_key="s" * 32, session_data="", expire_date=NOON + DAY)
    SignIn.objects.create(user=world.member, session_key="s" * 32, at=NOON)
    gathering = roles.plan_of(world.group)[0].gathering
    EntryPass.objects.create(
        gathering=gathering, user=world.member, secret_hash="x" * 64, made_by=world.facilitator, expires_at=NOON + DAY
    )
    tablet = Tablet.objects.create(
        gathering=gathering, secret_hash="y" * 64, made_by=world.facilitator, expires_at=NOON + DAY, claimed_at=NOON
    )
    shutting.sign_everybody_out(at=NOON)
    tablet.refresh_from_db()
    assert not Session.objects.exists() and not SignIn.objects.exclude(session_key="").exists()
    assert not EntryPass.objects.filter(expires_at__gt=NOON).exists() and tablet.ended_at == NOON


def test_whoever_no_longer_talks_with_people_reads_nothing_of_them(world: World, django_capture_on_commit_callbacks):
    intake, ada = world.group.intake, world.facilitator
    others = [row.user for row in intake.screeners.exclude(user=ada).select_related("user")]
    lead = world.actor(world.organisation_lead)
    name_screeners(intake=intake, people=others, by=lead, at=NOON)
    Screener.objects.create(intake=intake, user=ada, since=NOON - DAY)  # an old copy came back
    assert once() == 1 and not intake.screeners.filter(user=ada).exists()
    with django_capture_on_commit_callbacks(execute=True):
        name_screeners(intake=intake, people=[ada, *others], by=lead, at=NOON + DAY)
    assert once() == 0 and intake.screeners.filter(user=ada).exists()


def test_whoever_need_not_step_in_any_more_does_not(world: World):
    cleo = make_staff(world.organisation, "Cleo", "facilitator", at=NOON - DAY)
    lead = world.actor(world.organisation_lead)
    first = roles.plan_of(world.group)[0].gathering
    [cover] = roles.name_stand_in(gatherings=[first], away=world.facilitator, stand_in=cleo, by=lead, at=NOON - DAY)
    roles.end_stand_in(stand_in=cover, by=lead, at=NOON)
    StandIn.objects.filter(pk=cover.pk).update(ended_at=None)  # an old copy came back
    assert once() == 1
    cover.refresh_from_db()
    assert cover.ended_at == NOON


def test_no_mail_stays_no_mail(world: World, django_capture_on_commit_callbacks):
    me, by = world.member, world.actor(world.member)
    any_mail(user=me, wanted=True, by=by, at=NOON - DAY)
    assert not erased.file().exists(), "it was so already"
    any_mail(user=me, wanted=False, by=by, at=NOON)
    User.objects.filter(pk=me.pk).update(wants_mail=True)  # an old copy came back
    assert once() == 1 and not User.objects.get(pk=me.pk).wants_mail
    with django_capture_on_commit_callbacks(execute=True):
        any_mail(user=me, wanted=True, by=by, at=NOON + DAY)
    assert once() == 0 and User.objects.get(pk=me.pk).wants_mail


def test_what_was_taken_back_one_by_one_stays_away(world: World):
    me, ada = world.actor(world.member), world.actor(world.facilitator)
    gathering = roles.plan_of(world.group)[0].gathering
    by_ada: dict[str, Any] = {
        "written_by": world.facilitator,
        "written_at": NOON,
        "client_key": "x",
        "sealed_words": b"x",
    }
    place = Membership.objects.get(group=world.group, user=world.member)
    proposal = LineProposal.objects.create(
        group=world.group, proposed_by=world.member, proposed_at=NOON, client_key="x", sealed_text=b"x"
    )
    kept = KeptLine.objects.create(
        to=place, author=world.member, sealed_line=b"x", state="given", client_key="x", written_at=NOON
    )
    debriefed = DebriefLine.objects.create(gathering=gathering, part="saw", **by_ada)
    heard = HeardAndDone.objects.create(gathering=gathering, **by_ada)
    voice = Recording.objects.create(
        organisation=world.organisation,
        practice="x",
        practice_version="1",
        seconds=60,
        file="x.mp3",
        bytes=1,
        kept_at=NOON,
    )
    paper = Credential.objects.get(person=world.facilitator, kind="safeguarding")
    rows = (proposal, kept, debriefed, heard, voice, paper)
    before = [type(row).objects.get(pk=row.pk) for row in rows]
    agreements.take_back_proposal(proposal=proposal, by=me, at=NOON)
    closing.remove_line(line=kept, by=me, at=NOON)
    debrief.take_back(line=debriefed, by=ada, at=NOON)
    take_line_back(gathering=gathering, code=heard.code, by=ada, at=NOON)
    recordings.take_back(recording=voice, by=ada, at=NOON)
    credentials.take_away(credential=paper, by=ada, at=NOON)
    assert not any(type(row).objects.filter(code=row.code).exists() for row in before)
    for row in before:
        row.save(force_insert=True)  # an old copy came back
    assert once() == 6
    assert not any(type(row).objects.filter(code=row.code).exists() for row in before)
