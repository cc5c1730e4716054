"""The file somebody takes along holds everything that is theirs, nothing of anybody else, and is made in good time."""

import io
import json
import time
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.member.own_file import pack
from kindcircle.rooms.ending.own_rows import NOT_HERE, NOT_SAID, ROWS, rows_of
from kindcircle.rooms.preparing.models import SupportPlan
from kindcircle.rooms.writing.models import JournalEntry
from tests.rooms.ending.test_retention import FIRST, live_through
from tests.world import World, make_world

OURS = [model for model in apps.get_models() if model.__module__.startswith("kindcircle.")]


def holds_something(model: type[Model]) -> bool:
    data: Any = model.Data  # type: ignore[attr-defined]
    return bool(data.private | data.personal)


def test_each_kind_of_row_is_in_the_file_or_has_a_written_reason() -> None:
    """Whoever adds a model says here whether it goes along: rooms/ending/own_rows.py, ROWS or NOT_HERE."""
    labels = {model._meta.label for model in OURS if holds_something(model)}
    assert not set(ROWS) & set(NOT_HERE)
    assert labels - set(ROWS) - set(NOT_HERE) == set(), "say for each of these whether it is somebody's own"
    assert (set(ROWS) | set(NOT_HERE)) - {model._meta.label for model in OURS} == set()
    assert all(len(reason) > 20 for reason in NOT_HERE.values())


@pytest.mark.parametrize("label", sorted(ROWS))
def test_what_is_sealed_in_a_row_of_ones_own_is_opened_or_is_not_ones_own(label: str) -> None:
    """A sealed text in a kind that goes along is in the file, but for what staff wrote and what opens a door."""
    theirs = {
        "intake.Talk": {"sealed_note"}, "preparing.OneToOne": {"sealed_line"}, "live.Steadying": {"sealed_said"},
        "intake.Decision": {"sealed_reason", "sealed_checklist", "sealed_signature"},
        "groups.CalendarLink": {"sealed_secret"}, "ending.PersonHold": {"sealed_reason"},
        "groups.Invitation": {"sealed_name"},
        "live.PairWish": {"sealed_apart"},  # codes of other people
    }  # fmt: skip
    sealed = {one.name for one in apps.get_model(label)._meta.get_fields() if one.name.startswith("sealed_")}
    assert sealed - {name for name, *_ in ROWS[label].opens} == theirs.get(label, set())


def test_links_to_other_people_are_never_told() -> None:
    from kindcircle.rooms.ending.own_rows import SHOWN

    to_people = {
        one.name for model in OURS for one in model._meta.get_fields()
        if isinstance(one, ForeignKey) and one.related_model is User
    }  # fmt: skip
    assert not to_people & set(SHOWN)
    assert {"session_key", "secret_hash", "password"} <= NOT_SAID


@pytest.fixture
def over() -> World:
    return live_through(make_world(at=FIRST, members=5))


def unpacked(raw: bytes) -> tuple[str, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return file.read("my-words.html").decode(), json.loads(file.read("my-words.json"))


@pytest.mark.django_db
def test_own_words_stand_first_and_everything_else_follows(over: World) -> None:
    person, by = over.member, over.actor(over.member)
    plan = SupportPlan(person=person, saved_at=FIRST)
    plan.sealed_lines = seals.SUPPORT_PLAN.seal('{"my-signs": "I go quiet <b>"}', code=plan.code, holder=person)
    plan.save()
    log.record(Event.SUPPORT_PLAN_OPENED, by=over.actor(over.facilitator), about=log.Ref("plan", plan.code), at=FIRST,
               chain=over.organisation.code, concerns=person.code)  # fmt: skip
    page, record = unpacked(pack(person, by=by, at=FIRST))
    assert page.index("My journal") < page.index("Everything else that is about me") < page.index("Who looked")
    assert "I go quiet &lt;b&gt;" in page and "<script" not in page and "http" not in page
    assert '<html lang="en' in page and page.rstrip().endswith("</html>")
    assert record["journal"][0]["words"] and record["letters"] and record["messages"] and record["answers"]
    assert record["more"]["preparing.SupportPlan"][0]["lines"] == '{"my-signs": "I go quiet <b>"}'
    assert record["more"]["people.User"][0]["email"] == seals.address_of(person)
    assert record["more"]["groups.Membership"][0]["group"] == over.group.name
    assert [one["who"] for one in record["who_looked"]] == ["Ada"]
    # Nobody else in the group is in it, and nothing that would open a door.
    others = [seals.name_of(one) for one in over.members[1:]]
    for word in (*others, person.email, person.password):
        assert word not in page and word not in json.dumps(record)
    with pytest.raises(NotFound):
        list(rows_of(person, by=over.actor(over.facilitator)))
    with pytest.raises(NotFound):
        pack(person, by=over.actor(over.members[1]), at=FIRST)


@pytest.mark.django_db
def test_a_thousand_entries_are_packed_in_good_time(over: World) -> None:
    person, words = over.member, "A line about an ordinary day. " * 60
    rows = []
    for _number in range(1000):
        entry = JournalEntry(author=person, code=new_code(), client_key=new_code(), practice="x", written_at=FIRST)
        entry.sealed_body = seals.JOURNAL.seal(words, code=entry.code, holder=person)
        rows.append(entry)
    JournalEntry.objects.bulk_create(rows)
    began = time.monotonic()
    _page, record = unpacked(pack(person, by=over.actor(person), at=FIRST))
    took = time.monotonic() - began
    print(f"\n1,000 entries packed in {took:.1f} s")
    assert len(record["journal"]) == 1001
    assert took < 60
