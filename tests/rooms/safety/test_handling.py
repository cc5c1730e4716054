"""What people do about an alert: seen, acted on, reached or not, closed with a reason; sealed notes, kept record."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kindcircle.base.audit.log import Ref, verify
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.safety import actions, queries
from kindcircle.rooms.safety.errors import EventNotClear, NoteMissing, ReasonMissing, StepTaken
from kindcircle.rooms.safety.models import AdverseEvent, Alert, AlertStep
from tests.world import World, make_world

CANARY = "cinnamon-otter"
LATER = timedelta(minutes=20)


@pytest.fixture
def alert(world: World) -> Alert:
    return actions.raise_alert(
        member=world.member, group=world.group, gathering=world.gathering, level="contact", rules=["contact_asked"],
        source=Ref("response", "x"), at=world.at,
    )  # fmt: skip


@pytest.fixture
def ada(world: World):
    return world.actor(world.facilitator)


@pytest.fixture
def bo(world: World):
    return world.actor(world.facilitators[1])


def test_the_whole_story(world: World, alert, ada):
    at = world.at
    actions.see(alert=alert, by=ada, at=at + LATER)
    actions.act(alert=alert, by=ada, at=at + 2 * LATER)
    actions.not_reached(alert=alert, by=ada, at=at + 3 * LATER, note="No answer.")
    actions.contacted(alert=alert, by=ada, at=at + 4 * LATER, note="Spoke for ten minutes.")
    actions.close(alert=alert, by=ada, at=at + 5 * LATER, reason="plan-agreed", note="A friend comes tonight.")
    kept = Alert.objects.get()
    assert (kept.state, kept.close_reason, kept.seen_at, kept.closed_at, kept.escalate_at) == (
        "closed", "plan-agreed", at + LATER, at + 5 * LATER, None,
    )  # fmt: skip
    happened = [(one.event, one.state, one.who, one.note) for one in queries.history(kept, by=ada)]
    assert happened == [
        ("alert raised", "", "", ""),
        ("alert moved", "seen", "Ada", ""),
        ("alert moved", "acting", "Ada", ""),
        ("alert moved", "not-reached", "Ada", "No answer."),
        ("alert moved", "contacted", "Ada", "Spoke for ten minutes."),
        ("alert moved", "closed", "Ada", "A friend comes tonight."),
    ]
    trace = AuditEntry.objects.filter(about_kind="alert").order_by("number").values_list("event", "actor", "reason")
    assert list(trace) == [
        ("alert raised", "system", ""),
        ("alert seen", ada.code, ""),
        ("alert moved", ada.code, "acting"),
        ("alert moved", ada.code, "not-reached"),
        ("alert moved", ada.code, "contacted"),
        ("alert closed", ada.code, "plan-agreed"),
    ]
    assert not list(verify())


def test_seeing_twice_keeps_the_first_time(world: World, alert, ada, bo):
    actions.see(alert=alert, by=ada, at=world.at + LATER)
    actions.see(alert=alert, by=bo, at=world.at + 2 * LATER)
    assert Alert.objects.get().seen_at == world.at + LATER
    assert AlertStep.objects.count() == 1


def test_the_second_of_two_colleagues_is_told_that_it_has_moved_on(world: World, alert, ada, bo):
    actions.see(alert=alert, by=ada, at=world.at)
    actions.act(alert=alert, by=ada, at=world.at)
    with pytest.raises(StepTaken):
        actions.act(alert=alert, by=bo, at=world.at)


def test_delivery_moves_an_alert_once_and_never_back(world: World, alert, ada):
    actions.mark_delivered(alert=alert, at=world.at)
    actions.mark_delivered(alert=alert, at=world.at)
    assert AuditEntry.objects.filter(event="alert delivered").count() == 1
    actions.see(alert=alert, by=ada, at=world.at)
    actions.mark_delivered(alert=alert, at=world.at)
    assert Alert.objects.get().state == "seen"


def test_a_clock_that_was_set_back_does_not_stand_in_the_way(world: World, alert, ada):
    earlier = world.at - timedelta(hours=1)
    for verb in (actions.see, actions.act, actions.contacted):
        verb(alert=alert, by=ada, at=earlier)
    actions.close(alert=alert, by=ada, at=earlier, reason="plan-agreed", note="We spoke.")
    assert Alert.objects.get().closed_at == alert.raised_at


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("contacted", ""), ("contacted", "because"), ("contacted", "Plan-agreed"), ("contacted", "handed-over"),
        ("not-reached", "plan-agreed"), ("not-reached", "no-more-needed"),
    ],
)  # fmt: skip
def test_closing_needs_a_reason_that_fits_how_far_it_came(world: World, alert, ada, state, reason):
    Alert.objects.update(state=state)
    with pytest.raises(ReasonMissing):
        actions.close(alert=alert, by=ada, at=world.at, reason=reason, note="We spoke.")


@pytest.mark.parametrize("note", ["", "  \n "])
def test_closing_needs_a_line_on_what_was_done(world: World, alert, ada, note):
    Alert.objects.update(state="contacted")
    with pytest.raises(NoteMissing):
        actions.close(alert=alert, by=ada, at=world.at, reason="plan-agreed", note=note)


def test_the_database_itself_keeps_closing_and_reason_together(world: World, alert):
    for fields in ({"closed_at": world.at}, {"close_reason": "plan-agreed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(**fields)


def test_notes_are_sealed_under_the_members_key(world: World, alert, ada):
    actions.see(alert=alert, by=ada, at=world.at)
    actions.act(alert=alert, by=ada, at=world.at, note=CANARY)
    kept = bytes(AlertStep.objects.get(state="acting").sealed_note)
    assert kept
    assert CANARY.encode() not in kept
    assert CANARY not in "".join(str(row) for row in AuditEntry.objects.values_list())


class TestNobodyElse:
    VERBS = [
        lambda alert, by, at: actions.see(alert=alert, by=by, at=at),
        lambda alert, by, at: actions.act(alert=alert, by=by, at=at),
        lambda alert, by, at: actions.contacted(alert=alert, by=by, at=at),
        lambda alert, by, at: actions.not_reached(alert=alert, by=by, at=at),
        lambda alert, by, at: actions.close(alert=alert, by=by, at=at, reason="by-mistake", note="x"),
        lambda alert, by, at: queries.history(alert, by=by),
    ]

    @pytest.mark.parametrize("verb", VERBS)
    def test_handles_it(self, world: World, alert, verb):
        other = make_world()
        strangers = [
            *(world.actor(person) for person in (world.member, world.organisation_lead, world.stranger())),
            *(world.actor(person, strong=False) for person in (world.facilitator, world.safety_lead)),
            *(other.actor(person) for person in (other.facilitator, other.safety_lead)),
        ]
        for by in strangers:
            with pytest.raises(NotFound):
                verb(alert, by, world.at)
        assert Alert.objects.get(pk=alert.pk).state == "raised"


class TestUnwantedEvents:
    WHAT = {"category": "sleep", "severity": 2, "related": "possible"}

    def record(self, world: World, **more):
        fields = {**self.WHAT, "happened_on": world.at.date(), "what": CANARY, **more}
        by = fields.pop("by", world.actor(world.facilitator))
        return actions.record_adverse_event(
            group=world.group, member=world.member, gathering=world.gathering, by=by, at=world.at, **fields
        )

    def test_one_is_kept_sealed_and_recorded(self, world: World):
        event = self.record(world)
        kept = AdverseEvent.objects.get()
        assert (kept, kept.category, kept.severity, kept.recorded_by) == (event, "sleep", 2, world.facilitator)
        assert CANARY.encode() not in bytes(kept.sealed_what)
        assert AuditEntry.objects.get(event="adverse event recorded").concerns == world.member.code
        assert not Delivery.objects.exists()

    def test_the_same_key_in_another_hand_is_another_event(self, world: World):
        once = self.record(world, client_key="once")
        assert self.record(world, client_key="once") == once
        assert self.record(world, client_key="once", by=world.actor(world.safety_lead)) != once
        # Without a key each is its own: nobody sent it from a form.
        assert self.record(world) != self.record(world)
        assert AdverseEvent.objects.count() == 4

    def test_a_serious_one_is_told_to_the_safety_lead(self, world: World):
        self.record(world, severity=4)
        assert [told.user for told in Delivery.objects.all()] == [world.safety_lead]

    @pytest.mark.parametrize(
        "wrong",
        [{"severity": 0}, {"severity": 6}, {"category": "other"}, {"related": "maybe"}],
        ids=str,
    )
    def test_what_cannot_be_is_refused_kindly(self, world: World, wrong):
        with pytest.raises(EventNotClear) as refused:
            self.record(world, **wrong)
        assert refused.value.sentence
        assert not AdverseEvent.objects.exists()

    def test_a_day_still_to_come_is_refused(self, world: World):
        with pytest.raises(EventNotClear):
            self.record(world, happened_on=(world.at + timedelta(days=3)).date())

    def test_no_member_and_no_organisation_lead_records_one(self, world: World):
        for person in (world.member, world.organisation_lead):
            with pytest.raises(NotFound):
                self.record(world, by=world.actor(person))
