"""People at their own pages: signed-in clients, a group that has met a few times, and somebody for every role."""

from datetime import timedelta

from django.test import Client

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering
from tests.world import World, make_world


def signed_in(user: User, *, strong: bool = True) -> Client:
    """A browser in which this person is signed in, with a second factor unless told otherwise."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["demo_door"] = strong
    session.save()
    return client


def hold(world: World, upto: int) -> None:
    """The group's first meetings are held and closed."""
    for gathering in world.gatherings[:upto]:
        gathering.state = Gathering.State.CLOSED
        gathering.opened_at = gathering.starts_at
        gathering.closed_at = gathering.ends_at
        gathering.save()


def everybody_else(world: World) -> list[tuple[str, Client]]:
    """Somebody for every role that is not the first member, each signed in, and a visitor."""
    elsewhere = make_world(at=world.at)
    people = {
        "another member": world.members[1],
        "their facilitator": world.facilitator,
        "the safety lead": world.safety_lead,
        "the organisation lead": world.organisation_lead,
        "somebody without a group": world.stranger(),
        "a member of another house": elsewhere.member,
        "a facilitator of another house": elsewhere.facilitator,
    }
    return [(who, signed_in(user)) for who, user in people.items()]


def mid_course(world_at, *, met: int = 2) -> World:
    """A group that has met so many times; the next meeting is three days away."""
    world = make_world(at=world_at - timedelta(days=30), first_at=world_at + timedelta(days=3) - timedelta(weeks=met))
    hold(world, met)
    return world
