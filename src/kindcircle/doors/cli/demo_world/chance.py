"""More people than seats: a trial of the made-up house, locked by a second person and drawn two days ago."""

from datetime import datetime, timedelta

from kindcircle.base.lib import codes
from kindcircle.doors.cli.demo_world.answers import answers_for
from kindcircle.doors.cli.demo_world.house import PROGRAMME, VERSION, ZONE, House, address
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.actions.offering import move_intake
from kindcircle.rooms.intake.models import Application, Intake
from kindcircle.rooms.intake.models_trial import Entrant, Trial
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.research import draw, trials

DAY = timedelta(days=1)
OUTCOME = "illness-burden"
SEATS = 8
# How heavy it was before the draw, of ten; None: the questionnaire stayed open.
SAID_YES = {
    "Aino": 7, "Bruno": 5, "Carys": 8, "Delphi": 6, "Eben": 4, "Farida": 7, "Goran": 6, "Halima": 9, "Ivo": 5,
    "Joana": 6, "Kofi": 8, "Leilani": 7, "Matteo": 4, "Nerys": None,
}  # fmt: skip
SAID_NO, MUST_NOT_WAIT, SILENT = "Otis", "Paloma", "Quentin"
WITH_PLAN = ("Carys", "Halima", "Kofi", "Bruno")


def draw_lots(house: House, *, at: datetime) -> Trial:
    """An offer on two dates: seventeen may join, eight of those who go into the draw start with the first."""
    lead, guide = house.acting(house.lead), house.guide
    offered = intake.start_intake(
        organisation=house.organisation, name="Kind to a body that hurts, two dates", programme=PROGRAMME,
        programme_version=VERSION, zone=ZONE, screeners=house.facilitators, public=True, state=Intake.State.OPEN,
        place="The garden room, Willowmere House", welcome="The same four evenings on two dates.",
        starts_about=(at + 9 * DAY).date(), by=lead, at=at - 30 * DAY,
    )  # fmt: skip
    asked = {
        name: _may_join(house, offered, name, at=at - 26 * DAY + number * timedelta(hours=5))
        for number, name in enumerate((*SAID_YES, SAID_NO, MUST_NOT_WAIT, SILENT))
    }
    move_intake(intake=offered, to=Intake.State.CLOSED, by=lead, at=at - 15 * DAY)
    trial = _planned(house, offered, at=at)
    draw.keep_outside(application=asked[MUST_NOT_WAIT], why=Entrant.Outside.WORSE, by=guide, at=at - 10 * DAY)
    for number, name in enumerate((*SAID_YES, SAID_NO)):
        _answers(house, asked[name], SAID_YES.get(name), yes=name != SAID_NO, at=at - 9 * DAY + number * DAY / 4)
    return draw.draw(trial=trial, by=lead, at=at - 2 * DAY)


def _may_join(house: House, offered: Intake, name: str, *, at: datetime) -> Application:
    person = groups.make_person(organisation=house.organisation, name=name, email=address(name), at=at)
    application = intake.apply(
        intake=offered, person=person, answers={"hopes": "To be among others who know pain."}, source="page",
        by=house.acting(person), at=at,
    )  # fmt: skip
    plan = "A second break, and a chair near the door." if name in WITH_PLAN else ""
    intake.decide(
        application=application, outcome="join-with-plan" if plan else "join", plan=plan, signature="Marit",
        reason="Steady, and has somebody to call.", letter=f"Dear {name}, we would be glad to have you with us.",
        by=house.guide, at=at + 2 * DAY,
    )  # fmt: skip
    return application


def _planned(house: House, offered: Intake, *, at: datetime) -> Trial:
    design = trials.Design(
        title="Four evenings, now or in two months", way=Trial.Way.SEATS, seats=SEATS, ratio_now=None, ratio_later=None,
        strata=Trial.Strata.PLAN, cut=None, answer_by=(at - 3 * DAY).date(), later_on=(at + 56 * DAY).date(),
        words="More of you would like to come than the room holds. Lots are fair, and they let us see if it helps.",
        instrument=OUTCOME, scale="burden", weeks=5, margin=1.0, attend=3, df=Trial.Df.KENWARD_ROGER,
        more="Made up for the demo. No board has seen it.",
    )  # fmt: skip
    asked = trials.set_up(
        intake=offered, design=design, colleague=house.safety_lead.code, staff=house.lead, client_key=codes.new_code(),
        by=house.acting(house.lead), at=at - 13 * DAY,
    )  # fmt: skip
    second = house.safety_lead
    return trials.decide(trial=asked, lock=True, staff=second, by=house.acting(second), at=at - 12 * DAY)


def _answers(house: House, application: Application, points: int | None, *, yes: bool, at: datetime) -> None:
    draw.answer(application=application, yes=yes, by=house.acting(application.person), at=at)
    if points is None:
        return
    sheet = Assignment.objects.select_related("intake__organisation", "member").get(
        member=application.person, intake=application.intake, occasion=Assignment.Occasion.BEFORE_DRAW
    )
    answers = answers_for(OUTCOME, points, chance=house.chance)
    house.answer(sheet, answers, at=at + timedelta(minutes=20), on_paper=False)
