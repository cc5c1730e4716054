"""What people wrote before a talk goes where no place came of it: told on their page, and done."""

from datetime import UTC, datetime, timedelta

from kindcircle.base.lib import codes
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.intake import actions
from kindcircle.rooms.intake.actions import screening, talks
from kindcircle.rooms.intake.actions.letting_go import let_go_due
from kindcircle.rooms.intake.models import Application, Decision
from kindcircle.rooms.measures.screening import keep_part
from tests.world import World, make_world, yes_to

AT = datetime(2026, 10, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def asked(world: World, name: str, outcome: str = "") -> Application:
    """Somebody who wrote the form and was talked with; and was answered, if told."""
    by = world.actor(world.facilitator)
    application, _ = groups.add_somebody(intake=world.group.intake, name=name, by=by, at=AT)
    me = world.actor(application.person)
    form = screening.open_form(application=application, by=me, at=AT)
    answers = {"hopes": {"words": "Zaunkoenig"}}
    keep_part(form=form, answers=answers, page=codes.new_code(), version=0, send=True, by=me, at=AT)
    talks.note_talk(
        application=application, took_place=True, how="here", happened_at=AT, note="Zaunkoenig",
        client_key=codes.new_code(), by=by, at=AT,
    )  # fmt: skip
    if outcome:
        actions.decide(application=application, outcome=outcome, reason="r", letter="l", by=by, at=AT)
    return application


def kept(application: Application) -> bool:
    """Whether anything that they wrote, or that was noted of the talk, is still there."""
    return any(
        bytes(piece)
        for rows, column in ((application.forms, "sealed_answers"), (application.talks, "sealed_note"))
        for piece in rows.values_list(column, flat=True)
    )


def test_what_was_taken_back_goes_after_thirty_days_and_only_that(db: None) -> None:
    world = make_world(at=AT, members=1)
    una, vera = asked(world, "Una"), asked(world, "Vera")
    actions.take_back(application=una, by=world.actor(una.person), at=AT)
    let_go_due(at=AT + 29 * DAY)
    assert kept(una)
    assert let_go_due(at=AT + 30 * DAY) == 1
    assert not kept(una)
    assert kept(vera)
    assert let_go_due(at=AT + 31 * DAY) == 0


def test_what_led_to_no_place_goes_after_a_year_and_the_answer_stays(db: None) -> None:
    world = make_world(at=AT, members=1)
    later, unanswered = asked(world, "Una", "later"), asked(world, "Wim")
    let_go_due(at=AT + 364 * DAY)
    assert kept(later)
    assert let_go_due(at=AT + 365 * DAY) == 2
    assert (kept(later), kept(unanswered)) == (False, False)
    decision = Decision.objects.get(application=later)
    assert actions.open_letter(decision=decision, by=world.actor(later.person), at=AT + 366 * DAY) == "l"


def test_a_decision_to_join_that_came_to_no_place_keeps_nothing_longer(db: None) -> None:
    """Their own page says so: thirty days after it was taken back, a year where no place came of it."""
    world = make_world(at=AT, members=1)
    back, quiet = asked(world, "Una", "join"), asked(world, "Vera", "join")
    actions.take_back(application=back, by=world.actor(back.person), at=AT)
    let_go_due(at=AT + 30 * DAY)
    assert (kept(back), kept(quiet)) == (False, True)
    let_go_due(at=AT + 366 * DAY)
    assert not kept(quiet)


def test_somebody_who_came_and_took_back_their_yes_keeps_their_records(db: None) -> None:
    world = make_world(at=AT, members=1)
    una = asked(world, "Una", "join")
    by = world.actor(una.person)
    groups.keep_place(application=una, group=world.group, by=world.actor(world.facilitator), at=AT)
    consent = groups.say_yes(person=una.person, by=by, at=AT, **yes_to(world.organisation))
    groups.take_back_yes(consent=consent, by=by, at=AT + DAY)
    assert let_go_due(at=AT + 400 * DAY) == 0
    assert kept(una)
