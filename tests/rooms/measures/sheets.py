"""Sheets to fill in, in short words."""

from datetime import datetime, timedelta

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.rooms.measures import actions, asking
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.wording import Wording
from tests.world import World

HOUR = timedelta(hours=1)


def sheet(world: World, instrument: str = "after-session", *, member: User | None = None, **more) -> Assignment:
    """One sheet given to a member, open for a day from the world's own moment."""
    fields = {"occasion": "leaving", "opens_at": world.at, "closes_at": world.at + 24 * HOUR, **more}
    return asking.assign(member=member or world.member, group=world.group, instrument=instrument, by=SYSTEM, **fields)


def send(world: World, assignment: Assignment, answers: dict, *, key: str = "", at: datetime | None = None) -> Response:
    """The member sends it."""
    return actions.submit_response(
        assignment=assignment,
        answers=answers,
        client_key=key or codes.new_code(),
        by=world.actor(assignment.member),
        at=at or world.at + HOUR,
    )


def made_up_wording(instrument: str, *, language: str = "en", mark: str = "Line") -> Wording:
    """Words that fit a questionnaire whose real words a site would bring in: plainly made up, for tests."""
    one = load_instrument(instrument)
    items, labels = one.needed_words(every_item=True)
    return Wording(
        instrument=one.id,
        version=one.version,
        language=language,
        title=f"{mark} sheet",
        instruction=f"{mark} instruction.",
        items={key: f"{mark} {key}" for key in items},
        labels={key: f"{mark} label {key}" for key in labels},
    )


def bring_wording(world: World, instrument: str, **more):
    """Import the made-up words as the organisation lead."""
    return actions.import_wording(
        organisation=world.organisation,
        definition=load_instrument(instrument),
        wording=made_up_wording(instrument, **more),
        source_name="dictionary.csv",
        source_bytes=b"made up for a test",
        by=world.actor(world.organisation_lead),
        at=world.at,
    )
