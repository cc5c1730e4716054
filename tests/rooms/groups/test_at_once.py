"""Seats, when several people reach for them at the very same moment."""

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import GroupFull
from kindcircle.rooms.groups.models import Invitation, Membership
from kindcircle.spec.programmes import load_programme
from tests.rooms.together import at_the_same_moment
from tests.world import World


def invite(world: World) -> str:
    by = world.actor(world.facilitator)
    _, secret = actions.invite(role="member", organisation=world.organisation, group=world.group, by=by, at=clock.now())
    return secret


def test_people_who_take_their_places_at_once_each_get_a_seat_of_their_own(committed: World) -> None:
    secrets = [invite(committed) for _ in range(6)]
    jobs = [
        lambda secret=secret: actions.accept_invitation(
            secret=secret, name="Ada", email=f"{codes.new_code()}@example.org", at=clock.now()
        )
        for secret in secrets
    ]
    results = at_the_same_moment(jobs)
    assert [type(one).__name__ for one in results] == ["User"] * 6
    seats = Membership.objects.filter(group=committed.group, role="member").values_list("seat", flat=True)
    assert sorted(seats) == list(range(1, 9))


def test_two_who_invite_at_once_do_not_promise_the_same_seat(committed: World) -> None:
    group = committed.group
    free = load_programme(group.programme, group.programme_version).size.max - 2
    results = at_the_same_moment([lambda: invite(committed)] * (free + 4))
    assert Invitation.objects.filter(group=group).count() == free
    assert sum(isinstance(one, GroupFull) for one in results) == 4
