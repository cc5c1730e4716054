"""People who ask to come to the next course: one with a form begun, one with a time kept, two who have an answer."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kindcircle.base.lib import codes
from kindcircle.base.vault import seals
from kindcircle.doors.cli.demo_world.house import NEWEST, PROGRAMME, ZONE, House, address
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.talk_times import offer_times
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake import letters
from kindcircle.rooms.intake.actions import screening, talks
from kindcircle.rooms.intake.models import Application, Intake, WeeklySlot
from kindcircle.rooms.measures.screening import keep_part

DAY = timedelta(days=1)
SAID = {
    "hopes": "To be less hard on myself when the pain keeps me from things.",
    "access": "A chair with arms. I stand up now and then.",
    "called": "Femi",
    "phone": "020 7946 0000",
    "safe": "After four. Please send a text first.",
    "sleep": "Four or five hours, with breaks.",
}


def ask_to_come(house: House, *, at: datetime) -> None:
    """The offer for spring with those who asked for it."""
    offered = intake.start_intake(
        organisation=house.organisation, name="Kind to a body that hurts, spring", programme=PROGRAMME,
        programme_version=NEWEST, zone=ZONE, screeners=house.facilitators, public=True, state=Intake.State.OPEN,
        place="The garden room, Willowmere House", welcome="Four evenings in spring, in a small circle.",
        starts_about=(at + 45 * DAY).date(), by=house.acting(house.lead), at=at - 20 * DAY,
    )  # fmt: skip
    slots = [WeeklySlot.objects.create(intake=offered, weekday=day, starts=time(18)) for day in (2, 4)]
    _una, femi, cora, nils = (
        _asks(house, offered, name, slots[: 1 + number % 2], at=at - (14 - number) * DAY)
        for number, name in enumerate(("Una", "Femi", "Cora", "Nils"))
    )
    _writes(house, femi, at=at - 9 * DAY)
    soon = (at.astimezone(ZoneInfo(ZONE)) + 3 * DAY).date()
    times = offer_times(
        intake=offered, day=soon, starts=time(13), until=time(15), minutes=30, how="here", where="The garden room",
        by=house.guide, at=at - DAY,
    ).times  # fmt: skip
    talks.book(application=femi, talk_time=times[1], by=house.acting(femi.person), at=at - DAY / 2)
    _answers(house, cora, "join", "Steady, has a friend to call, knows what a group is.", at=at - 4 * DAY)
    _answers(house, nils, "later", "His father died four weeks ago; he would like to come in autumn.", at=at - 3 * DAY)


def _asks(house: House, offered: Intake, name: str, slots: list[WeeklySlot], *, at: datetime) -> Application:
    person = groups.make_person(organisation=house.organisation, name=name, email=address(name), at=at)
    return intake.apply(
        intake=offered, person=person, answers={"hopes": "Some more kindness for myself."}, source="page",
        slots=slots, by=house.acting(person), at=at,
    )  # fmt: skip


def _writes(house: House, application: Application, *, at: datetime) -> None:
    by = house.acting(application.person)
    form = screening.open_form(application=application, by=by, at=at)
    answers = {name: {"words": words} for name, words in SAID.items()}
    answers |= {"loss": {"choice": "talk"}, "harm": {"choice": "no"}, "danger": {"choice": "no"}}
    keep_part(form=form, answers=answers, page=codes.new_code(), version=0, send=True, by=by, at=at)


def _answers(house: House, application: Application, outcome: str, reason: str, *, at: datetime) -> None:
    _writes(house, application, at=at - 2 * DAY)
    talks.note_talk(
        application=application, took_place=True, how="phone", happened_at=at - DAY, client_key=codes.new_code(),
        note="A warm talk.", by=house.guide, at=at - DAY,
    )  # fmt: skip
    name = seals.name_of(application.person)
    letter = letters.draft(outcome, name=name, places=["Willowmere grief circle, Mondays at six"])
    letter = letter.replace(letters.GAP, "the loss of your father is only some weeks ago.")
    intake.decide(
        application=application, outcome=outcome, reason=reason, letter=letter, signature="Marit",
        ask_again_on=(at + 150 * DAY).date(), by=house.guide, at=at,
    )  # fmt: skip
