"""Alerts at the edges of each rule: another kind of source, a second answer, before a group, the minute itself."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import Attendance
from kindcircle.rooms.intake.models import Screener
from kindcircle.rooms.measures.actions import screen_sheet
from kindcircle.rooms.safety import actions, hours, ladder, queries
from kindcircle.rooms.safety.duty import Rota
from kindcircle.rooms.safety.errors import ReasonMissing
from kindcircle.rooms.safety.models import Alert, ClosedDay
from kindcircle.rooms.safety.models_rota import Away, Duty, DutyDay
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.safety import positive
from tests.rooms.measures.sheets import sheet
from tests.world import World, make_intake, make_staff, make_world

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
TUESDAY_CLOSING = datetime(2026, 6, 2, 17, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DAY = "2026-06-01"


@pytest.fixture
def office(db) -> World:
    """Staffed on weekdays from nine to five; nobody is on the rota."""
    world = make_world(at=MONDAY, members=3)
    house = world.organisation
    house.staffed_days, house.staffed_from, house.staffed_until = "12345", time(9), time(17)
    house.save()
    Duty.objects.filter(organisation=house).delete()
    world.group.refresh_from_db()
    return world


def answer(world: World, answers: dict, name: str, *, instrument="after-session", at=None, **where) -> Alert | None:
    where = {"group": world.group, "gathering": None, **where}
    return actions.screen(
        hits=positive(load_instrument(instrument), answers), member=world.member, source=Ref("assignment", name),
        administration=DAY, at=at or MONDAY, **where,
    )  # fmt: skip


def tap(world: World, name: str = "x", *, kind="signal", at=MONDAY, rules=("contact_asked",), **where) -> Alert:
    where = {"group": world.group, "gathering": None, "member": world.member, **where}
    return actions.raise_alert(level="contact", rules=list(rules), source=Ref(kind, name), at=at, **where)


def told(alert: Alert) -> list[User]:
    rows = Delivery.objects.filter(about_kind="alert", about_code=alert.code).order_by("pk").select_related("user")
    return [row.user for row in rows]


# --- each answer once, and nothing taken for something else ---


def test_a_tap_and_a_sheet_of_the_same_code_are_two(office: World):
    signal = tap(office, "same")
    letter = tap(office, "same", kind="letter")
    asked = answer(office, {"contact": 1}, "same")
    assert len({signal.pk, letter.pk, asked.pk}) == 3
    assert tap(office, "same", kind="letter") == letter and tap(office, "same") == signal
    for alert, kind in ((signal, "signal"), (letter, "letter"), (asked, "assignment")):
        assert queries.alert_about(Ref(kind, "same")) == alert
        assert [row.source_kind for row in alert.answers.all()] == [kind]
    assert queries.alert_about(Ref("signal", "another")) is None


def test_a_tap_about_a_sheet_that_has_an_alert_is_one_of_its_own(office: World):
    asked = answer(office, {"contact": 1}, "sheet")
    called = tap(office, "sheet", kind="assignment", rules=["called"])
    assert called != asked and tap(office, "sheet", kind="assignment", rules=["called"]) == called


def test_the_same_answer_again_gives_its_own_alert_back_among_others(office: World):
    first = answer(office, {"contact": 1}, "sheet")
    other = tap(office)
    assert answer(office, {"contact": 1}, "sheet") == first != other


def test_a_sheet_is_screened_as_what_it_is(office: World):
    given = sheet(office, gathering=office.gathering)
    night = datetime(2026, 6, 2, 3, 30, tzinfo=UTC)
    alert = screen_sheet(assignment=given, answers={"contact": 1}, at=night)
    assert alert is not None and (alert.member, alert.group, alert.intake) == (office.member, office.group, None)
    assert (alert.gathering, alert.source_kind, alert.source_code) == (office.gathering, "assignment", given.code)
    assert (alert.administration, alert.raised_at) == (DAY, night)
    # A card that is typed in days later belongs to the day on which it was typed first.
    card = sheet(office, gathering=None, occasion="weekly")
    typed = screen_sheet(assignment=card, answers={"steadiness": 0}, at=night + 50 * HOUR, filled_in_at=night)
    assert typed == alert
    assert screen_sheet(assignment=card, answers={"steadiness": 9}, at=night) is None


def test_another_answer_keeps_the_order_and_the_meeting_it_came_from(office: World):
    first, second = office.gatherings[:2]
    answer(office, {"contact": 1}, "a")
    both = answer(office, {"steadiness": 1}, "b", gathering=first)
    assert both is not None and (both.rules, both.gathering) == ("contact_asked,steadiness_low", first)
    for name, gathering in (("c", second), ("d", None)):
        again = answer(office, {"contact": 1}, name, gathering=gathering)
        assert again is not None and again.gathering == first
    assert Alert.objects.get(pk=both.pk).gathering == first


def test_what_was_a_lot_twice_calls_nobody(office: World):
    note = answer(office, {"how_left": 2}, "a", instrument="settling")
    again = answer(office, {"how_left": 2}, "b", instrument="settling", at=MONDAY + HOUR)
    assert again == note and (again.raised_at, again.again_at) == (MONDAY, None)
    actions.see(alert=again, by=office.actor(office.facilitator), at=MONDAY + 2 * HOUR)
    third = answer(office, {"how_left": 2}, "c", instrument="settling", at=MONDAY + 3 * HOUR)
    assert third is not None and (third.state, third.escalate_at, told(third)) == ("raised", None, [])


def test_what_comes_after_the_backup_looked_begins_with_the_first_again(office: World):
    ada, bo = office.facilitators
    alert = tap_on_sheet = answer(office, {"contact": 1}, "a")
    actions.escalate_due(at=MONDAY + 2 * HOUR)
    actions.see(alert=tap_on_sheet, by=office.actor(bo), at=MONDAY + 3 * HOUR)
    again = answer(office, {"phq9_9": 1}, "b", instrument="phq-9", at=MONDAY + 4 * HOUR)
    assert again is not None and again == alert and again.with_person == "owner"
    assert told(again) == [ada, bo, ada]
    # Two hours from then on, unless the call was promised earlier.
    assert again.escalate_at == MONDAY + 6 * HOUR


@pytest.mark.parametrize(("last", "kept"), [(17, 4), (18, 3)])
def test_as_many_whole_rules_as_fit(office: World, last: int, kept: int):
    rules = ["a" * 60, "b" * 60, "c" * 60, "d" * last]  # with the commas 200, and one more
    assert tap(office, rules=rules).rules == ",".join(rules[:kept])


@pytest.mark.parametrize("state", Alert.State.values)
def test_what_is_answered_after_they_talked_is_new_and_before_it_is_not(office: World, state: str):
    alert = answer(office, {"contact": 1}, "a")
    assert alert is not None
    put_in(alert, state)
    settled = state in ("contacted", "closed", "reviewed")
    again = answer(office, {"steadiness": 1}, "b", at=MONDAY + MINUTE)
    assert again is not None and (again != alert) is settled
    assert again.state == ("delivered" if state == "delivered" else "raised")


@pytest.mark.parametrize("state", Alert.State.values)
def test_an_alert_moves_on_by_itself_until_somebody_talked_with_the_member(office: World, state: str):
    alert = tap(office)
    put_in(alert, state)
    row = queries.handled_alerts().get(pk=alert.pk)
    unseen, known = state in ("raised", "delivered"), state in ("seen", "acting", "not-reached")
    assert ladder.passes_on_at(row) == (MONDAY + 2 * HOUR if unseen else TUESDAY_CLOSING if known else None)
    seen = actions.see(alert=alert, by=office.actor(office.facilitator), at=MONDAY + HOUR)
    assert seen.state == ("seen" if unseen else state)


def put_in(alert: Alert, state: str) -> None:
    over = {"closed_at": MONDAY, "close_reason": "by-mistake"} if state in ("closed", "reviewed") else {}
    Alert.objects.filter(pk=alert.pk).update(state=state, **over)


CLOSES = {
    "contacted": {"plan-agreed", "other-help", "no-more-needed", "by-mistake"},
    "not-reached": {"handed-over", "other-help"},
}


@pytest.mark.parametrize("state", CLOSES)
@pytest.mark.parametrize("reason", sorted({*CLOSES["contacted"], *CLOSES["not-reached"]}))
def test_every_reason_closes_exactly_what_it_fits(office: World, state: str, reason: str):
    alert, by = tap(office), office.actor(office.facilitator)
    put_in(alert, state)
    if reason not in CLOSES[state]:
        with pytest.raises(ReasonMissing):
            actions.close(alert=alert, by=by, at=MONDAY, reason=reason, note="We spoke.")
    else:
        closed = actions.close(alert=alert, by=by, at=MONDAY, reason=reason, note="We spoke.")
        assert (closed.state, closed.close_reason, closed.escalate_at) == ("closed", reason, None)


# --- before somebody has a group ---


@pytest.fixture
def stranger(office: World) -> User:
    return office.stranger()


def test_before_a_group_the_two_who_talk_longest_with_people_are_told(office: World, stranger: User):
    ada, bo = office.facilitators
    cleo = make_staff(office.organisation, "Cleo", "facilitator", at=MONDAY)
    intake = office.group.intake
    Screener.objects.create(intake=intake, user=cleo, since=MONDAY + HOUR)
    alert = tap(office, member=stranger, group=None, intake=intake)
    assert told(alert) == [ada]
    for hour in (2, 4):
        actions.escalate_due(at=MONDAY + hour * HOUR)
    assert told(alert) == [ada, bo, office.safety_lead]
    people = queries.people_to_tell(Alert.objects.get(pk=alert.pk))
    assert people["everyone"] == [ada, bo, office.safety_lead]
    names = queries.promise_before(intake, at=MONDAY)
    assert names.who == ("Ada", "Bo", "Cleo")


def test_one_day_in_two_intakes_is_two_alerts(office: World):
    other = make_intake(office.organisation, office.facilitators, at=MONDAY)
    first = answer(office, {"contact": 1}, "a", group=None, intake=office.group.intake)
    second = answer(office, {"contact": 1}, "b", group=None, intake=other)
    assert first is not None and second is not None and first != second
    assert answer(office, {"steadiness": 1}, "c", group=None, intake=other) == second


def test_new_hours_move_what_waits_before_a_group_too_and_nobody_elses(office: World, stranger: User):
    other = make_world(at=MONDAY, members=1)
    waiting = [tap(office), tap(office, "y", member=stranger, group=None, intake=office.group.intake)]
    theirs = tap(office, "z", group=other.group, member=other.member)
    hours.keep_hours(
        organisation=office.organisation, days=[1, 2, 3, 4, 5], opens=time(12), closes=time(20),
        by=office.actor(office.organisation_lead), at=MONDAY,
    )  # fmt: skip
    assert [Alert.objects.get(pk=one.pk).escalate_at for one in waiting] == [MONDAY + 5 * HOUR] * 2
    assert Alert.objects.get(pk=theirs.pk).escalate_at == theirs.escalate_at


# --- whose turn it is ---


def test_everyone_is_whoever_was_told_whoever_is_named_and_every_lead(office: World, stranger: User):
    ada, bo = office.facilitators
    cleo, dara = (make_staff(office.organisation, name, "facilitator", at=MONDAY) for name in ("Cleo", "Dara"))
    sol = make_staff(office.organisation, "Sol", "safety-lead", at=MONDAY)
    for person in (cleo, dara):
        Screener.objects.create(intake=office.group.intake, user=person, since=MONDAY + HOUR)
        on_duty(person)
    for person in (ada, bo):
        Away.objects.create(organisation=office.organisation, person=person, first_on=MONDAY, last_on=MONDAY)
    alert = tap(office, member=stranger, group=None, intake=office.group.intake)
    people = queries.people_to_tell(alert)
    assert (people["owner"], people["backup"]) == ([cleo], [dara])
    assert people["lead"] == [office.safety_lead, sol]
    assert people["everyone"] == [cleo, dara, ada, bo, office.safety_lead, sol]


def on_duty(person: User, *days: int, since: int = 9, until: int = 17) -> None:
    for day in days or (1,):
        Duty.objects.create(
            organisation=person.organisation, person=person, weekday=day, since=time(since), until=time(until)
        )


def test_of_two_on_duty_one_is_first_and_the_other_next(office: World):
    ada, bo = office.facilitators
    on_duty(ada)
    on_duty(bo)
    people = queries.people_to_tell(tap(office))
    assert (people["owner"], people["backup"]) == ([ada], [bo])


def test_a_safety_lead_who_answers_for_a_group_is_told_first(office: World):
    office.group.alerts_owner = office.safety_lead
    office.group.save()
    assert told(tap(office)) == [office.safety_lead]


def test_where_nobody_is_ever_there_somebody_is_told_all_the_same(office: World):
    Organisation.objects.filter(pk=office.organisation.pk).update(staffed_days="")
    office.group.organisation.refresh_from_db()
    alert = tap(office)
    assert (told(alert), alert.escalate_at) == ([office.facilitator], MONDAY + 2 * HOUR)


def test_somebody_who_was_told_and_left_is_told_no_more(office: World):
    ada, bo = office.facilitators
    alert = tap(office)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    actions.escalate_due(at=TUESDAY_CLOSING)
    assert told(alert) == [ada, bo, office.safety_lead]


def test_what_was_earlier_due_is_passed_on_first(office: World):
    later, earlier = tap(office, "later", at=MONDAY + MINUTE), tap(office, "earlier")
    actions.escalate_due(at=MONDAY + 3 * HOUR)
    row = Delivery.objects.filter(about_kind="alert", user=office.facilitators[1]).order_by("pk")
    assert list(row.values_list("about_code", flat=True)) == [earlier.code, later.code]


# --- messages that cannot arrive ---


def test_a_failed_message_is_about_one_alert_and_one_that_is_gone_is_nothing(office: World):
    first, second = tap(office, "a"), tap(office, "b")
    actions.delivery_failed(alert_code=second.code, to=office.facilitator, at=MONDAY)
    assert [Alert.objects.get(pk=one.pk).with_person for one in (first, second)] == ["owner", "backup"]
    actions.delivery_failed(alert_code="nothing-of-the-kind", to=office.facilitator, at=MONDAY)


def test_a_message_to_somebody_who_has_left_passes_the_alert_on(office: World):
    alert = tap(office)
    User.objects.filter(pk=office.facilitator.pk).update(is_active=False)
    actions.delivery_failed(alert_code=alert.code, to=office.facilitator, at=MONDAY)
    assert Alert.objects.get().with_person == "backup"


# --- what people do ---


def test_seeing_it_again_gives_it_as_it_is(office: World):
    alert, by = tap(office), office.actor(office.facilitator)
    actions.see(alert=alert, by=by, at=MONDAY)
    assert actions.see(alert=alert, by=by, at=MONDAY + HOUR) == alert


def test_a_page_that_showed_it_has_delivered_it_and_nobody_has_seen_it(office: World):
    alert = tap(office)
    actions.mark_delivered(alert=alert, at=MONDAY)
    row = Alert.objects.get()
    assert (row.state, row.seen_at, row.escalate_at) == ("delivered", None, alert.escalate_at)


@pytest.mark.parametrize("kind", [Kind.HEAR_FROM, Kind.REACH_OUT])
@pytest.mark.parametrize("where", ["at home", "went home", "still there", "another is there"])
def test_the_word_within_a_day_is_given_once_they_went_home(office: World, kind: Kind, where: str):
    gathering = office.gathering
    times = {"went home": MONDAY + HOUR, "still there": None}
    if where in times:
        Attendance.objects.create(gathering=gathering, user=office.member, arrived_at=MONDAY, left_at=times[where])
    if where == "another is there":
        others = ((gathering, office.members[1]), (office.gatherings[1], office.member))
        for meeting, person in others:
            Attendance.objects.create(gathering=meeting, user=person, arrived_at=MONDAY)
    for person in office.members[:2]:
        raise_task(
            kind, organisation=office.organisation, about=Ref("gathering", gathering.code),
            once=f"{gathering.code}:{person.code}", due_at=MONDAY + 24 * HOUR, at=MONDAY, concerns=person,
        )  # fmt: skip
    alert, by = tap(office, gathering=gathering), office.actor(office.facilitator)
    for verb in (actions.see, actions.act, actions.contacted):
        verb(alert=alert, by=by, at=MONDAY + 2 * HOUR)
    waits = set(Task.objects.filter(kind=kind, done_at=None).values_list("concerns", flat=True))
    ready = office.members[:2] if where == "still there" else office.members[1:2]
    assert waits == {person.pk for person in ready}


# --- when somebody is there ---


def test_a_promise_says_whether_somebody_is_there_now(office: World):
    now, night = (queries.promise(office.group, at=at) for at in (MONDAY, MONDAY + 12 * HOUR))
    assert (now.there_now, now.there_from) == (True, MONDAY)
    assert (night.there_now, night.there_from) == (False, MONDAY + 24 * HOUR)


def test_the_holiday_of_another_house_is_no_holiday_here(office: World):
    other = make_world(at=MONDAY, members=1)
    ClosedDay.objects.create(organisation=other.organisation, on=MONDAY.date())
    ClosedDay.objects.create(organisation=office.organisation, on=date(2026, 6, 3))
    assert queries.staffed_hours(office.organisation).closed_on == {date(2026, 6, 3)}


def test_a_duty_touches_a_time_only_where_it_overlaps(office: World):
    ada, bo = office.facilitators
    on_duty(ada, 1, 2, since=9, until=13)
    on_duty(bo, 1, since=13, until=17)
    other = make_world(at=MONDAY, members=1)
    DutyDay.objects.create(
        organisation=other.organisation, person=other.facilitator, on=MONDAY, since=time(9), until=time(17)
    )
    found = Rota(office.organisation)

    def touching(since: datetime, until: datetime) -> list[tuple[int, datetime]]:
        return [(one.person_id, one.starts) for one in found.stretches(since, until)]

    one = MONDAY + 4 * HOUR
    assert touching(MONDAY, one) == [(ada.pk, MONDAY)]
    assert touching(one, one + HOUR) == [(bo.pk, one)]
    assert touching(MONDAY, one + MINUTE) == [(ada.pk, MONDAY), (bo.pk, one)]
    assert [found.on_duty(at) for at in (MONDAY, one - MINUTE, one)] == [{ada.pk}, {ada.pk}, {bo.pk}]
