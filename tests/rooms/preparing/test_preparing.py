"""Getting ready: a plan is its writer's until they share it, each opening is seen, and a talk is never a meeting."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.plan_words import asks
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Attendance, Membership
from kindcircle.rooms.intake.consent_texts import NEEDED_ITEMS
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.rooms.measures.reaching_safely import shares_steps, steps_of
from kindcircle.rooms.preparing import actions, queries
from kindcircle.rooms.preparing.errors import ChangedElsewhere, LineTooLong, NothingToShare, TalkThatCannotBe
from kindcircle.rooms.preparing.models import OneToOne, PreparedStep, SafeContact, SupportPlan
from kindcircle.rooms.preparing.parts import plan_lines
from kindcircle.rooms.preparing.plans import SAFETY, SUPPORT, PlanKind
from kindcircle.rooms.safety.actions import raise_alert
from tests.world import World, make_world, yes_to

HOUR = timedelta(hours=1)
LINES = {"my-signs": "I go quiet.", "please-do": "Sit near me."}
CONTACT = {"way": "A text.", "person": "My cousin.", "number": "07700 900123", "about": "Rides.", "never": "My boss."}


def own(world: World, person: User | None = None) -> dict[str, object]:
    person = person or world.member
    return {"person": person, "by": world.actor(person), "at": world.at}


def place_of(world: World, person: User | None = None) -> Membership:
    rows = Membership.objects.select_related("group__organisation", "user__organisation")
    return rows.get(user=person or world.member)


def test_the_plan_asks_what_the_printed_page_asks_and_nothing_about_reaching_somebody() -> None:
    lines = asks()
    assert tuple(one.id for one in lines) == plan_lines()
    assert not {"reach-me", "my-person", "never-call"} & set(plan_lines())
    assert not any("_" in one.ask + one.help for one in lines)
    assert len({one.ask for one in lines}) == len(lines) == 11


def test_a_plan_is_mine_alone_until_i_share_it(world: World) -> None:
    with pytest.raises(NothingToShare):
        actions.share_plan(**own(world))
    actions.keep_plan(lines=LINES | {"no-such-line": "x"}, **own(world))
    assert queries.own_plan(world.member, by=world.actor(world.member)).lines == LINES
    assert b"quiet" not in bytes(SupportPlan.objects.get().sealed_lines)
    ada, place = world.actor(world.facilitator), place_of(world)
    others = [world.actor(one) for one in (*world.members[1:3], world.organisation_lead, world.safety_lead)]
    for who in (ada, *others):
        with pytest.raises(NotFound):
            queries.open_plan(place, by=who, at=world.at)
    actions.share_plan(**own(world))
    actions.share_plan(**own(world))
    assert queries.open_plan(place, by=ada, at=world.at).lines == LINES
    for who in (*others, world.actor(world.facilitator, strong=False), _stranger_who_leads()):
        with pytest.raises(NotFound):
            queries.open_plan(place, by=who, at=world.at)
    opened = queries.opened_by_others(world.member, Event.SUPPORT_PLAN_OPENED, by=world.actor(world.member))
    assert [(one.who, one.at) for one in opened] == [("Ada", world.at)]
    actions.take_plan_back(**own(world))
    with pytest.raises(NotFound):
        queries.open_plan(place, by=ada, at=world.at)
    assert queries.shared_in(world.group, by=ada) == []


def _stranger_who_leads() -> object:
    far = make_world(members=0)
    return far.actor(far.facilitator)


def test_nobody_else_writes_shares_or_reads_mine(world: World) -> None:
    other = world.actor(world.members[1])
    for act in (actions.share_plan, actions.take_plan_back):
        with pytest.raises(NotFound):
            act(person=world.member, by=other, at=world.at)
    for keep in (actions.keep_plan, actions.keep_contact):
        with pytest.raises(NotFound):
            keep(person=world.member, lines={}, by=world.actor(world.facilitator), at=world.at)
    for read in (queries.own_plan, queries.own_contact, queries.steps_done, queries.own_talks):
        with pytest.raises(NotFound):
            read(world.member, by=other)


def test_emptied_is_gone_and_too_long_keeps_what_was(world: World) -> None:
    actions.keep_plan(lines=LINES, **own(world))
    actions.share_plan(**own(world))
    with pytest.raises(LineTooLong):
        actions.keep_plan(lines={"my-signs": "x" * 1201}, **own(world))
    assert queries.own_plan(world.member, by=world.actor(world.member)).lines == LINES
    actions.keep_plan(lines={"my-signs": "  "}, **own(world))
    assert not SupportPlan.objects.exists()
    actions.keep_contact(lines=CONTACT, **own(world))
    actions.keep_contact(lines={}, **own(world))
    assert not SafeContact.objects.exists()


@pytest.mark.parametrize("kind", [SUPPORT, SAFETY], ids=["support", "safety"])
def test_nothing_is_written_over_that_the_page_has_not_shown(world: World, kind: PlanKind) -> None:
    line = kind.lines()[0]

    def mine() -> queries.Plan:
        return queries.own_plan(world.member, by=world.actor(world.member), kind=kind)

    empty = mine().version
    actions.keep_plan(lines={line: "First."}, kind=kind, seen=empty, **own(world))
    for stale in ({line: "Second."}, {}):
        with pytest.raises(ChangedElsewhere) as told:
            actions.keep_plan(lines=stale, kind=kind, seen=empty, **own(world))
        assert told.value.newer == {line: "First."} == mine().lines
    actions.keep_plan(lines={line: "First. "}, kind=kind, seen=empty, **own(world))  # sent twice is sent once
    seen = mine().version
    actions.keep_plan(lines={line: "Second."}, kind=kind, seen=seen, **own(world))
    assert mine().lines == {line: "Second."} and len({empty, seen, mine().version}) == 3
    actions.keep_plan(lines={}, kind=kind, seen=mine().version, **own(world))
    with pytest.raises(ChangedElsewhere) as told:
        actions.keep_plan(lines={line: "Second, and more."}, kind=kind, seen=seen, **own(world))
    assert told.value.newer == {}
    actions.keep_contact(lines={"way": "A text."}, seen=empty, **own(world))
    with pytest.raises(ChangedElsewhere):
        actions.keep_contact(lines={"way": "A call."}, seen=empty, **own(world))


def test_whom_to_call_is_shown_only_while_that_is_agreed_to_and_they_are_here(world: World) -> None:
    ada, place = world.actor(world.facilitator), place_of(world)
    assert queries.open_contact(place, by=ada, at=world.at).lines == {}
    actions.keep_contact(lines=CONTACT, **own(world))
    safe = {name: CONTACT[name] for name in ("way", "never")}
    assert queries.open_contact(place, by=ada, at=world.at).lines == safe
    yes = yes_to(world.organisation) | {"items": [*NEEDED_ITEMS, "safe-contact", "may-write"]}
    groups.say_yes(**own(world), **yes)
    assert queries.open_contact(place, by=ada, at=world.at).lines == CONTACT
    consent = current_consent(world.member)
    assert consent is not None
    groups.take_back_yes(consent=consent, by=world.actor(world.member), at=world.at + HOUR)
    assert queries.open_contact(place_of(world), by=ada, at=world.at + HOUR).lines == safe
    opened = queries.opened_by_others(world.member, Event.SAFE_CONTACT_OPENED, by=world.actor(world.member))
    assert len(opened) == 3, "nothing was opened where nothing was written"
    for who in (world.members[1], world.organisation_lead):
        with pytest.raises(NotFound):
            queries.open_contact(place, by=world.actor(who), at=world.at)


def test_a_shared_plan_closes_with_the_place(world: World) -> None:
    actions.keep_plan(lines=LINES, **own(world))
    actions.share_plan(**own(world))
    groups.say_yes(**own(world), **yes_to(world.organisation))
    consent = current_consent(world.member)
    assert consent is not None
    groups.take_back_yes(consent=consent, by=world.actor(world.member), at=world.at + HOUR)
    with pytest.raises(NotFound):
        queries.open_plan(place_of(world), by=world.actor(world.facilitator), at=world.at + HOUR)


def test_a_talk_is_noted_once_and_is_no_meeting(world: World) -> None:
    ada, place = world.actor(world.facilitator), place_of(world)
    given = {"place": place, "held_on": world.at.date(), "minutes": 20, "how": "phone", "line": "By the door."}
    for changed in (
        {"minutes": 0},
        {"minutes": 241},
        {"how": "by pigeon"},
        {"held_on": world.at.date() + timedelta(2)},
    ):
        with pytest.raises(TalkThatCannotBe):
            actions.note_talk(**given | changed, client_key="k", by=ada, at=world.at)
    for who in (world.member, world.organisation_lead, world.safety_lead):
        with pytest.raises(NotFound):
            actions.note_talk(**given, client_key="k", by=world.actor(who), at=world.at)
    for _ in range(2):
        actions.note_talk(**given, client_key="k", by=ada, at=world.at)
    assert OneToOne.objects.count() == 1 and not Attendance.objects.exists()
    assert [(one.line, one.by) for one in queries.talks_of(place, by=ada)] == [("By the door.", "Ada")]
    assert queries.talked_with(world.group, by=ada) == {place.pk}
    assert [row.minutes for row in queries.own_talks(world.member, by=world.actor(world.member))] == [20]


@pytest.mark.parametrize("level", ["review", "contact", "concern"])
def test_a_safety_plan_opens_when_somebody_asked_for_a_person_and_not_for_a_note(world: World, level: str) -> None:
    lines, ada = {"signs": "I stop eating."}, world.actor(world.facilitator)
    actions.keep_plan(lines=lines, kind=SAFETY, **own(world))
    actions.share_plan(kind=SAFETY, **own(world))
    alert = raise_alert(
        member=world.member, group=world.group, gathering=None, level=level, rules=["x"], source=Ref("signal", "x"),
        at=world.at,
    )  # fmt: skip
    assert shares_steps(alert, by=ada) is (level != "review")
    if level == "review":
        with pytest.raises(NotFound):
            steps_of(alert, by=ada, at=world.at)
    else:
        assert steps_of(alert, by=ada, at=world.at).lines == lines


def test_a_part_is_marked_and_unmarked_for_oneself(world: World) -> None:
    for _ in range(2):
        actions.mark_step(step="passing", done=True, **own(world))
    assert queries.steps_done(world.member, by=world.actor(world.member)) == {"passing"}
    assert PreparedStep.objects.count() == 1
    actions.mark_step(step="passing", done=False, **own(world))
    assert not PreparedStep.objects.exists()
    with pytest.raises(NotFound):
        actions.mark_step(step="no-such-part", done=True, **own(world))
