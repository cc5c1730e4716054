"""Who works here: what a lead may know of them, taking a role with the account one has, and ending it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.models import Invitation, Membership
from tests.doors.web.organisation.test_house import enter
from tests.world import World, make_staff, make_world


@pytest.fixture
def lead(client, world: World) -> Client:
    return enter(client, world.organisation_lead)


def one(world: World, person: User) -> str:
    return f"/organisation/staff/{person.code}/"


def invited(world: World, role: str = "safety-lead") -> tuple[Invitation, str]:
    by = world.actor(world.organisation_lead)
    return actions.invite(role=role, organisation=world.organisation, name="Kim", by=by, at=clock.now())


def test_the_page_tells_roles_second_keys_and_the_month_alone(lead, world):
    Authenticator.objects.create(user=world.safety_lead, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=world.facilitator, type=Authenticator.Type.RECOVERY_CODES, data={})
    User.objects.filter(pk=world.safety_lead.pk).update(last_login="2026-03-19T17:23:00Z")
    invited(world)
    page = " ".join(lead.get("/organisation/staff/").content.decode().split())
    selma = page.split("Selma")[1].split("</li>")[0]
    assert "answers for safety in the whole house" in selma and "here last in March 2026" in selma
    assert ">second key<" in selma and "17:23" not in page and "19 March" not in page
    ada = page.split("Ada")[1].split("</li>")[0]
    assert "no second key" in ada and "1 group" in ada
    assert "open until" in page and not re.search(r"\bKim\b", page)
    for name in ("Ines", "Tomas"):
        assert name not in page


def test_another_houses_people_are_not_here(lead, world):
    other = make_world()
    assert lead.get(one(other, other.safety_lead)).status_code == 404
    assert other.safety_lead.code not in lead.get("/organisation/staff/").content.decode()


def test_a_role_ends_and_its_holder_is_signed_out_everywhere(lead, world):
    second = make_staff(world.organisation, "Sid", StaffRole.Role.SAFETY_LEAD, at=world.at)
    theirs = enter(Client(), second)
    session = theirs.session
    session["opened_at"] -= 60
    session.save()
    assert theirs.get("/desk/alerts/").status_code == 200
    assert lead.post(one(world, second), {"do": "role", "role": "safety-lead"}).status_code == 303
    assert not second.staff_roles.exists()
    assert theirs.get("/desk/alerts/").status_code == 302  # to sign in
    assert AuditEntry.objects.filter(event=Event.STAFF_ROLE_ENDED, concerns=second.code).count() == 1


def test_the_last_of_a_kind_stays_and_nothing_has_changed(lead, world):
    answer = lead.post(one(world, world.safety_lead), {"do": "all"})
    assert answer.status_code == 409 and "give it to somebody else first" in answer.content.decode()
    assert lead.post(one(world, world.organisation_lead), {"do": "all"}).status_code == 409
    assert world.safety_lead.staff_roles.count() == world.organisation_lead.staff_roles.count() == 1


def test_whoever_leads_groups_hands_over_first(lead, world):
    page = lead.get(one(world, world.facilitator)).content.decode()
    assert f"/organisation/team/{world.facilitator.code}/end/" in page and 'value="all"' not in page
    for form in ({"do": "all"}, {"do": "role", "role": "facilitator"}):
        answer = lead.post(one(world, world.facilitator), form)
        assert answer.status_code == 409 and "hand over first" in answer.content.decode()
    assert world.facilitator.staff_roles.exists()
    assert Membership.objects.filter(user=world.facilitator, left_at=None).exists()


def test_whoever_works_here_no_more_cannot_sign_in_but_a_member_keeps_their_pages(lead, world):
    gone = make_staff(world.organisation, "Sid", StaffRole.Role.SAFETY_LEAD, at=world.at)
    StaffRole.objects.create(user=world.member, role="safety-lead", given_at=world.at)
    for person in (gone, world.member):
        assert lead.post(one(world, person), {"do": "all"}).status_code == 303
    assert not User.objects.get(pk=gone.pk).is_active
    assert User.objects.get(pk=world.member.pk).is_active
    assert enter(Client(), User.objects.get(pk=world.member.pk)).get("/today/").status_code == 200
    assert lead.get(one(world, gone)).status_code == 404


def test_an_account_that_is_there_takes_the_role_without_a_second_one(world):
    _, secret = invited(world)
    door, address = Client(), f"/invitation/{secret}/"
    there = make_staff(world.organisation, "Kim", StaffRole.Role.OPERATOR, at=world.at)
    taken = door.post(address, {"name": "Kim", "email": str(seals.address_of(there))})
    assert taken.status_code == 422
    assert f"?next={address}" in taken.content.decode() and "you need no second one" in taken.content.decode()
    signed_in = enter(door, there)
    page = signed_in.get(address).content.decode()
    assert "You are signed in as Kim" in page and "answer for safety" in page
    assert signed_in.post(address).status_code == 302
    assert set(there.staff_roles.values_list("role", flat=True)) == {"operator", "safety-lead"}
    assert signed_in.get(address).status_code == 404  # it worked once
    assert AuditEntry.objects.filter(event=Event.STAFF_ROLE_TAKEN, concerns=there.code, reason="safety-lead").exists()
    assert not Invitation.objects.get(used_by=there).sealed_name


def test_taking_a_role_one_has_changes_nothing_and_the_link_is_used(world):
    _, secret = invited(world)
    assert enter(Client(), world.safety_lead).post(f"/invitation/{secret}/").status_code == 302
    assert world.safety_lead.staff_roles.count() == 1


def test_an_account_of_another_house_gets_the_ordinary_page(world):
    other = make_world()
    _, secret = invited(world)
    page = enter(Client(), other.safety_lead).get(f"/invitation/{secret}/").content.decode()
    assert "Two short answers" in page and "Take the role with this account" not in page
    assert enter(Client(), other.safety_lead).post(f"/invitation/{secret}/", {"name": "Kim"}).status_code == 422
    assert not other.safety_lead.staff_roles.filter(role="organisation-lead").exists()
    assert Invitation.objects.get(organisation=world.organisation, used_at=None)
