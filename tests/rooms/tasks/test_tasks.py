"""What waits for a person: raised once, done once, told of once, and never a word in a mail."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.task_words import ENDINGS, OUTCOMES, WORDS, shown
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.groups.task_mail import BETWEEN, tell_of_tasks
from kindcircle.rooms.tasks import actions, queries
from kindcircle.rooms.tasks.errors import DoneBefore, SayHowItEnded, TooLong
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.world import World, make_world

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def to_do(world: World, kind: Kind = Kind.TWO_MISSES, once: str = "x", **more: object) -> Task:
    given = {"due_at": world.at + DAY, "at": world.at, "about": Ref("group", world.group.code)} | more
    actions.raise_task(kind, organisation=world.organisation, once=once, **given)
    return Task.objects.get(organisation=world.organisation, once_key=f"{kind}:{world.organisation.code}:{once}")


def told(kind: str = "") -> list[User]:
    rows = Delivery.objects.select_related("user").order_by("pk")
    return [row.user for row in (rows.filter(kind=kind) if kind else rows)]


def test_raised_twice_it_waits_once(world: World) -> None:
    task, again = to_do(world), to_do(world, due_at=world.at + 9 * DAY)
    assert task.pk == again.pk and again.due_at == world.at + DAY and Task.objects.count() == 1


def test_each_sees_what_is_theirs_soonest_first(world: World) -> None:
    ada, bo, lead = (world.actor(one) for one in (*world.facilitators, world.organisation_lead))
    other = make_world()
    late = to_do(world, once="a", group_id=world.group.pk, due_at=world.at + 3 * DAY)
    soon = to_do(world, once="b", group_id=world.group.pk)
    own = to_do(world, once="c", owner=world.facilitators[1], due_at=world.at + 9 * DAY)
    house = to_do(world, once="d")
    to_do(other, once="e", group_id=other.group.pk)
    assert list(queries.waiting_for(ada)) == [soon, late]
    assert list(queries.waiting_for(bo)) == [soon, late, own]
    assert list(queries.waiting_for(lead)) == [house]
    assert not queries.waiting_for(world.actor(world.member)) and not queries.waiting_for(
        world.actor(world.safety_lead)
    )
    assert not queries.waiting_for(world.actor(world.facilitator, strong=False))
    Membership.objects.filter(user=world.facilitator).update(left_at=world.at)
    assert not queries.waiting_for(world.actor(world.facilitator))


def test_how_it_ended_is_kept_and_the_note_is_sealed(world: World) -> None:
    task = to_do(world, group_id=world.group.pk, concerns=world.member)
    ada = world.actor(world.facilitator)
    done = actions.finish(task=task, outcome="reached", note=" She moved house. ", by=ada, at=world.at)
    assert (done.outcome, done.done_by, done.done_at) == ("reached", world.facilitator, world.at)
    assert b"moved" not in bytes(done.sealed_note) and actions.note_of(done, by=ada) == "She moved house."
    entry = AuditEntry.objects.get(event=Event.TASK_DONE)
    assert (entry.actor, entry.concerns, entry.reason) == (world.facilitator.code, world.member.code, "reached")
    with pytest.raises(NotFound):
        actions.note_of(done, by=world.actor(world.organisation_lead))
    assert list(queries.done_lately(ada, since=world.at - DAY)) == [done]
    assert not queries.done_lately(ada, since=world.at + DAY)


def test_what_cannot_be_is_refused_and_changes_nothing(world: World) -> None:
    task, ada = to_do(world, group_id=world.group.pk), world.actor(world.facilitator)
    for outcome, note, error in (
        ("", "", SayHowItEnded),
        ("settled", "", SayHowItEnded),
        ("done", "x" * 2001, TooLong),
    ):
        with pytest.raises(error):
            actions.finish(task=task, outcome=outcome, note=note, by=ada, at=world.at)
    for stranger in (world.member, world.organisation_lead, world.safety_lead, make_world().facilitator):
        with pytest.raises(NotFound):
            actions.finish(task=task, outcome="done", note="", by=world.actor(stranger), at=world.at)
    task.refresh_from_db()
    assert task.done_at is None and not AuditEntry.objects.filter(event=Event.TASK_DONE).exists()


def test_the_first_ending_stands(world: World) -> None:
    task = to_do(world, group_id=world.group.pk)
    ada, bo = (world.actor(one) for one in world.facilitators)
    for _ in range(2):
        actions.finish(task=task, outcome="reached", note="Well.", by=ada, at=world.at)
    with pytest.raises(DoneBefore):
        actions.finish(task=task, outcome="not-reached", note="", by=bo, at=world.at + MINUTE)
    task.refresh_from_db()
    assert (task.outcome, task.done_by) == ("reached", world.facilitator)
    assert AuditEntry.objects.filter(event=Event.TASK_DONE).count() == 1


def test_what_came_right_by_itself_waits_for_nobody(world: World) -> None:
    task = to_do(world, group_id=world.group.pk)
    actions.settle(Kind.LEAVING, about=Ref("group", world.group.code), at=world.at)
    task.refresh_from_db()
    assert task.done_at is None
    actions.settle(Kind.TWO_MISSES, about=Ref("group", world.group.code), at=world.at)
    task.refresh_from_db()
    assert task.outcome == "settled" and not queries.waiting_for(world.actor(world.facilitator))
    assert not queries.done_lately(world.actor(world.facilitator), since=world.at - DAY)


def test_one_mail_when_it_comes_up_and_one_when_its_day_has_passed(world: World) -> None:
    ada, bo = world.facilitators
    for once in ("a", "b", "c"):
        to_do(world, once=once, group_id=world.group.pk)
    for minutes in range(3):
        tell_of_tasks(at=world.at + minutes * MINUTE)
    # Three things of one moment are one mail, to whoever answers for the group.
    assert told() == [ada]
    tell_of_tasks(at=world.at + DAY)
    assert told() == [ada]
    for minutes in range(1, 4):
        tell_of_tasks(at=world.at + DAY + minutes * MINUTE)
    assert told("staff-please-look") == [bo] and len(told()) == 2


def test_late_already_it_is_told_of_in_turn(world: World) -> None:
    to_do(world, group_id=world.group.pk, due_at=world.at - DAY)
    tell_of_tasks(at=world.at)
    tell_of_tasks(at=world.at + BETWEEN - MINUTE)
    assert told() == [world.facilitator]
    tell_of_tasks(at=world.at + BETWEEN)
    assert told() == world.facilitators


def test_where_nobody_answers_the_next_one_is_told(world: World) -> None:
    ada, bo = world.facilitators
    Membership.objects.filter(user=ada).update(left_at=world.at)
    to_do(world, once="a", group_id=world.group.pk)
    tell_of_tasks(at=world.at)
    assert told() == [bo]
    Membership.objects.filter(user=bo).update(left_at=world.at)
    to_do(world, once="b", group_id=world.group.pk, at=world.at + MINUTE)
    tell_of_tasks(at=world.at + MINUTE)
    assert told() == [bo, world.organisation_lead]
    User.objects.filter(pk=ada.pk).update(is_active=False)
    to_do(world, once="c", owner=User.objects.get(pk=ada.pk), at=world.at + 2 * MINUTE)
    tell_of_tasks(at=world.at + 2 * MINUTE)
    assert told() == [bo, world.organisation_lead, world.organisation_lead]


def test_what_is_done_is_told_to_nobody(world: World) -> None:
    task = to_do(world, group_id=world.group.pk)
    actions.finish(task=task, outcome="done", note="", by=world.actor(world.facilitator), at=world.at)
    tell_of_tasks(at=world.at + 9 * DAY)
    assert not told()


def test_every_kind_has_its_words_and_every_way_leads_somewhere() -> None:
    assert set(WORDS) == set(Kind)
    for words in WORDS.values():
        assert str(words.title) and str(words.why).endswith(".") and bool(words.page) == bool(words.link)
    assert [value for value, _ in OUTCOMES] == list(actions.OUTCOMES) and set(ENDINGS) == {*actions.OUTCOMES, "settled"}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_task_knows_the_page_where_it_is_done(world: World, kind: Kind) -> None:
    [one] = shown([to_do(world, kind, group_id=world.group.pk, concerns=world.member)], at=world.at)
    assert bool(one.url) == bool(one.words.page) and one.who == "Ines" and not one.late
    if one.url:
        assert one.url == reverse(one.words.page, args=[world.group.code] if one.words.of else [])


def test_what_waits_for_the_house_names_no_member(world: World) -> None:
    tasks = [to_do(world, once="a", concerns=world.member), to_do(world, once="b", concerns=world.facilitator)]
    assert [one.who for one in shown(tasks, at=world.at + 9 * DAY)] == ["", "Ada"]
