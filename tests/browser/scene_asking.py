"""People who asked to come, each at another step of the way in."""

from dataclasses import dataclass
from datetime import timedelta

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake import letters
from kindcircle.rooms.intake.actions import screening, talks
from kindcircle.rooms.intake.models import Application, Decision, ScreeningForm, TalkTime
from kindcircle.rooms.measures.screening import keep_part
from tests.world import World

DAY = timedelta(days=1)


@dataclass
class Asked:
    """One who is at the beginning, one with a time and a form that brought a person, one who has an answer."""

    new: Application
    booked: Application
    told: ScreeningForm
    answered: Application
    decision: Decision


def asked_to_come(world: World) -> Asked:
    """All three ask for the group's own offer, and those who lead it talk with them."""
    by, at = world.actor(world.facilitator), clock.now()
    new, booked, answered = (
        groups.add_somebody(
            intake=world.group.intake, name=name, email=f"{codes.new_code()}@example.org", by=by, at=at - 5 * DAY
        )[0]
        for name in ("Xenia", "Yusuf", "Zora")
    )
    told = _writes(world, booked, danger="yes")
    times = [
        TalkTime(
            intake=world.group.intake, screener=world.facilitator, starts_at=at + (3 + number) * DAY, how="video",
            where="https://video.example.org/talk",
        )
        for number in range(3)
    ]  # fmt: skip
    TalkTime.objects.bulk_create(times)
    talks.book(application=booked, talk_time=times[0], by=world.actor(booked.person), at=at)
    _writes(world, answered)
    talks.note_talk(
        application=answered, took_place=True, how="phone", happened_at=at - DAY, note="A warm talk.",
        client_key=codes.new_code(), by=by, at=at,
    )  # fmt: skip
    decision = intake.decide(
        application=answered, outcome="later", reason="A death in the family.", signature="Ada", by=by, at=at,
        letter=letters.draft("later", name="Zora", places=["Night line: 0300 555 0100"]),
        ask_again_on=(at + 60 * DAY).date(), checklist={"loss": {"ticked": True, "note": "Four weeks ago."}},
    )  # fmt: skip
    return Asked(new, booked, told, answered, decision)


def _writes(world: World, application: Application, **said: str) -> ScreeningForm:
    me, at = world.actor(application.person), clock.now()
    form = screening.open_form(application=application, by=me, at=at)
    answers = {"hopes": {"words": "Less of the harsh voice."}, "safe": {"words": "Text first."}}
    answers |= {name: {"choice": choice} for name, choice in said.items()} | {"loss": {"choice": "talk"}}
    return keep_part(form=form, answers=answers, page=codes.new_code(), version=0, send=True, by=me, at=at)
