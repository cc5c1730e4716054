"""After an old copy of the database came back: what goes along with a row, and which of two lines counts."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import erased
from kindcircle.rooms.alliance import ratings
from kindcircle.rooms.alliance.models import Rating, RatingRound
from kindcircle.rooms.backdraft.actions import set_may_tell
from kindcircle.rooms.backdraft.models import MayTell
from kindcircle.rooms.ending.models import KeptLine
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.models_agreement import LineProposal
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.live import debrief
from kindcircle.rooms.practice import recordings
from kindcircle.rooms.practice.models import Recording
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.team import credentials
from kindcircle.rooms.team.models import Credential
from kindcircle.rooms.writing.actions import drop_draft
from kindcircle.rooms.writing.journal import draft_of, erase_entry
from kindcircle.rooms.writing.models import Draft, JournalEntry
from tests.rooms.ending.test_shutting import DAY, LEAD, NOON, lines_of_now, once
from tests.world import World, make_staff, make_world


@pytest.fixture(autouse=True)
def _own_home(settings, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def world(db: None) -> World:
    return make_world(at=NOON - DAY, members=2, first_at=NOON + 3 * DAY)


def test_what_waits_because_of_a_row_goes_again_with_it(world: World):
    ada, me, gathering = world.actor(world.facilitator), world.member, world.gathering
    Gathering.objects.filter(pk=gathering.pk).update(state="closed", opened_at=NOON, closed_at=NOON)
    debriefed = debrief.write_line(
        gathering=gathering, part="contact", words="A kind word.", member=me, owner=world.facilitator,
        due_on=NOON.date(), client_key="x", by=ada, at=NOON,
    )  # fmt: skip
    paper = Credential.objects.get(person=world.facilitator, kind="safeguarding")
    raise_task(
        Kind.CREDENTIAL_ENDS, organisation=world.organisation, about=Ref("credential", paper.code), once="x",
        due_at=NOON, at=NOON,
    )  # fmt: skip
    entry = JournalEntry.objects.create(author=me, practice="", client_key="x", written_at=NOON, sealed_body=b"x")
    begun = Draft.objects.create(author=me, kind=draft_of(entry), sealed_body=b"x", saved_at=NOON)
    rows = [type(row).objects.get(pk=row.pk) for row in (debriefed, paper, entry, begun, *Task.objects.all())]
    assert len(rows) == 6
    debrief.take_back(line=debriefed, by=ada, at=NOON)
    credentials.take_away(credential=paper, by=ada, at=NOON)
    erase_entry(entry=entry, by=world.actor(me), at=NOON)
    for row in rows:
        row.save()  # an old copy came back
    assert Task.objects.filter(done_at=None).count() == 2 and once() == 3
    assert not Task.objects.filter(done_at=None).exists() and not Draft.objects.exists()


@pytest.mark.parametrize(
    ("what", "minutes", "stands"),
    [
        (("left", "back"), (0, 1), True),
        (("back", "left"), (0, 1), False),
        (("left", "back"), (0, 0), False),
        (("back", "left"), (0, 0), False),
        (("left", "back"), (1, 0), False),
        (("back", "left"), (1, 0), False),
        (("left", "back", "back"), (1, 0, 2), True),
    ],
)
def test_where_clock_and_list_do_not_agree_what_closes_counts(
    world: World, what: tuple[str, ...], minutes: tuple[int, ...], stands: bool
):
    vera = make_staff(world.organisation, "Vera", LEAD, at=NOON - DAY)
    for kind, minute in zip(what, minutes, strict=True):
        erased.note(
            kind, label="people.StaffRole", person=vera.code, code=LEAD, at=NOON + minute * timedelta(minutes=1)
        )
    assert once() == (not stands) and vera.staff_roles.exists() is stands


def test_a_line_that_never_came_to_be_takes_no_row_that_was_answered_since(world: World):
    place = Membership.objects.get(user=world.member)
    proposal = LineProposal.objects.create(
        group=world.group, proposed_by=world.member, proposed_at=NOON, client_key="x", sealed_text=b"x"
    )
    kept = KeptLine.objects.create(
        to=place, author=world.member, sealed_line=b"x", state="given", client_key="x", written_at=NOON
    )
    for row in (proposal, kept):  # what would have taken them was undone, and they stand
        erased.note(erased.ROW, label=row._meta.label, code=row.code, at=NOON)
    assert replay(lines_of_now(), copied_at=NOON + DAY) == 0
    assert LineProposal.objects.exists() and KeptLine.objects.exists()
    assert replay(lines_of_now(), copied_at=NOON) == 2


def test_a_full_disk_after_it_is_done_makes_no_error_page(
    world: World, django_capture_on_commit_callbacks, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    later: list[str] = []
    with django_capture_on_commit_callbacks(execute=True):
        set_may_tell(member=world.member, yes=True, by=world.actor(world.member), at=NOON)
        transaction.on_commit(lambda: later.append("done"))
        monkeypatch.setattr(erased, "note", full)
    assert MayTell.objects.get().yes and later == ["done"]
    assert [record.name for record in caplog.records if record.levelname == "ERROR"] == ["kindcircle.erased"]


def test_a_voice_whose_row_went_again_lies_on_the_disk_no_more(world: World, settings, tmp_path: Path):
    settings.DATA_DIR = tmp_path
    rows = [
        Recording.objects.create(
            organisation=world.organisation, practice=name, practice_version="1", seconds=60, file=name, bytes=1,
            kept_at=NOON,
        )
        for name in ("goes.mp3", "stays.mp3")
    ]  # fmt: skip
    old = Recording.objects.get(pk=rows[0].pk)
    recordings.take_back(recording=rows[0], by=world.actor(world.facilitator), at=NOON)
    old.save(force_insert=True)  # an old copy came back, with its files
    for row in rows:
        recordings.file_of(row).write_bytes(b"a voice")
    assert once() == 1
    recordings.sweep_again()
    assert [file.name for file in recordings.folder().iterdir()] == ["stays.mp3"]


def test_a_number_that_was_emptied_and_a_draft_that_was_let_go_do_not_come_back(world: World):
    me, by = world.member, world.actor(world.member)
    mine, other = (Membership.objects.get(user=one) for one in world.members[:2])
    RatingRound.objects.create(group=world.group, changed_by=world.organisation_lead, changed_at=NOON - DAY)
    Consent.objects.create(person=me, kind="research", signed_at=NOON - DAY)
    rating = Rating.objects.create(rater=mine, target=other, sealed_values=b"x")
    draft = Draft.objects.create(author=me, kind="journal", sealed_body=b"x", saved_at=NOON)
    rows = [Rating.objects.get(), Draft.objects.get()]
    nothing = {other.code: dict.fromkeys(ratings.ASKED)}
    ratings.rate(group=world.group, given=nothing, agreed=True, member=me, by=by, at=NOON)
    drop_draft(kind="journal", page="x", author=me, by=by, at=NOON)
    assert {line.code for line in lines_of_now()} == {rating.code, draft.code}
    for row in rows:
        row.save(force_insert=True)  # an old copy came back
    assert replay(lines_of_now(), copied_at=NOON + DAY) == 0, "a copy of a day later would know"
    assert once() == 2 and not Rating.objects.exists() and not Draft.objects.exists()


def test_of_two_steps_at_crossed_times_the_one_that_shows_less_counts(world: World):
    share = Share(
        author=world.member, group=world.group, client_key="k", step="named", since=NOON - DAY, seen_from=NOON - DAY,
        sealed_words=b"x",
    )  # fmt: skip
    share.save()
    for step, minutes in (("named", 1), ("leaders", 0)):
        at = NOON + minutes * timedelta(minutes=1)
        erased.note(erased.NARROWED, label="sharing.Share", code=share.code, step=step, at=at)
    assert replay(lines_of_now()) == 1
    assert not Share.objects.exclude(step="leaders").exists(), "the group reads it no more"
