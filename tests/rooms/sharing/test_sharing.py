"""Sharing one step at a time: nothing goes in one act, nobody sees it early, and taking back holds at once."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes, erased
from kindcircle.base.lib.erased import Erased
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import taking
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.sharing import actions, again, gone, handfuls, looking, nudges, queries, review, warmth
from kindcircle.rooms.sharing.actions import Undone
from kindcircle.rooms.sharing.errors import CanBeRead, LookedAtBefore, LookFirst, NotOpen, NoWords, TooLong
from kindcircle.rooms.sharing.models import Handful, Share, Warmth
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.models import JournalEntry
from kindcircle.spec.ladder import UNDO, Step
from tests.world import World, join, make_person, make_world

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
LATER = NOON + UNDO
DAY = timedelta(days=1)
MORNING = NOON + DAY - timedelta(hours=4)


@pytest.fixture
def world() -> World:
    return make_world(at=NOON - DAY, members=8, first_at=NOON + 5 * DAY)


def put(world: World, who: User, step: Step, words: str = "Amsel", *, at: datetime = NOON, source: str = "") -> Share:
    """Look, and then share: the two acts. Each time from another page, unless one is said."""
    key, source = codes.new_code(), source or codes.new_code()
    looked = looking.proof(words=words, step=step, group=world.group, author=who, key=key, at=at)
    return actions.share(
        words=words, step=step, source=Ref("journal", source), group=world.group, author=who, client_key=key,
        looked=looked, by=world.actor(who), at=at,
    )  # fmt: skip


def climb(world: World, row: Share, step: Step, *, at: datetime) -> Share:
    words = queries.own_share(row, by=world.actor(row.author), at=at).words
    looked = looking.proof(words=words, step=step, group=world.group, author=row.author, key=row.code, at=at)
    return actions.move(share=row, step=step, looked=looked, by=world.actor(row.author), at=at)


def seen_by(world: World, who: User, *, at: datetime) -> set[tuple[str, str]]:
    """Every word that this person gets to see, with the name beside it."""
    by = world.actor(who)
    try:
        found = queries.circle(world.group, by=by, at=at)
    except NotFound:
        return set()
    items = [*found.named, *(one for some in found.handfuls for one in some)]
    seen = {(one.words, one.name) for one in items}
    if world.group.pk in by.facilitates:
        for row, name in queries.for_leaders(world.group, by=by, at=at):
            seen.add((queries.for_one_leader(world.group, row.code, by=by, at=at).words, name))
    return seen


def four(world: World, *, at: datetime = NOON) -> list[Share]:
    rows = [put(world, who, Step.UNNAMED, f"Amsel {who.pk}", at=at) for who in world.members[:4]]
    handfuls.gather_due(at=at + DAY)
    return rows


def test_nobody_but_its_writer_sees_it_for_ten_minutes_and_then_those_who_were_named(world: World) -> None:
    ines, tomas, ada = world.member, world.members[1], world.facilitator
    for step, may in ((Step.LEADERS, [ada]), (Step.NAMED, [ada, tomas])):
        row = put(world, ines, step)
        everybody = (tomas, ada, world.organisation_lead, world.safety_lead, make_world(members=1).facilitator)
        for minutes in (0, 9.9):
            for who in everybody:
                assert not seen_by(world, who, at=NOON + timedelta(minutes=minutes))
        for who in everybody:
            assert seen_by(world, who, at=LATER) == ({("Amsel", "Ines")} if who in may else set())
        assert b"Amsel" not in bytes(row.sealed_words)
        actions.take_back(share=row, by=world.actor(ines), at=LATER)
        assert not any(seen_by(world, who, at=LATER) for who in everybody)
        actions.take_back(share=row, by=world.actor(ines), at=LATER)
    assert not Share.objects.exists()


def test_every_step_up_and_down(world: World) -> None:
    ines, tomas, ada = world.member, world.members[1], world.facilitator
    row = put(world, ines, Step.LEADERS)
    row = climb(world, row, Step.NAMED, at=LATER)
    # Until it goes out it stands where it stood.
    assert (len(seen_by(world, ada, at=LATER)), seen_by(world, tomas, at=LATER)) == (1, set())
    at = LATER + UNDO
    assert seen_by(world, tomas, at=at) == {("Amsel", "Ines")}
    # Less holds at once, and nothing has to be looked at for it.
    row = actions.move(share=row, step=Step.LEADERS, looked="", by=world.actor(ines), at=at)
    assert (seen_by(world, ada, at=at), seen_by(world, tomas, at=at)) == ({("Amsel", "Ines")}, set())
    row = climb(world, row, Step.UNNAMED, at=at)
    at += UNDO
    assert not seen_by(world, ada, at=at)
    # Without a name is not less than with one, to those who lead: looked at, and meanwhile nobody has it.
    with pytest.raises(LookFirst):
        actions.move(share=row, step=Step.LEADERS, looked="", by=world.actor(ines), at=at)
    row = climb(world, row, Step.LEADERS, at=at)
    assert not seen_by(world, ada, at=at) and seen_by(world, ada, at=at + UNDO)
    said = AuditEntry.objects.filter(concerns=ines.code, about_kind="shared").values_list("event", "reason")
    # What stood there without a name is not in the record that is never erased.
    assert "unnamed" not in {reason for _event, reason in said}
    assert (Event.WORDS_SHARED, "named") in said and (Event.WORDS_UNSHARED, "named") in said


def test_within_ten_minutes_it_is_as_if_it_had_never_been(world: World) -> None:
    ines = world.actor(world.member)
    row = put(world, world.member, Step.NAMED)
    actions.undo(share=row, by=ines, at=NOON + UNDO / 2)
    assert not Share.objects.exists()
    row = put(world, world.member, Step.LEADERS)
    row = climb(world, row, Step.NAMED, at=LATER)
    actions.undo(share=row, by=ines, at=LATER)
    row.refresh_from_db()
    assert (row.step, actions.standing(row, LATER)) == ("leaders", "leaders")
    with pytest.raises(CanBeRead):
        actions.undo(share=row, by=ines, at=LATER)


def test_what_is_said_of_a_step_that_did_not_go_is_true(world: World) -> None:
    review.set_reviews(group=world.group, reviews=True, by=world.actor(world.facilitator), at=NOON)
    ines = world.actor(world.member)
    row = put(world, world.member, Step.NAMED)
    # From an old page: those who lead may have read it, though nobody let it in.
    with pytest.raises(CanBeRead):
        actions.undo(share=row, by=ines, at=LATER)
    climb(world, row, Step.LEADERS, at=LATER)
    row = climb(world, row, Step.UNNAMED, at=LATER + UNDO)
    assert actions.undo(share=row, by=ines, at=LATER + UNDO) == Undone.BEFORE and not Share.objects.exists()
    row = put(world, world.member, Step.NAMED)
    assert actions.undo(share=row, by=ines, at=NOON) == Undone.BY_NOBODY
    row = put(world, world.member, Step.LEADERS)
    row = climb(world, row, Step.NAMED, at=LATER)
    assert actions.undo(share=row, by=ines, at=LATER) == Undone.AS_BEFORE


def test_a_step_does_not_forget_what_became_known_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same page was read by name in another group, just while this copy was changed."""
    row = put(world, world.member, Step.UNNAMED)
    seal = actions.seal_words

    def meanwhile(changed: Share, said: str) -> None:
        Share.objects.filter(pk=changed.pk).update(known=True)
        seal(changed, said)

    monkeypatch.setattr(actions, "seal_words", meanwhile)
    climb(world, row, Step.NAMED, at=LATER)
    row.refresh_from_db()
    assert (row.step, row.known) == (Step.NAMED, True)


STEPS = st.sampled_from(list(Step))
WORDS = st.sampled_from(["Amsel", "Drossel"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(shown=WORDS, shown_step=STEPS, sent=WORDS, sent_step=STEPS, other_key=st.booleans(), other=st.booleans(),
       minutes=st.integers(-5, 200), forged=st.sampled_from(["", "x", "1.2", "9" * 30 + ".a", "0."]),
       looks=st.booleans())  # fmt: skip
def test_there_is_no_way_to_anybody_without_two_acts(
    world: World, shown: str, shown_step: Step, sent: str, sent_step: Step, other_key: bool, other: bool,
    minutes: int, forged: str, looks: bool,
) -> None:  # fmt: skip
    """Only who looked at these very words at this very step, on this form, not long ago, can share them."""
    key, at = codes.new_code(), NOON + timedelta(minutes=minutes)
    looker = world.members[1] if other else world.member
    looked = looking.proof(words=shown, step=shown_step, group=world.group, author=looker, key=key, at=NOON)
    common = {"source": Ref("journal", "x"), "group": world.group, "author": world.member, "at": at,
              "by": world.actor(world.member), "words": sent, "step": sent_step}  # fmt: skip
    key = codes.new_code() if other_key else key
    # Two clocks may be a minute apart.
    may = looks and (shown, shown_step) == (sent, sent_step) and not (other or other_key) and -1 <= minutes <= 120
    try:
        row = actions.share(client_key=key, looked=looked if looks else forged, **common)  # type: ignore[arg-type]
    except LookFirst:
        assert not may
        return
    assert may
    row.delete()


def test_when_the_readers_change_it_is_looked_at_anew(world: World) -> None:
    key, who = codes.new_code(), world.member
    looked = looking.proof(words="Amsel", step=Step.NAMED, group=world.group, author=who, key=key, at=NOON)
    join(world.group, make_person(world.organisation, "Xenia", at=NOON), Membership.Role.MEMBER, at=NOON)
    common = {"words": "Amsel", "source": Ref("journal", "x"), "group": world.group, "author": who,
              "client_key": key, "by": world.actor(who), "at": NOON}  # fmt: skip
    with pytest.raises(LookFirst):
        actions.share(step=Step.NAMED, looked=looked, **common)  # type: ignore[arg-type]
    looked = looking.proof(words="Amsel", step=Step.NAMED, group=world.group, author=who, key=key, at=NOON)
    review.set_reviews(group=world.group, reviews=True, by=world.actor(world.facilitator), at=NOON)
    with pytest.raises(LookFirst):
        actions.share(step=Step.NAMED, looked=looked, **common)  # type: ignore[arg-type]


def test_what_cannot_be_shared(world: World) -> None:
    for words, error in ((" \n", NoWords), ("x" * 2001, TooLong)):
        with pytest.raises(error):
            put(world, world.member, Step.LEADERS, words)
    with pytest.raises(NotFound):
        put(world, world.facilitator, Step.LEADERS)
    with pytest.raises(NotFound):
        put(world, world.stranger(), Step.LEADERS)
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.FINISHED)
    with pytest.raises(NotOpen):
        put(world, world.member, Step.LEADERS)


def test_the_same_form_twice_is_one(world: World) -> None:
    key = codes.new_code()
    looked = looking.proof(words="Amsel", step=Step.NAMED, group=world.group, author=world.member, key=key, at=NOON)
    by = world.actor(world.member)
    for _ in range(2):
        actions.share(
            words="Amsel", step=Step.NAMED, source=Ref("journal", "x"), group=world.group, author=world.member,
            client_key=key, looked=looked, by=by, at=NOON,
        )  # fmt: skip
    assert Share.objects.count() == 1


def test_words_without_a_name_appear_in_the_morning_with_those_of_four(world: World) -> None:
    for who in world.members[:3]:
        put(world, who, Step.UNNAMED, f"Amsel {who.pk}")
    put(world, world.member, Step.UNNAMED, "Two of one person are not two people.")
    assert handfuls.gather_due(at=MORNING) == 0
    late = MORNING + timedelta(hours=1)
    put(world, world.members[3], Step.UNNAMED, "Amsel four", at=late)
    # Not when the fourth has come, nor ten minutes later: in the morning.
    assert handfuls.gather_due(at=late + UNDO) == 0
    assert handfuls.gather_due(at=MORNING + DAY) == 1
    at = MORNING + DAY
    for who in (*world.members, *world.facilitators):
        seen = seen_by(world, who, at=at)
        assert len(seen) == 5 and {name for _words, name in seen} == {""}
    assert sorted(Share.objects.values_list("place", flat=True)) == [0, 1, 2, 3, 4]
    # A fifth does not join them: it would have come alone.
    put(world, world.members[4], Step.UNNAMED, "Alone", at=at)
    handfuls.gather_due(at=at + DAY)
    assert "Alone" not in {words for words, _name in seen_by(world, world.members[1], at=at + DAY)}
    assert not AuditEntry.objects.filter(about_kind="shared").exists()


def test_below_four_all_of_them_go_and_do_not_come_back(world: World) -> None:
    rows, at = four(world), NOON + DAY
    assert len(seen_by(world, world.members[5], at=at)) == 4
    actions.take_back(share=rows[0], by=world.actor(world.member), at=at)
    assert not any(seen_by(world, who, at=at) for who in (*world.members, *world.facilitators))
    put(world, world.members[5], Step.UNNAMED, at=at)
    handfuls.gather_due(at=at + 2 * DAY)
    assert not seen_by(world, world.members[1], at=at + 2 * DAY)
    (mine,) = queries.own_shares(world.actor(world.members[1]), at=at + 2 * DAY)
    assert mine.stage == "over"


def test_when_somebody_of_a_handful_leaves_all_of_it_is_gone_at_once(world: World) -> None:
    rows = [put(world, who, Step.UNNAMED, f"Amsel {who.pk}") for who in world.members[:6]]
    handfuls.gather_due(at=MORNING)
    leaver = world.members[5]
    # Also when they took theirs back before they went.
    actions.take_back(share=rows[5], by=world.actor(leaver), at=MORNING)
    assert len(seen_by(world, world.member, at=MORNING)) == 5
    Membership.objects.filter(user=leaver).update(left_at=MORNING)
    assert not any(seen_by(world, who, at=MORNING) for who in (*world.members, *world.facilitators))
    handfuls.gather_due(at=MORNING)
    assert Handful.objects.get().over_at is not None


def test_whoever_leaves_takes_along_what_they_shared(world: World) -> None:
    put(world, world.member, Step.NAMED)
    put(world, world.member, Step.LEADERS)
    Membership.objects.filter(user=world.member).update(left_at=LATER)
    assert not any(seen_by(world, who, at=LATER) for who in (*world.members[1:], world.facilitator))
    assert gone.leave_due(at=LATER) == 2 and not Share.objects.exists()


def test_whoever_comes_later_reads_what_is_shared_from_then_on(world: World) -> None:
    put(world, world.member, Step.NAMED)
    rows = four(world)
    at = NOON + DAY
    newcomer = make_person(world.organisation, "Xenia", at=at)
    join(world.group, newcomer, Membership.Role.MEMBER, at=at)
    assert not seen_by(world, newcomer, at=at) and len(seen_by(world, world.members[6], at=at)) == 5
    put(world, world.member, Step.NAMED, "Since", at=at)
    assert seen_by(world, newcomer, at=at + UNDO) == {("Since", "Ines")}
    # One old word among the new ones keeps all of a handful from them: what they see never tells which was old.
    actions.take_back(share=rows[0], by=world.actor(world.member), at=at)
    for who in world.members[:4]:
        put(world, who, Step.UNNAMED, "New", at=at)
    handfuls.gather_due(at=at + DAY)
    assert ("New", "") in seen_by(world, newcomer, at=at + DAY)


def test_words_that_had_a_name_cover_nobody(world: World) -> None:
    row = put(world, world.member, Step.NAMED, "Known")
    actions.move(share=row, step=Step.UNNAMED, looked="", by=world.actor(world.member), at=LATER)
    for who in world.members[1:4]:
        put(world, who, Step.UNNAMED)
    assert handfuls.gather_due(at=NOON + DAY) == 0
    put(world, world.members[4], Step.UNNAMED, at=NOON + DAY)
    assert handfuls.gather_due(at=NOON + 2 * DAY) == 1
    assert ("Known", "") in seen_by(world, world.members[1], at=NOON + 2 * DAY)


def rest_of(world: World, number: int, *, at: datetime = NOON) -> None:
    for who in world.members[-number:]:
        put(world, who, Step.UNNAMED, f"Drossel {who.pk}", at=at)


def test_words_that_those_who_lead_had_by_name_cover_nobody(world: World) -> None:
    """Four of five climb from those who lead to no name: they would know the fifth, who was promised otherwise."""
    rows = [put(world, who, Step.LEADERS, f"Amsel {who.pk}") for who in world.members[:4]]
    assert len(queries.for_leaders(world.group, by=world.actor(world.facilitator), at=LATER)) == 4
    for row in rows:
        climb(world, row, Step.UNNAMED, at=LATER)
    put(world, world.members[4], Step.UNNAMED, "Drossel", at=LATER)
    for day in (1, 2):
        assert handfuls.gather_due(at=NOON + day * DAY) == 0
        assert not seen_by(world, world.facilitator, at=NOON + day * DAY)
    # With three more whom nobody can tell, all of them come along.
    rest_of(world, 3, at=NOON + 2 * DAY)
    assert handfuls.gather_due(at=NOON + 3 * DAY) == 1
    assert len(seen_by(world, world.facilitator, at=NOON + 3 * DAY)) == 8
    # As soon as one of the four goes, what is left would be told by the rest.
    fifth = Share.objects.get(author=world.members[4])
    actions.take_back(share=fifth, by=world.actor(world.members[4]), at=NOON + 3 * DAY)
    assert not any(seen_by(world, who, at=NOON + 3 * DAY) for who in (*world.members, *world.facilitators))


def test_what_nobody_could_read_yet_is_nobodys_to_know(world: World) -> None:
    """On its way to those who lead and turned to no name within the ten minutes: they never had the name."""
    rows = [put(world, who, Step.LEADERS, f"Amsel {who.pk}") for who in world.members[:4]]
    for row in rows:
        climb(world, row, Step.UNNAMED, at=LATER - timedelta(seconds=1))
    assert handfuls.gather_due(at=NOON + DAY) == 1
    # A name that was on its way and did not go is none, either.
    at = NOON + DAY
    climb(world, rows[0], Step.NAMED, at=at)
    actions.undo(share=rows[0], by=world.actor(world.member), at=at + UNDO / 2)
    assert len(seen_by(world, world.members[5], at=at + UNDO)) == 4


@pytest.mark.parametrize("given_back", [False, True])
def test_whoever_reads_first_has_read_the_name(world: World, given_back: bool) -> None:
    """By name to the group, read first by those who lead, and never let in: from then on they know whose it is."""
    rows, at = four(world), NOON + DAY
    review.set_reviews(group=world.group, reviews=True, by=world.actor(world.facilitator), at=at)
    climb(world, rows[0], Step.NAMED, at=at)
    assert len(seen_by(world, world.facilitator, at=at)) == 4
    at += UNDO
    (waits,) = queries.to_review(world.group, by=world.actor(world.facilitator), at=at)
    assert waits.name == "Ines"
    # It still has no name in the group, and would leave three among whom those who lead could choose.
    assert not any(seen_by(world, who, at=at) for who in (*world.members, *world.facilitators))
    if given_back:
        review.give_back(
            group=world.group, share=waits.code, line="Talk first?", by=world.actor(world.facilitator), at=at
        )
    with pytest.raises(CanBeRead):
        actions.undo(share=rows[0], by=world.actor(world.member), at=at)
    climb(world, rows[0], Step.UNNAMED, at=at)
    rows[0].refresh_from_db()
    assert (rows[0].step, rows[0].known) == (Step.UNNAMED, True)
    handfuls.gather_due(at=at)
    assert Handful.objects.get().over_at is not None
    for row in Share.objects.filter(review=Share.Review.WAITS, seen_from__lte=at + UNDO):
        review.let_in(group=world.group, share=row.code, by=world.actor(world.facilitator), at=at + UNDO)
    review.set_reviews(group=world.group, reviews=False, by=world.actor(world.facilitator), at=at + UNDO)
    for who in world.members[4:7]:
        put(world, who, Step.UNNAMED, at=at)
    assert handfuls.gather_due(at=at + 2 * DAY) == 0


def test_the_same_page_by_name_and_without_covers_nobody(world: World) -> None:
    """What those who lead read by name they know again, also when it is shared a second time."""
    for number, who in enumerate(world.members[:4]):
        put(world, who, Step.UNNAMED, f"Amsel {who.pk}", source=f"page {number}")
    assert handfuls.gather_due(at=NOON + DAY) == 1
    at = NOON + DAY
    again = put(world, world.member, Step.LEADERS, at=at, source="page 0")
    assert len(seen_by(world, world.members[5], at=at)) == 4
    at += UNDO
    assert not seen_by(world, world.members[5], at=at)
    # What was read cannot be unread: taking it back does not bring the others out again.
    actions.take_back(share=again, by=world.actor(world.member), at=at)
    assert not seen_by(world, world.members[5], at=at)
    (mine,) = queries.own_shares(world.actor(world.member), at=at)
    assert mine.comes_along
    assert not queries.own_shares(world.actor(world.members[1]), at=at)[0].comes_along


def test_rows_from_before_the_rule_are_told_from_the_record(world: World) -> None:
    led, fresh = put(world, world.member, Step.LEADERS), put(world, world.members[1], Step.UNNAMED)
    climb(world, led, Step.UNNAMED, at=LATER)
    Share.objects.update(known=False)
    import_module("kindcircle.rooms.sharing.migrations.0002_who_had_a_name").remember(apps, None)
    assert set(Share.objects.filter(known=True)) == {led} and fresh.step == Step.UNNAMED


def test_a_name_that_an_old_copy_does_not_know_of_is_known_again(world: World) -> None:
    """Led and back to no name after the copy was made: the row is as it was, and somebody has read it by name."""
    row = put(world, world.member, Step.UNNAMED)
    assert not again.narrow_again(code=row.code, step=Step.UNNAMED, at=LATER)
    row.refresh_from_db()
    assert row.known


def test_a_name_that_was_taken_back_is_known_still_after_an_old_copy(world: World) -> None:
    led = put(world, world.member, Step.LEADERS, source="page")
    other = put(world, world.member, Step.UNNAMED, source="page")
    line = Erased(what=erased.ROW, at=LATER, label="sharing.Share", code=led.code)
    assert replay([line]) == 1
    other.refresh_from_db()
    assert other.known and list(Share.objects.all()) == [other]


def test_a_name_for_one_of_a_handful_takes_it_out_when_it_goes_out(world: World) -> None:
    rows, at = four(world), NOON + DAY
    climb(world, rows[0], Step.NAMED, at=at)
    assert len(seen_by(world, world.members[5], at=at)) == 4
    at += UNDO
    assert seen_by(world, world.members[5], at=at) == {(f"Amsel {world.member.pk}", "Ines")}
    handfuls.gather_due(at=at)
    assert Handful.objects.get().over_at is not None


def test_those_who_lead_may_read_first(world: World) -> None:
    """By name one at a time. What has no name comes to them as a handful: see test_reading_first."""
    ada, bo = (world.actor(one) for one in world.facilitators)
    with pytest.raises(NotFound):
        review.set_reviews(group=world.group, reviews=True, by=world.actor(world.member), at=NOON)
    review.set_reviews(group=world.group, reviews=True, by=ada, at=NOON)
    back, named = put(world, world.member, Step.NAMED), put(world, world.members[1], Step.NAMED, "Drossel")
    unnamed = put(world, world.members[3], Step.UNNAMED, "Alone")
    put(world, world.members[2], Step.LEADERS, "Not for the group")
    assert not queries.to_review(world.group, by=ada, at=NOON)
    found = {(one.words, one.name) for one in queries.to_review(world.group, by=bo, at=LATER)}
    assert found == {("Amsel", "Ines"), ("Drossel", "Tomas")}
    assert queries.to_review_together(world.group, by=bo, at=LATER) == []
    assert not seen_by(world, world.members[5], at=LATER)
    for asked in (queries.to_review, queries.to_review_together, queries.appears_in_the_morning):
        with pytest.raises(NotFound):
            asked(world.group, by=world.actor(world.member), at=LATER)
    review.let_in(group=world.group, share=named.code, by=ada, at=LATER)
    assert seen_by(world, world.members[5], at=LATER) == {("Drossel", "Tomas")}
    with pytest.raises(NoWords):
        review.give_back(group=world.group, share=back.code, line=" ", by=ada, at=LATER)
    review.give_back(group=world.group, share=back.code, line="Let us talk first.", by=ada, at=LATER)
    for twice in (lambda: review.let_in(group=world.group, share=back.code, by=bo, at=LATER),
                  lambda: review.let_in(group=world.group, share=unnamed.code, by=bo, at=LATER),
                  lambda: review.give_back(group=world.group, share="x", line="y", by=bo, at=LATER)):  # fmt: skip
        with pytest.raises(LookedAtBefore):
            twice()
    (mine,) = queries.own_shares(world.actor(world.member), at=LATER)
    assert (mine.stage, mine.line, mine.words) == ("given-back", "Let us talk first.", "Amsel")
    assert AuditEntry.objects.filter(concerns=world.members[1].code, event=Event.SHARED_LET_IN).exists()


def test_a_sign_comes_without_a_name_and_without_a_number(world: World) -> None:
    row = put(world, world.member, Step.NAMED)
    with pytest.raises(NotFound):
        warmth.send(group=world.group, share=row.code, sign="with-you", by=world.actor(world.members[1]), at=NOON)
    for who in (*world.members[1:4], *world.facilitators):
        warmth.send(group=world.group, share=row.code, sign="with-you", by=world.actor(who), at=LATER)
    warmth.send(group=world.group, share=row.code, sign="heard", by=world.actor(world.members[4]), at=LATER)
    (mine,) = queries.own_shares(world.actor(world.member), at=LATER)
    assert mine.signs == ["with-you", "heard"]
    warmth.send(group=world.group, share=row.code, sign="", by=world.actor(world.members[4]), at=LATER)
    assert queries.own_share(row, by=world.actor(world.member), at=LATER).signs == ["with-you"]
    item = queries.circle(world.group, by=world.actor(world.members[5]), at=LATER).named[0]
    assert item.sign == ""
    for who, sign in ((world.member, "with-you"), (world.members[1], "words of my own"), (world.stranger(), "heard")):
        with pytest.raises(NotFound):
            warmth.send(group=world.group, share=row.code, sign=sign, by=world.actor(who), at=LATER)
    actions.take_back(share=row, by=world.actor(world.member), at=LATER)
    assert not Warmth.objects.exists()


def test_those_who_lead_are_reminded_once_of_words_without_a_sign(world: World) -> None:
    named, led = put(world, world.member, Step.NAMED), put(world, world.members[1], Step.LEADERS)
    put(world, world.members[2], Step.UNNAMED)
    nudges.remind_due(at=world.gathering.starts_at - 2 * DAY)
    assert not Task.objects.exists()
    for hours in (20, 10):
        nudges.remind_due(at=world.gathering.starts_at - timedelta(hours=hours))
    assert Task.objects.filter(kind="kind-sign", done_at=None).count() == 2
    at = world.gathering.starts_at - timedelta(hours=9)
    warmth.send(group=world.group, share=named.code, sign="heard", by=world.actor(world.facilitator), at=at)
    actions.take_back(share=led, by=world.actor(world.members[1]), at=at)
    assert not Task.objects.filter(kind="kind-sign", done_at=None).exists()


def test_whoever_leads_and_opens_it_leaves_one_trace(world: World) -> None:
    row = put(world, world.member, Step.LEADERS)
    for _ in range(3):
        queries.note_opened(world.group, [row.code], by=world.actor(world.facilitator), at=LATER)
    (entry,) = AuditEntry.objects.filter(event=Event.SHARED_OPENED, concerns=world.member.code)
    assert (entry.actor, entry.about_kind, entry.about_code) == (world.facilitator.code, "shared", row.code)


def test_what_is_erased_takes_every_copy_along(world: World) -> None:
    by = world.actor(world.member)
    entry = writing.write_entry(text="Amsel", practice="x", client_key="k", author=world.member, by=by, at=NOON)
    put(world, world.member, Step.NAMED, source=entry.code)
    other = put(world, world.member, Step.LEADERS, "Drossel", source="another")
    JournalEntry.objects.filter(pk=entry.pk).delete()
    assert list(Share.objects.all()) == [other]
    taking.take_writing(world.member)
    assert not Share.objects.exists()


def test_what_a_group_shared_goes_with_the_words_of_the_group(world: World) -> None:
    review.set_reviews(group=world.group, reviews=False, by=world.actor(world.facilitator), at=NOON)
    four(world)
    taking.take_space(world.group)
    assert not Share.objects.exists() and not Handful.objects.exists()


def test_somebody_elses_is_not_there(world: World) -> None:
    row = put(world, world.member, Step.NAMED)
    for who in (world.members[1], world.facilitator):
        by = world.actor(who)
        for act in (
            lambda by=by: actions.take_back(share=row, by=by, at=LATER),
            lambda by=by: actions.undo(share=row, by=by, at=NOON),
            lambda by=by: actions.move(share=row, step=Step.LEADERS, looked="", by=by, at=LATER),
            lambda by=by: queries.own_share(row, by=by, at=LATER),
        ):
            with pytest.raises(KindError):
                act()
    assert Share.objects.count() == 1
