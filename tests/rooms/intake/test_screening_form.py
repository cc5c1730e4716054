"""The form before the talk: sealed while it is written, read once it is sent; a yes that matters reaches a person."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.screening_again import ask_again_due
from kindcircle.rooms.intake import actions
from kindcircle.rooms.intake.actions import screening
from kindcircle.rooms.intake.actions.checklists import checklist_of, keep_checklist
from kindcircle.rooms.intake.errors import ChecklistEmpty, ChecklistNewer, OpenElsewhere, SentBefore, TakenBack
from kindcircle.rooms.intake.models import Application, ScreeningForm
from kindcircle.rooms.intake.questions import CHECKLIST, LONGEST, questions_of
from kindcircle.rooms.measures.actions import import_wording, submit_response
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.screening import alerts_of, how_to_reach, keep_part, screening_scores
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.queries import waiting_for
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.instruments import load_instrument
from tests.rooms.measures.sheets import made_up_wording
from tests.world import World, make_world

AT = datetime(2026, 10, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
PAGE = "p" * 22


@pytest.fixture
def house(db: None) -> World:
    return make_world(at=AT, first_at=AT + 60 * DAY, members=2)


def asked(world: World, name: str = "Una") -> Application:
    by = world.actor(world.facilitator)
    return groups.add_somebody(intake=world.group.intake, name=name, by=by, at=AT)[0]


def begin(world: World, application: Application) -> ScreeningForm:
    return screening.open_form(application=application, by=world.actor(application.person), at=AT)


def keep(
    world: World, form: ScreeningForm, *, send: bool = False, page: str = PAGE, version: int = 0, **said: str
) -> ScreeningForm:
    answers = {
        name: {"choice": word} if word in ("yes", "no", "talk") else {"words": word} for name, word in said.items()
    }
    by = world.actor(form.application.person)
    return keep_part(form=form, answers=answers, page=page, version=version, send=send, by=by, at=AT)


def test_nobody_reads_it_before_it_is_sent_and_then_only_those_who_are_named(house: World) -> None:
    form = keep(house, begin(house, asked(house)), hopes="Zaunkoenig", loss="talk")
    screener = house.actor(house.facilitator)
    assert screening.read_form(form=form, by=screener, at=AT) == {}
    assert b"Zaunkoenig" not in bytes(form.sealed_answers)
    form = keep(house, form, send=True)
    assert screening.read_form(form=form, by=screener, at=AT) == {
        "hopes": {"words": "Zaunkoenig"}, "loss": {"choice": "talk"},
    }  # fmt: skip
    person = form.application.person
    assert AuditEntry.objects.filter(event=Event.APPLICATION_OPENED, concerns=person.code).count() == 1
    for other in (house.organisation_lead, house.safety_lead, house.member, person):
        with pytest.raises(NotFound):
            screening.read_form(form=form, by=house.actor(other), at=AT)
    assert Application.objects.get(pk=form.application_id).state == "form-done"


def test_parts_stay_apart_and_what_is_empty_or_made_up_is_not_kept(house: World) -> None:
    form = keep(house, begin(house, asked(house)), hopes="One.", access="Two.")
    form = keep(house, form, access=" ", nonsense="x", sleep="y" * 9000)
    kept = screening.opened(form)
    assert set(kept) == {"hopes", "sleep"}
    assert len(kept["sleep"]["words"]) == LONGEST
    # A yes to a question that has no yes is nothing.
    assert "hopes" not in screening.opened(keep(house, form, hopes="yes"))


def test_two_windows_do_not_write_over_each_other(house: World) -> None:
    form = begin(house, asked(house))
    keep(house, form, hopes="In the first.", page="a" * 22)
    with pytest.raises(OpenElsewhere):
        keep(house, form, hopes="In the second.", page="b" * 22)
    form.refresh_from_db()
    keep(house, form, hopes="Looked at again.", page="b" * 22, version=form.version)
    form.refresh_from_db()
    assert screening.opened(form)["hopes"]["words"] == "Looked at again."


def test_a_draft_that_comes_after_its_page_was_left_makes_no_other_page_an_old_one(house: World) -> None:
    form = begin(house, asked(house))
    keep(house, form, hopes="In the first.", page="a" * 22)
    form.refresh_from_db()
    opened_next = form.version
    keep(house, form, hopes="In the first.", page="a" * 22, version=0)
    keep(house, form, access="On the next page.", page="b" * 22, version=opened_next)
    form.refresh_from_db()
    assert set(screening.opened(form)) == {"hopes", "access"}


def test_sent_is_sent_and_taken_back_is_taken_back(house: World) -> None:
    application = asked(house)
    form = keep(house, begin(house, application), send=True)
    with pytest.raises(SentBefore):
        keep(house, form, hopes="Later.")
    with pytest.raises(SentBefore):
        begin(house, application)
    other = begin(house, asked(house, "Vera"))
    actions.take_back(application=other.application, by=house.actor(other.application.person), at=AT)
    with pytest.raises(TakenBack):
        keep(house, other, harm="yes")
    assert not Alert.objects.filter(member=other.application.person).exists()


@pytest.mark.parametrize(
    ("first", "then", "alerts"),
    [
        ({"harm": "yes"}, {"harm": "yes"}, 1),
        ({"harm": "yes", "danger": "yes"}, {"danger": "yes"}, 1),
        ({"harm": "yes"}, {"danger": "yes"}, 2),
        ({"danger": "yes"}, {"harm": "yes"}, 2),
        ({"danger": "no"}, {"harm": "yes"}, 1),
        ({"harm": "no", "danger": "talk"}, {"loss": "yes", "mind": "yes"}, 0),
    ],
)
def test_each_kind_of_yes_is_one_alert_however_often_it_is_sent(
    house: World, first: dict[str, str], then: dict[str, str], alerts: int
) -> None:
    form = keep(house, begin(house, asked(house)), **first)
    keep(house, keep(house, form, **then), send=True, **then)
    assert len(alerts_of(form)) == alerts
    assert Alert.objects.filter(intake=house.group.intake, level="concern").count() == alerts


def test_such_an_alert_runs_on_the_same_clock_to_those_who_talk_with_people(house: World) -> None:
    form = keep(house, begin(house, asked(house)), safe="Text first.", danger="yes")
    (alert,) = alerts_of(form)
    told = Delivery.objects.filter(about_kind="alert", about_code=alert.code).values_list("user", flat=True)
    assert list(told) == [house.facilitator.pk]
    safety.escalate_due(at=AT + timedelta(hours=3))
    assert set(told.all()) == {person.pk for person in house.facilitators}
    safety.escalate_due(at=AT + timedelta(hours=6))
    assert house.safety_lead.pk in told.all()
    for person in (*house.facilitators, house.safety_lead):
        assert list(waiting_for(house.actor(person))) == [alert]
    for person in (house.organisation_lead, house.member, form.application.person):
        assert not waiting_for(house.actor(person)).exists()
    stranger = make_world().safety_lead
    assert not waiting_for(house.actor(stranger)).exists()
    # How to reach her safely is said on the same page, although her form is not sent yet.
    assert [said for _asked, said in how_to_reach(alert, by=house.actor(house.facilitator), at=AT)] == ["Text first."]
    with pytest.raises(NotFound):
        how_to_reach(alert, by=house.actor(house.organisation_lead), at=AT)
    safety.see(alert=alert, by=house.actor(house.facilitators[1]), at=AT)


def test_the_alert_and_the_answer_are_kept_together_or_not_at_all(house: World) -> None:
    form = begin(house, asked(house))

    def full_disk(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if sql.startswith("INSERT") and "outbox_delivery" in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(full_disk), pytest.raises(OperationalError):
        keep(house, form, harm="yes", send=True)
    form.refresh_from_db()
    assert (bytes(form.sealed_answers), form.sent_at) == (b"", None)
    assert not alerts_of(form)


def test_sheets_are_asked_for_where_the_house_has_their_words_and_only_sort(house: World) -> None:
    house.group.intake.programme_version = "2"  # the first version asks nothing before a place is given
    house.group.intake.save()
    application = asked(house)
    keep(house, begin(house, application), send=True)
    assert not Assignment.objects.filter(member=application.person).exists()
    for name in ("phq-9", "gad-7"):
        import_wording(
            organisation=house.organisation, definition=load_instrument(name), wording=made_up_wording(name),
            source_name="words.csv", source_bytes=b"x", by=SYSTEM, at=AT,
        )  # fmt: skip
    vera = asked(house, "Vera")
    keep(house, begin(house, vera), send=True)
    given = Assignment.objects.filter(member=vera.person)
    assert {(one.instrument, one.occasion, one.group) for one in given} == {
        ("phq-9", "screening", None), ("gad-7", "screening", None),
    }  # fmt: skip
    assert screening_scores([application, vera]) == {}
    sheet = given.get(instrument="phq-9")
    items = [item.id for item in load_instrument("phq-9").items]
    submit_response(
        assignment=sheet, answers=dict.fromkeys(items, 1), client_key="k" * 22, by=house.actor(vera.person), at=AT
    )
    found = screening_scores([application, vera])
    assert [score.value for score in found[vera.pk]] == [9]
    # The ninth question is a safety item here too, and asks for a person on the same way.
    assert Alert.objects.get(member=vera.person).intake == house.group.intake


@pytest.mark.parametrize(
    ("programme", "asked_before"),
    [("care-for-those-who-care/1", {"phq-9"}), ("circle-of-practice/1", set()), ("gone-long-ago/1", set())],
)
def test_what_is_asked_before_the_talk_is_what_the_programme_asks(
    house: World, programme: str, asked_before: set[str]
) -> None:
    for name in ("phq-9", "gad-7"):
        import_wording(
            organisation=house.organisation, definition=load_instrument(name), wording=made_up_wording(name),
            source_name="words.csv", source_bytes=b"x", by=SYSTEM, at=AT,
        )  # fmt: skip
    intake = house.group.intake
    intake.programme, intake.programme_version = programme.split("/")
    intake.save()
    application = asked(house)
    assert keep(house, begin(house, application), send=True).sent_at
    given = Assignment.objects.filter(member=application.person)
    assert {one.instrument for one in given} == asked_before


def test_every_question_may_be_left_for_the_talk(house: World) -> None:
    form = begin(house, asked(house))
    sent = keep(house, form, send=True, **{question.id: "talk" for question in questions_of("first")})
    assert all(answer == {"choice": "talk"} for answer in screening.opened(sent).values())
    assert not alerts_of(sent)


# --- once more, some weeks later ---


def decided(world: World, name: str = "Una", *, outcome: str = "join", **more: object) -> Application:
    application = asked(world, name)
    by = world.actor(world.facilitator)
    actions.decide(
        application=application,
        outcome=outcome,
        reason="r",
        letter="l",
        by=by,
        at=AT,
        **more,  # type: ignore[arg-type]
    )
    return application


def tasks_about(application: Application) -> list[Task]:
    return list(Task.objects.filter(about_kind="application", about_code=application.code, done_at=None))


def test_a_decision_that_runs_out_before_the_start_is_asked_about_once(house: World) -> None:
    una = decided(house)
    groups.keep_place(application=una, group=house.group, by=house.actor(house.facilitator), at=AT)
    ask_again_due(at=AT + 34 * DAY)
    assert not tasks_about(una)
    for day in (35, 36, 41):
        ask_again_due(at=AT + day * DAY)
    assert {(task.kind, task.owner) for task in tasks_about(una)} == {
        ("screen-again", person) for person in house.facilitators
    }  # fmt: skip
    form = una.forms.get(kind="again")
    assert Delivery.objects.filter(user=una.person, about_code=form.code).count() == 1
    keep(house, form, send=True, harm="yes")
    assert len(alerts_of(form)) == 1
    ask_again_due(at=AT + 42 * DAY)
    assert una.forms.count() == 1
    by = house.actor(house.facilitator)
    actions.decide(application=una, outcome="join", reason="r", letter="l", by=by, at=AT + 43 * DAY)
    assert not tasks_about(una)
    # The new one holds until the start.
    ask_again_due(at=AT + 59 * DAY)
    assert not tasks_about(una)


def test_members_of_a_group_that_begins_late_are_asked_too_and_of_one_that_began_are_not(house: World) -> None:
    mine = Application.objects.get(person=house.member)
    ask_again_due(at=AT + 40 * DAY)
    assert tasks_about(mine)
    soon = make_world(at=AT, first_at=AT + 20 * DAY, members=1)
    ask_again_due(at=AT + 40 * DAY)
    assert not tasks_about(Application.objects.get(person=soon.member))


def test_who_waits_without_a_group_is_asked_and_who_took_it_back_is_not(house: World) -> None:
    una, vera, wim = decided(house), decided(house, "Vera"), decided(house, "Wim", outcome="other-help")
    actions.take_back(application=vera, by=house.actor(vera.person), at=AT)
    ask_again_due(at=AT + 38 * DAY)
    assert tasks_about(una)
    assert not tasks_about(vera)
    assert not tasks_about(wim)
    actions.take_back(application=una, by=house.actor(una.person), at=AT)
    assert not tasks_about(una)


def test_later_comes_back_on_its_day(house: World) -> None:
    una = decided(house, outcome="later", ask_again_on=(AT + 50 * DAY).date())
    ask_again_due(at=AT + 49 * DAY)
    assert not tasks_about(una)
    for day in (50, 51):
        ask_again_due(at=AT + day * DAY)
    assert [task.kind for task in tasks_about(una)] == ["ask-later", "ask-later"]
    assert not una.forms.exists()


# --- the list of the house ---


def test_a_house_words_its_own_list_and_each_answer_keeps_the_one_it_used(house: World) -> None:
    by = house.actor(house.organisation_lead)
    number, lines = checklist_of(house.organisation)
    assert (number, len(lines)) == (0, len(CHECKLIST))
    wanted = [*(words for _name, words in lines[:2]), "Has  a lift home", "Has a lift home", "", "Has a lift, home"]
    about = {"organisation": house.organisation, "by": by, "at": AT}
    number, kept = keep_checklist(lines=wanted, seen=0, **about)
    assert number == 1
    assert [name for name, _ in kept] == [lines[0][0], lines[1][0], "has-a-lift-home", "has-a-lift-home-2"]
    assert keep_checklist(lines=[words for _name, words in kept], seen=0, **about)[0] == 1
    with pytest.raises(ChecklistNewer):
        keep_checklist(lines=["Another"], seen=0, **about)
    for wrong in ([], ["x" * 301], [str(number) for number in range(41)]):
        with pytest.raises(ChecklistEmpty):
            keep_checklist(lines=wrong, seen=1, **about)
    assert checklist_of(house.organisation, 1)[1] == kept
    assert checklist_of(make_world().organisation)[0] == 0
    with pytest.raises(NotFound):
        keep_checklist(lines=["x"], seen=1, **about | {"by": house.actor(house.facilitator)})
