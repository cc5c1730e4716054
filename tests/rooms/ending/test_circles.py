"""An open circle: nobody is put on a list, nobody is asked twice, and a person lets people in."""

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.ending import circles, finishing
from kindcircle.rooms.ending.errors import ConsentNeeded, NotACircle, NotNow
from kindcircle.rooms.ending.models import CircleInvitation
from kindcircle.rooms.ending.waiting import waiting_in
from kindcircle.rooms.groups.actions.seats import take_back_yes
from kindcircle.rooms.groups.errors import KeptApartFrom
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.intake.models import Decision, KeepApart
from kindcircle.rooms.intake.queries import current_consent
from tests.world import World, make_group, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended() -> World:
    world = make_world(members=3)
    for row in Gathering.objects.filter(group=world.group):
        Gathering.objects.filter(pk=row.pk).update(state="closed", opened_at=row.starts_at, closed_at=row.ends_at)
    finishing.finish_group(group=world.group, by=world.actor(world.facilitator), at=row.ends_at)
    world.group.refresh_from_db()
    return world


@pytest.fixture
def circle(ended: World) -> Group:
    group, _dates = make_group(
        ended.organisation, ended.facilitators, at=ended.at, programme="circle-of-practice", gatherings=12
    )
    return group


def invite(world: World, circle: Group, groups: list[Group] | None = None) -> int:
    lead = world.actor(world.organisation_lead)
    return circles.invite(circle=circle, groups=[world.group] if groups is None else groups, by=lead, at=world.at)


def invited(world: World, number: int) -> CircleInvitation:
    rows = CircleInvitation.objects.select_related("circle__organisation", "person")
    return rows.get(person=world.members[number])


def say(world: World, number: int, *, yes: bool) -> None:
    by = world.actor(world.members[number])
    circles.answer(invitation=invited(world, number), yes=yes, by=by, at=world.at)


def admit(world: World, number: int) -> Membership:
    return circles.admit(invitation=invited(world, number), by=world.actor(world.facilitator), at=world.at)


def test_everybody_who_stayed_hears_of_it_once(ended: World, circle: Group) -> None:
    assert (invite(ended, circle), invite(ended, circle)) == (3, 0)
    told = Delivery.objects.filter(about_kind="circle-invitation")
    assert {row.kind for row in told} == {"something-waiting"} and told.count() == 3
    words = circles.words_of(invited(ended, 0))
    assert "Dear Ines" in words and "Ada and Bo" in words


def test_only_a_circle_and_only_groups_of_the_house_that_are_over(ended: World, circle: Group) -> None:
    stranger = make_world(members=1)
    for wrong in ([], [circle], [stranger.group]):
        with pytest.raises(NotACircle):
            invite(ended, circle, wrong)
    with pytest.raises(NotACircle):
        invite(ended, ended.group)
    with pytest.raises(NotFound):
        circles.invite(circle=circle, groups=[ended.group], by=stranger.actor(stranger.organisation_lead), at=ended.at)


def test_yes_no_and_nothing(ended: World, circle: Group) -> None:
    invite(ended, circle)
    say(ended, 0, yes=True)
    say(ended, 1, yes=True)
    say(ended, 1, yes=False)
    guide = ended.actor(ended.facilitator)
    assert [one.name for one in circles.waiting(circle, by=guide)] == ["Ines"]
    assert waiting_in([circle])[circle.pk].people == 1
    for number in (1, 2):  # who said no, and who said nothing
        with pytest.raises(NotNow):
            admit(ended, number)
    with pytest.raises(NotFound):
        circles.answer(invitation=invited(ended, 0), yes=False, by=guide, at=ended.at)
    assert [one.person_id for one in circles.invitations_for(ended.actor(ended.members[1]))] == []


def test_a_signature_and_a_yes_that_stands_make_a_place(ended: World, circle: Group) -> None:
    invite(ended, circle)
    say(ended, 0, yes=True)
    with pytest.raises(NotFound):
        circles.admit(invitation=invited(ended, 0), by=ended.actor(ended.organisation_lead), at=ended.at)
    place = admit(ended, 0)
    assert (place.group_id, place.role, place.left_at) == (circle.pk, "member", None)
    assert place.admission == Decision.objects.filter(application__person=ended.member).latest("pk")
    assert place.admission is not None and place.admission.decided_by_id == ended.facilitator.pk
    assert admit(ended, 0) == place  # signed twice is one place
    assert Membership.objects.filter(user=ended.member).count() == 2
    with pytest.raises(NotNow):
        say(ended, 0, yes=False)


def test_without_their_consent_nobody_is_let_in(ended: World, circle: Group) -> None:
    invite(ended, circle)
    say(ended, 0, yes=True)
    consent = current_consent(ended.member)
    assert consent is not None
    take_back_yes(consent=consent, by=ended.actor(ended.member), at=ended.at)
    assert [one.consents for one in circles.waiting(circle, by=ended.actor(ended.facilitator))] == [False]
    with pytest.raises(ConsentNeeded):
        admit(ended, 0)
    assert not Membership.objects.filter(group=circle, role="member").exists()


def test_two_who_must_not_meet_are_not_let_into_one_circle(ended: World, circle: Group) -> None:
    invite(ended, circle)
    one, other = sorted(ended.members[:2], key=lambda person: person.pk)
    KeepApart.objects.create(
        organisation=ended.organisation, one=one, other=other, made_by=ended.facilitator, made_at=ended.at
    )
    for number in (0, 1):
        say(ended, number, yes=True)
    admit(ended, 0)
    with pytest.raises(KeptApartFrom):
        admit(ended, 1)


def test_a_circle_that_is_over_takes_nobody(ended: World, circle: Group) -> None:
    invite(ended, circle)
    say(ended, 0, yes=True)
    Group.objects.filter(pk=circle.pk).update(state=Group.State.FINISHED)
    with pytest.raises(NotNow):
        admit(ended, 0)
    with pytest.raises(NotNow):
        say(ended, 1, yes=True)
