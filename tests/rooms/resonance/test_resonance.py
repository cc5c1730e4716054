"""Heart recordings: off until asked for, sealed, opened by their owner alone, and gone when they say so."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock, codes, erased
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import keys, seals
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.rooms.ending import own_words, retention
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.ending.taking import last_written, take_writing, writers
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.resonance import actions, queries
from kindcircle.rooms.resonance.errors import Enough, NotAsked, NotBeats, NothingToTell, OtherDay
from kindcircle.rooms.resonance.models import HeartRecording, Sitting, Willing
from kindcircle.spec.documents.heartbeats import Source
from kindcircle.stats.hrv_pairs import Told
from tests.spec.documents.watch_files import watch_file
from tests.stats.hearts import as_list, resting
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
PRACTICE = "p01-three-part-pause"
TELLING = 813.579  # a time between beats that stands nowhere else


def keep(world: World, member: User | None = None, data: bytes = b"", part: str = "before", **more) -> Sitting:
    person = member or world.member
    return actions.keep_first(
        data=data or as_list(resting(1)),
        part=part,
        when=more.pop("when", actions.When(PRACTICE, world.at.date())),
        client_key=more.pop("key", codes.new_code()),
        member=person,
        by=world.actor(person),
        at=world.at,
        **more,
    )


def add(world: World, sitting: Sitting, data: bytes, part: str = "after") -> None:
    actions.keep_other(sitting=sitting, data=data, part=part, by=world.actor(sitting.member), at=world.at)


@pytest.fixture
def world(world: World) -> World:
    """A world in which the first member said yes."""
    actions.turn_on(member=world.member, by=world.actor(world.member), at=world.at)
    return world


def test_nothing_is_kept_before_a_yes() -> None:
    world = make_world()
    assert not queries.is_on(world.actor(world.member))
    with pytest.raises(NotAsked):
        keep(world)
    assert not Sitting.objects.exists() and not HeartRecording.objects.exists()


def test_a_yes_said_twice_is_one_yes(world: World) -> None:
    first = Willing.objects.get(member=world.member)
    again = actions.turn_on(member=world.member, by=world.actor(world.member), at=world.at + timedelta(days=1))
    assert again.pk == first.pk and again.since == first.since
    assert AuditEntry.objects.filter(event="heart recordings turned on").count() == 1


@pytest.mark.parametrize(
    ("data", "source"),
    [(as_list(resting(1)), Source.LIST), (watch_file(round(one) for one in resting(1)), Source.WATCH)],
)
def test_a_recording_is_kept_whole_and_opened_by_its_owner(world: World, data: bytes, source: Source) -> None:
    sitting = keep(world, data=data)
    row = HeartRecording.objects.select_related("sitting__member").get()
    beats = actions.open_recording(recording=row, by=world.actor(world.member))
    assert beats.source == source
    assert [round(one) for one in beats.rr_ms] == [round(one) for one in resting(1)]
    shown = queries.opened(sitting, by=world.actor(world.member))
    assert shown.before is not None and shown.after is None and shown.rmssd is None


def test_what_is_kept_shows_no_beat_and_no_kind_of_file(world: World) -> None:
    beats = resting(1)
    beats[5] = TELLING
    keep(world, data="\n".join(f"{one:.3f}" for one in beats).encode())
    heap = b""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                heap += b"|".join(bytes(v) if isinstance(v, (bytes, memoryview)) else str(v).encode() for v in row)
    assert str(TELLING).encode() not in heap
    row = HeartRecording.objects.select_related("sitting__member").get()
    opened = seals.HEARTBEATS.open(row.sealed_beats, code=row.code, holder=world.member)
    assert TELLING in json.loads(opened)["rr_ms"]  # it is what was planted


def test_a_recording_opens_for_no_other_row_or_person_and_never_after_its_key_is_gone(world: World) -> None:
    keep(world)
    row = HeartRecording.objects.get()
    for code, holder in ((codes.new_code(), world.member), (row.code, world.members[1])):
        with pytest.raises(CannotOpen):
            seals.HEARTBEATS.open(row.sealed_beats, code=code, holder=holder)
    keys.destroy_key(world.member)
    with pytest.raises(CannotOpen):
        seals.HEARTBEATS.open(row.sealed_beats, code=row.code, holder=world.member)


def test_nobody_else_opens_adds_or_erases(world: World) -> None:
    sitting = keep(world)
    row = HeartRecording.objects.select_related("sitting__member").get()
    others = [world.members[1], *world.facilitators, world.safety_lead, world.organisation_lead, make_world().member]
    for person in others:
        by = world.actor(person)
        for refused in (
            lambda by=by: actions.open_recording(recording=row, by=by),
            lambda by=by: queries.opened(sitting, by=by),
            lambda by=by: actions.keep_other(
                sitting=sitting, data=as_list(resting(2)), part="after", by=by, at=world.at
            ),
            lambda by=by: actions.erase(sitting=sitting, by=by, at=world.at),
            lambda by=by: actions.turn_off(member=world.member, by=by, at=world.at),
            lambda by=by: actions.turn_on(member=world.member, by=by, at=world.at),
            lambda by=by: own_words.all_of(world.member, by=by, at=world.at),
        ):
            with pytest.raises(NotFound):
                refused()
        assert list(queries.sittings_of(by)) == []
    assert HeartRecording.objects.count() == 1


def test_before_and_after_are_set_beside_each_other(world: World) -> None:
    sitting = keep(world, data=as_list(resting(6)))
    add(world, sitting, as_list(resting(7, breath=60.0)))
    shown = queries.opened(sitting, by=world.actor(world.member))
    assert shown.rmssd.told == Told.MORE and shown.rmssd.interval.low > 1
    assert shown.before.time.rmssd < shown.after.time.rmssd


def test_the_same_form_sent_twice_is_one_recording(world: World) -> None:
    key = codes.new_code()
    assert keep(world, key=key).pk == keep(world, key=key, data=as_list(resting(9)), part="after").pk
    assert HeartRecording.objects.count() == 1
    # And nobody's key meets somebody else's.
    actions.turn_on(member=world.members[1], by=world.actor(world.members[1]), at=world.at)
    assert keep(world, world.members[1], key=key).member_id == world.members[1].pk


def test_another_file_takes_the_place_of_the_first(world: World) -> None:
    sitting = keep(world)
    add(world, sitting, as_list(resting(2, seconds=90)), part="before")
    shown = queries.opened(sitting, by=world.actor(world.member))
    assert HeartRecording.objects.count() == 1
    assert 88 < shown.before.time.duration_s < 92


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", NotBeats, "empty"),
        (b"61\n62\n63\n", NotBeats, "beats a minute"),
        (b"800\n-1\n", NotBeats, "Row 2: A time between two beats"),
        (b"800\n810\n", NothingToTell, "fewer than three"),
        (as_list(resting(1, seconds=50)), NothingToTell, "shorter than a minute"),
        (as_list([one if n % 9 else 2 * one for n, one in enumerate(resting(1))]), NothingToTell, "strap"),
        (b"812\n" * 300, NothingToTell, "equally long"),
    ],
)
def test_what_tells_nothing_is_not_kept(world: World, data: bytes, error: type[Exception], says: str) -> None:
    with pytest.raises(error) as refused:
        keep(world, data=data or b" ")
    assert says in refused.value.sentence and refused.value.sentence.endswith("Nothing was kept.")
    assert not Sitting.objects.exists()
    sitting = keep(world)
    with pytest.raises(error):
        add(world, sitting, data or b" ")
    assert [one.part for one in HeartRecording.objects.all()] == ["before"]


@pytest.mark.parametrize("days", [1, -367, 40_000])
def test_a_day_to_come_or_long_ago_is_asked_for_again(world: World, days: int) -> None:
    with pytest.raises(OtherDay):
        keep(world, when=actions.When("", world.at.date() + timedelta(days=days)))


def test_today_is_the_day_where_the_member_lives(world: World) -> None:
    world.member.zone = "Pacific/Auckland"
    world.member.save()
    late = datetime(2026, 3, 10, 20, 0, tzinfo=world.at.tzinfo)  # the eleventh, there
    for day, fits in ((11, True), (12, False)):
        when = actions.When("", late.date().replace(day=day))
        sent = {
            "data": as_list(resting(1)), "part": "before", "when": when, "client_key": codes.new_code(),
            "member": world.member, "by": world.actor(world.member), "at": late,
        }  # fmt: skip
        if fits:
            assert actions.keep_first(**sent).on.day == 11
        else:
            with pytest.raises(OtherDay):
                actions.keep_first(**sent)


def test_there_is_an_end_to_how_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 2)
    keep(world)
    keep(world)
    with pytest.raises(Enough):
        keep(world)


def test_one_recording_goes_and_the_last_takes_its_practice_along(world: World) -> None:
    sitting = keep(world)
    add(world, sitting, as_list(resting(2)))
    by = world.actor(world.member)
    actions.erase(sitting=sitting, part="before", by=by, at=world.at)
    assert [one.part for one in HeartRecording.objects.all()] == ["after"]
    actions.erase(sitting=sitting, part="after", by=by, at=world.at)
    assert not Sitting.objects.exists()
    assert queries.is_on(by)  # erasing is not turning off


def test_turning_off_takes_everything_of_this_person_and_nothing_of_another(world: World) -> None:
    other = world.members[1]
    actions.turn_on(member=other, by=world.actor(other), at=world.at)
    keep(world, other)
    for part in ("before", "after"):
        keep(world, part=part)
    actions.turn_off(member=world.member, by=world.actor(world.member), at=world.at)
    assert not queries.is_on(world.actor(world.member))
    assert [one.member_id for one in Sitting.objects.all()] == [other.pk]
    with pytest.raises(NotAsked):
        keep(world)
    actions.turn_off(member=world.member, by=world.actor(world.member), at=world.at)  # again: nothing happens
    assert AuditEntry.objects.filter(event="heart recordings turned off").count() == 1


def test_an_old_copy_of_the_database_turns_nothing_on_again(world: World, settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    keep(world)
    rows = [*Willing.objects.all(), *Sitting.objects.all(), *HeartRecording.objects.all()]
    by = world.actor(world.member)
    actions.turn_off(member=world.member, by=by, at=world.at)
    for row in rows:
        row.save(force_insert=True)
    lines = list(erased.noted(erased.file()))
    assert replay(lines) == 2 and replay(lines) == 0
    assert not queries.is_on(by) and not HeartRecording.objects.exists()


def test_who_left_still_sees_and_erases_and_adds_no_more(world: World) -> None:
    sitting = keep(world)
    Membership.objects.filter(user=world.member).update(left_at=clock.now())
    by = world.actor(world.member)
    assert queries.opened(sitting, by=by).before is not None
    with pytest.raises(NotFound):
        keep(world)
    with pytest.raises(NotFound):
        add(world, sitting, as_list(resting(2)))
    actions.turn_off(member=world.member, by=by, at=world.at)
    assert not HeartRecording.objects.exists()


def test_the_record_says_that_it_was_done_and_nothing_of_the_heart(world: World) -> None:
    sitting = keep(world)
    actions.erase(sitting=sitting, by=world.actor(world.member), at=world.at)
    entries = AuditEntry.objects.filter(event__startswith="heart recording").order_by("number")
    assert [one.event for one in entries] == [
        "heart recordings turned on", "heart recording kept", "heart recording erased",
    ]  # fmt: skip
    assert {one.about_code for one in entries} == {world.member.code}  # not which practice, not which day


def test_it_goes_along_and_away_with_everything_else_of_ones_own(world: World) -> None:
    beats = resting(1)
    keep(world, data=as_list(beats))
    by = world.actor(world.member)
    assert own_words.count_of(world.member)["heart"] == 1
    (piece,) = own_words.all_of(world.member, by=by, at=world.at).heart
    assert piece.words == " ".join(f"{one:.0f}" for one in beats)
    assert piece.title.startswith(f"{PRACTICE} before")
    assert writers(world.member) == {world.member.pk} and last_written(world.member) == world.at
    own_words.erase_writing(person=world.member, by=by, at=world.at)
    assert not Sitting.objects.exists() and not Willing.objects.filter(member=world.member).exists()


def test_when_a_clock_runs_out_it_goes_with_the_rest(world: World) -> None:
    other = world.members[1]
    actions.turn_on(member=other, by=world.actor(other), at=world.at)
    keep(world)
    keep(world, other)
    take_writing(world.member)
    assert [one.sitting.member_id for one in HeartRecording.objects.all()] == [other.pk]
    assert retention.writing_goes_at(world.member) is None  # nothing is left to go


def test_the_database_itself_keeps_one_of_each_and_no_third_kind(world: World) -> None:
    sitting = keep(world)
    for part in ("before", "during"):
        with pytest.raises(IntegrityError), transaction.atomic():
            HeartRecording.objects.create(sitting=sitting, part=part, sealed_beats=b"x", kept_at=world.at)


def test_a_file_object_that_lies_about_its_size_is_read_no_further(world: World) -> None:
    """What the page hands on is at most one byte more than may be read; that is refused."""
    huge = ContentFile(b"800\n" * 300_000).read(1_000_001)
    with pytest.raises(NotBeats, match="larger than 1 MB"):
        keep(world, data=huge)
