"""What has to go goes: told first, in small steps, once, and out of the file itself. What may stay stays."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import transaction

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.conversations.actions import write
from kindcircle.rooms.conversations.models import Conversation, Message
from kindcircle.rooms.conversations.queries import member_places
from kindcircle.rooms.ending import closing, finishing, keeping, own_words, retention, reviews
from kindcircle.rooms.ending.errors import OutOfRange, ReasonNeeded
from kindcircle.rooms.ending.models import Ending, Hold, KeptLine, Review, WritingClock
from kindcircle.rooms.ending.taking import take_records
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.agreements import Line, agreement_of
from kindcircle.rooms.groups.models import Gathering, MemberNote, Membership
from kindcircle.rooms.groups.models_absence import Absence
from kindcircle.rooms.groups.models_agreement import Agreement
from kindcircle.rooms.intake.models import Application, ScreeningForm, Talk
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.asking import assign
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.again import meet_again
from kindcircle.rooms.writing.delivery import deliver_due
from kindcircle.rooms.writing.models import Draft, JournalEntry, Letter
from tests.world import World, join, make_group, make_world

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 9, 1, 16, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def over() -> World:
    """A finished group of five with words of every kind. The first member wrote for themselves."""
    return live_through(make_world(at=FIRST, members=5))


def live_through(world: World) -> World:
    guide, member = world.actor(world.facilitator), world.member
    as_member = world.actor(member)
    row = Gathering.objects.get(group=world.group, number=2)
    row.state, row.opened_at = Gathering.State.OPEN, row.starts_at
    row.save()
    for one in world.members:
        reviews.write_note(
            group=world.group, words={"keep": "Amsel"}, practices={}, member=one, by=world.actor(one), at=FIRST
        )
    reviews.gather(group=world.group, by=guide, at=FIRST)
    reviews.answer(group=world.group, lines=["Amsel"], by=guide, at=FIRST)
    lines = [Line(line.id, line.text) for line in agreement_of(world.group, by=guide).lines]
    groups.confirm_agreement(
        group=world.group, lines=[*lines, Line("", "Amsel")], taken_up=(), seen=0, by=guide, at=FIRST
    )
    for number in (1, 2, 3, 4):
        row = Gathering.objects.get(group=world.group, number=number)
        row.state, row.opened_at, row.closed_at = Gathering.State.CLOSED, row.starts_at, row.ends_at
        row.save()
    first = Gathering.objects.get(group=world.group, number=1)
    groups.record_after(gathering=first, steps={}, note="Amsel", lines={member: "Amsel"}, by=guide, at=first.ends_at,
                        **_more(groups.record_after))  # fmt: skip
    write_for_oneself(world, member, at=last_end(world))
    sheet = assign(
        member=member, group=world.group, instrument="wcc-6", occasion="baseline", opens_at=FIRST,
        closes_at=FIRST + 300 * DAY, by=guide,
    )  # fmt: skip
    submit_response(assignment=sheet, answers={}, client_key="k" * 22, by=as_member, at=FIRST + DAY)
    place = member_places().get(user=member, group=world.group)
    write(place=place, text="Amsel", client_key=codes.new_code(), by=as_member, at=FIRST, **_rest(write))
    finishing.finish_group(group=world.group, by=guide, at=last_end(world))
    world.group.refresh_from_db()
    closing.save_letter(group=world.group, to=None, text="Amsel to all", give=True, by=guide, at=last_end(world))
    place = Membership.objects.select_related("user", "group").get(group=world.group, user=member)
    closing.write_line(to=place, text="Amsel", client_key="line", author=member, by=as_member, at=last_end(world))
    return world


def _more(action: object) -> dict[str, object]:
    """The words for next time, where the after-page still takes them."""
    names = action.__annotations__  # type: ignore[attr-defined]
    return {name: value for name, value in {"reminder": "", "send_reminder": False}.items() if name in names}


def _rest(action: object) -> dict[str, object]:
    names = action.__annotations__  # type: ignore[attr-defined]
    return {name: value for name, value in {"phrase": "", "please_ring": False, "ring": False}.items() if name in names}


def write_for_oneself(world: World, person: object, *, at: datetime) -> None:
    by = world.actor(person)  # type: ignore[arg-type]
    common = {"author": person, "by": by, "at": at}
    writing.write_entry(text="Amsel", practice="x", client_key=codes.new_code(), **common)  # type: ignore[arg-type]
    writing.write_letter(
        text="Amsel",
        deliver_on=(at + 9 * DAY).date(),
        client_key=codes.new_code(),
        **common,  # type: ignore[arg-type]
    )


def last_end(world: World) -> datetime:
    return Gathering.objects.get(group=world.group, number=4).ends_at


def days_on(world: World, days: float) -> datetime:
    return last_end(world) + timedelta(days=days)


def ending_of(world: World) -> Ending:
    return Ending.objects.select_related("group__organisation").get(group=world.group)


def test_the_house_sets_the_times_and_nothing_is_for_ever(over: World) -> None:
    lead = over.actor(over.organisation_lead)
    assert keeping.times_of(over.organisation) == keeping.Times(30, 90, 90, 8)
    good = {"group_days": 14, "writing_days": 14, "draft_days": 30, "record_years": 1}
    for name, wrong in (("group_days", 13), ("writing_days", 1096), ("draft_days", 0), ("record_years", 31)):
        with pytest.raises(OutOfRange):
            keeping.set_times(organisation=over.organisation, by=lead, at=FIRST, **(good | {name: wrong}))
    with pytest.raises(NotFound):
        keeping.set_times(organisation=over.organisation, by=over.actor(over.facilitator), at=FIRST, **good)
    keeping.set_times(organisation=over.organisation, by=lead, at=FIRST, **good)
    assert keeping.times_of(over.organisation).record_years == 1


def test_everybody_is_told_two_weeks_before_and_once(over: World) -> None:
    retention.run(at=days_on(over, 15))
    assert ending_of(over).space_warned_at is None
    for hour in (0, 1, 30):
        retention.run(at=days_on(over, 16) + timedelta(hours=hour))
    told = Delivery.objects.filter(once_key__contains="keeping:")
    assert told.count() == 5
    assert {row.kind for row in told} == {"something-waiting"}  # the mail says nothing
    task = Task.objects.get(kind="retention")
    assert (task.group_id, task.due_at.date()) == (over.group.pk, days_on(over, 30).date())


def test_the_groups_words_go_and_the_record_stays(over: World) -> None:
    retention.run(at=days_on(over, 16))
    assert retention.run(at=days_on(over, 29.9)) == 0
    assert Review.objects.get().sealed_words
    assert retention.run(at=days_on(over, 30.1)) == 1
    review = Review.objects.get()
    assert (bytes(review.sealed_words), bytes(review.sealed_answer)) == (b"", b"")
    assert not Agreement.objects.filter(group=over.group).exists()
    by = over.actor(over.facilitator)
    assert agreement_of(over.group, by=by).number == 0  # the page still opens, with the lines every group starts from
    assert closing.letters_for(Membership.objects.get(user=over.member), by=over.actor(over.member)) == []
    # What is the clinic's record, and what is the member's own, is there.
    assert Response.objects.count() == Score.objects.values("response").distinct().count() == 1
    assert MemberNote.objects.exists() and Message.objects.exists() and JournalEntry.objects.exists()
    assert KeptLine.objects.exists()
    assert Task.objects.get(kind="retention").outcome == "settled"
    # Twice is once, and the trace of it holds no word.
    assert retention.run(at=days_on(over, 31)) == 0
    assert AuditEntry.objects.filter(event="group words taken away").count() == 1


def test_a_shorter_time_set_later_takes_no_one_by_surprise(over: World) -> None:
    retention.run(at=days_on(over, 16))
    keeping.set_times(
        organisation=over.organisation, by=over.actor(over.organisation_lead), at=days_on(over, 17),
        group_days=14, writing_days=14, draft_days=30, record_years=1,
    )  # fmt: skip
    assert retention.run(at=days_on(over, 29)) == 0
    assert retention.run(at=days_on(over, 30.1)) == 1


def test_the_meeting_months_later_puts_it_all_off(over: World) -> None:
    finishing.set_months_on(
        group=over.group, wall=finishing.proposed_date(over.group), by=over.actor(over.facilitator),
        at=days_on(over, 1),
    )  # fmt: skip
    assert keeping.space_goes_at(ending_of(over)) > days_on(over, 90 + 30)
    retention.run(at=days_on(over, 60))
    assert ending_of(over).space_warned_at is None


def test_a_hold_stops_the_clock_until_its_day_and_is_told_of(over: World) -> None:
    lead = over.actor(over.organisation_lead)
    retention.run(at=days_on(over, 16))
    for reason, until in (
        ("", date(2026, 11, 30)),
        ("why", None),
        ("why", date(2020, 1, 1)),
        ("why", date(2999, 1, 1)),
    ):
        with pytest.raises(ReasonNeeded):
            keeping.place_hold(group=over.group, reason=reason, until=until, by=lead, at=days_on(over, 29))
    hold = keeping.place_hold(
        group=over.group, reason="Amsel", until=days_on(over, 60).date(), by=lead, at=days_on(over, 30)
    )
    assert b"Amsel" not in bytes(hold.sealed_reason)
    with pytest.raises(NotFound):
        keeping.reason_of(hold, by=over.actor(over.facilitator))
    assert retention.run(at=days_on(over, 40)) == 0
    assert retention.writing_goes_at(over.member) is None
    # Its day ends it; people are told anew and have their two weeks.
    retention.run(at=days_on(over, 61))
    assert Hold.objects.get().lifted_by_id is None and Hold.objects.get().lifted_at is not None
    assert ending_of(over).space_warned_at == days_on(over, 61)
    assert retention.run(at=days_on(over, 74)) == 0
    assert retention.run(at=days_on(over, 75.1)) == 1
    assert Task.objects.filter(kind="retention").count() == 2


def test_private_words_go_only_after_the_last_group_and_a_warning(over: World) -> None:
    retention.run(at=days_on(over, 75))
    assert not WritingClock.objects.exists()
    retention.run(at=days_on(over, 77))
    assert [clock.person_id for clock in WritingClock.objects.all()] == [over.member.pk]  # nobody else wrote
    Letter.objects.update(delivered_at=days_on(over, 0))
    retention.run(at=days_on(over, 89.5))
    assert JournalEntry.objects.exists()
    retention.run(at=days_on(over, 91.1))
    assert not (JournalEntry.objects.exists() or Letter.objects.exists() or KeptLine.objects.exists())
    assert WritingClock.objects.get().gone_at is not None
    # Whoever writes again begins again.
    write_for_oneself(over, over.member, at=days_on(over, 200))
    retention.run(at=days_on(over, 200 + 75))
    assert JournalEntry.objects.exists()
    retention.run(at=days_on(over, 200 + 77))
    retention.run(at=days_on(over, 200 + 92))
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize("left", ["the group is over", "they left"])
def test_a_letter_on_its_way_outlives_the_group_comes_and_then_has_its_own_time(over: World, left: str) -> None:
    by, place = over.actor(over.member), Membership.objects.get(user=over.member)
    letter = writing.write_letter(
        text="Amsel, much later", deliver_on=days_on(over, 400).date(), client_key="later", author=over.member, by=by,
        at=days_on(over, 0),
    )  # fmt: skip
    if left == "they left":
        Membership.objects.filter(pk=place.pk).update(left_at=days_on(over, 1))
    for day in (10, 77, 92, 200, 300):
        deliver_due(at=days_on(over, day))
        retention.run(at=days_on(over, day))
    # Everything else has gone by its day, once. The letter is there, and nobody is told that anything will go.
    assert not JournalEntry.objects.exists()
    assert Letter.objects.get() == letter
    assert retention.writing_goes_at(over.member) is None
    assert AuditEntry.objects.filter(event="private words taken away").count() == 1
    deliver_due(at=days_on(over, 401))
    letter.refresh_from_db()
    assert writing.open_letter(letter=letter, by=by, at=days_on(over, 401)) == "Amsel, much later"
    # From its arrival on it has the time of every private word, and its warning.
    for day in (405, 470, 480, 490):
        retention.run(at=days_on(over, day))
        assert Letter.objects.exists(), day
    assert WritingClock.objects.filter(gone_at=None).exists()
    retention.run(at=days_on(over, 495))
    assert not Letter.objects.exists()


def test_a_letter_that_is_to_be_met_again_is_on_its_way_too(over: World) -> None:
    letter = Letter.objects.get()
    deliver_due(at=days_on(over, 70))
    letter.refresh_from_db()
    by = over.actor(over.member)
    writing.open_letter(letter=letter, by=by, at=days_on(over, 70))
    meet_again(letter=letter, when="month", by=by, at=days_on(over, 140))
    for day in (147, 162):
        retention.run(at=days_on(over, day))
    assert not JournalEntry.objects.exists() and Letter.objects.exists()
    deliver_due(at=days_on(over, 171))
    for day in (171, 248, 262):
        retention.run(at=days_on(over, day))
    assert not Letter.objects.exists()


def test_whoever_erases_by_their_own_hand_erases_what_is_on_its_way(over: World) -> None:
    own_words.erase_writing(person=over.member, by=over.actor(over.member), at=FIRST)
    assert not Letter.objects.exists()


def test_writing_again_or_another_group_keeps_everything(over: World) -> None:
    retention.run(at=days_on(over, 77))
    write_for_oneself(over, over.member, at=days_on(over, 80))
    retention.run(at=days_on(over, 92))
    assert JournalEntry.objects.count() == 2
    assert not WritingClock.objects.exists()
    retention.run(at=days_on(over, 80 + 77))
    group, _dates = make_group(over.organisation, over.facilitators, at=days_on(over, 160))
    join(group, over.member, Membership.Role.MEMBER, at=days_on(over, 160))
    retention.run(at=days_on(over, 400))
    assert JournalEntry.objects.count() == 2
    assert not WritingClock.objects.exists()


def test_drafts_that_nobody_touched_go(over: World) -> None:
    by = over.actor(over.member)
    writing.save_draft(kind="letter", box="text", text="Amsel", page="p" * 22, version=0, author=over.member, by=by,
                       at=days_on(over, 0))  # fmt: skip
    retention.run(at=days_on(over, 89))
    assert Draft.objects.exists()
    retention.run(at=days_on(over, 90.1))
    assert not Draft.objects.exists()


def test_the_record_goes_after_the_years_the_clinic_set(over: World) -> None:
    years = 8 * 365.25
    for days in (16, 31, 77, 92):
        retention.run(at=days_on(over, days))
    retention.run(at=days_on(over, years - 16))
    assert ending_of(over).records_warned_at is None
    retention.run(at=days_on(over, years - 12))
    assert Task.objects.filter(kind="record-ends", group=None, done_at=None).count() == 1  # the house knows, by then
    retention.run(at=days_on(over, years + 3))
    for model in (Response, Score, Assignment, MemberNote, Message, Conversation):
        assert not model.objects.exists(), model
    assert bytes(Gathering.objects.get(group=over.group, number=1).sealed_note) == b""
    assert ending_of(over).records_gone_at is not None
    assert Membership.objects.filter(group=over.group, role="member").count() == 5  # who was there stays countable


def test_what_was_written_before_the_first_meeting_goes_with_the_record_and_the_answer_stays(over: World) -> None:
    one, other = Application.objects.filter(person__in=over.members).order_by("pk")[:2]
    for asked in (one, other):
        Application.objects.filter(pk=asked.pk).update(sealed_answers=b"Amsel")
        ScreeningForm.objects.create(application=asked, kind="first", begun_at=FIRST, sealed_answers=b"Amsel")
        Talk.objects.create(
            application=asked, noted_by=over.facilitator, happened_at=FIRST, how="here", took_place=True,
            noted_at=FIRST, client_key=codes.new_code(), sealed_note=b"Amsel",
        )  # fmt: skip
        sheet = Assignment.objects.create(
            member=asked.person, intake=asked.intake, instrument="gad-7", version="1", occasion="screening",
            opens_at=FIRST, closes_at=FIRST + timedelta(days=9),
        )  # fmt: skip
        Response.objects.create(
            assignment=sheet, client_key=codes.new_code(), state="complete", submitted_at=FIRST, sealed_answers=b"Amsel"
        )
    # The second of them is in another group by the same request, and its record stands.
    younger, _ = make_group(over.organisation, over.facilitators, at=FIRST)
    came_by = Membership.objects.get(group=over.group, user=other.person)
    Membership.objects.create(
        group=younger, user=other.person, role="member", seat=9, joined_at=FIRST, admission=came_by.admission,
        consent=came_by.consent,
    )  # fmt: skip
    Absence.objects.create(gathering=Gathering.objects.get(group=over.group, number=2), place=came_by, noticed_at=FIRST)
    with transaction.atomic():
        take_records(over.group)
    for asked, words in ((one, b""), (other, b"Amsel")):
        asked.refresh_from_db()
        found = [asked.sealed_answers, asked.forms.get().sealed_answers, asked.talks.get().sealed_note]
        assert [bytes(part) for part in found] == [words] * 3
        assert bytes(asked.decisions.get().sealed_letter)
        assert Response.objects.filter(
            assignment__intake=asked.intake, assignment__member=asked.person
        ).exists() == bool(words)
    assert not Absence.objects.filter(gathering__group=over.group).exists()


def test_a_worker_that_is_killed_midway_leaves_all_or_nothing(over: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark and the taking are one transaction: after a break in the middle nothing has gone, and it goes later."""
    retention.run(at=days_on(over, 16))

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(retention, "settle", broken)
        with pytest.raises(OSError, match="power"):
            retention.run(at=days_on(over, 31))
    assert ending_of(over).space_gone_at is None
    assert Review.objects.get().sealed_words and Agreement.objects.exists()
    assert retention.run(at=days_on(over, 31)) == 1
    assert not Agreement.objects.exists()


def test_erasing_by_oneself_takes_the_private_words_only(over: World) -> None:
    by = over.actor(over.member)
    with pytest.raises(NotFound):
        own_words.erase_writing(person=over.member, by=over.actor(over.members[1]), at=FIRST)
    with pytest.raises(NotFound):
        own_words.all_of(over.member, by=over.actor(over.facilitator), at=FIRST)
    found = own_words.all_of(over.member, by=by, at=FIRST)
    for kind in (found.journal, found.letters, found.kept, found.messages):
        assert any("Amsel" in piece.words for piece in kind)
    assert len(found.answers) == 1
    assert set(json.loads(found.as_json())) == {
        "journal", "letters", "drafts", "shared", "kept", "messages", "answers", "scores", "heart", "consents",
    }  # fmt: skip
    own_words.erase_writing(person=over.member, by=by, at=FIRST)
    again = own_words.all_of(over.member, by=by, at=FIRST)
    assert not (again.journal or again.letters or again.drafts)
    assert again.answers and again.messages
    assert Response.objects.count() == 1


# Where each sealed text goes when its time has come. Whoever adds a kind says so here, and in rooms/ending/taking.py.
GOES = {
    "with the group's words": {
        "groups.Agreement", "groups.LineProposal", "groups.Repair", "groups.RepairStep", "ending.Review",
        "ending.ReviewNote", "reminders.Reminder", "live.PairWish", "feedback.HeardAndDone",
        "sharing.Share",
    },
    "with the private words": {
        "writing.JournalEntry", "writing.AddedLater", "writing.OwnPhrases", "writing.Letter", "writing.Draft",
        "ending.KeptLine", "ending.ClosingLetter",
        "resonance.HeartRecording", "preparing.SupportPlan", "preparing.SafeContact", "practice.OwnWay",
        "practice.AtHand", "preparing.SafetyPlan", "vault.BoxKey",
    },
    "with the record": {
        "groups.MemberNote", "groups.StepRecord", "groups.Gathering", "groups.Leaving", "care.LookedOver",
        "safety.AlertStep", "safety.AlertAnswer", "safety.AdverseEvent", "conversations.Message", "measures.Response",
        "tasks.Task", "safety.AlertReview",
        "team.HandOver", "team.StartedWithout", "preparing.OneToOne", "ending.Hold", "intake.Application",
        "intake.ScreeningForm", "intake.Talk", "live.DebriefLine", "live.Steadying", "alliance.Rating",
        "measures.PaperSheet", "safety.StopReview",
    },
    "years after the rows went out": {"research.Release"},
    "in the moment of the draw, or when the trial is stopped": {"intake.Trial"},
    "when the sheet is sent or closes": {"measures.AnswerDraft"},
    "some hours after the meeting": {"live.Whereabouts"},
    "two days after the meeting, or when the group is over": {"live.Word"},
    "in the moment in which the group is told": {"live.FeltAnswer"},
    "years after it ended": {"ending.PersonHold"},
    "with the account, as the proof of how somebody came in": {
        "people.User", "groups.Invitation", "groups.CalendarLink", "reminders.AddressChange", "intake.KeepApart",
        "intake.Decision", "intake.Consent", "intake.ConsentCopy",
    },
    "with the account, or when somebody turns it off: it holds no word": {"writing.OwnKey"},
    "when whoever leads takes it away: it is theirs": {"care.Supervision", "care.OwnCheck", "team.Credential"},
}  # fmt: skip


def test_every_sealed_text_has_a_time_to_go() -> None:
    sealed = {
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("kindcircle.")
        and any(field.name.startswith("sealed_") for field in model._meta.get_fields() if field.concrete)
    }
    sorted_ = [label for labels in GOES.values() for label in labels]
    assert sealed == set(sorted_)
    assert len(sorted_) == len(set(sorted_))
