"""The record of who did what cannot be changed unseen, holds no content, and tells each reading once (T9)."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField
from django.test import Client

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry, AuditHead
from kindcircle.base.lib import clock, codes
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.research.report import cohort_report
from kindcircle.rooms.safety.models import Alert
from tests.world import World, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def chains(db: None) -> tuple[str, str]:
    """Two chains of twelve entries each, beside one another."""
    at = clock.now()
    names = codes.new_code(), codes.new_code()
    for n in range(12):
        for name in names:
            about = log.Ref("letter", f"{n}")
            when = at + timedelta(seconds=n)
            log.record(Event.LETTER_SEALED, by=SYSTEM, about=about, at=when, chain=name, concerns="somebody")
    assert list(log.verify()) == []
    return names


def flaws(*names: str) -> list[log.Flaw]:
    return [flaw for flaw in log.verify() if flaw.chain in names]


def rewrite(sql: str, *values: object) -> None:
    """As somebody would who can do anything with the database: without the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS audit_no_update")
            cursor.execute("DROP TRIGGER IF EXISTS audit_no_delete")
            cursor.execute(sql, values)
        else:
            cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER USER")
            cursor.execute(sql, values)
            cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER USER")


TABLE = "audit_auditentry"
TEXTS = [field.column for field in AuditEntry._meta.fields if isinstance(field, CharField) and field.name != "chain"]


@pytest.mark.parametrize("column", TEXTS)
def test_an_edited_entry_is_noticed(chains: tuple[str, str], column: str) -> None:
    mine, other = chains
    rewrite(f"UPDATE {TABLE} SET {column} = 'changed' WHERE chain = %s AND number = 5", mine)
    assert flaws(mine) != []
    assert flaws(other) == []


def test_an_entry_with_another_time_is_noticed(chains: tuple[str, str]) -> None:
    mine, _ = chains
    entry = AuditEntry.objects.get(chain=mine, number=5)
    rewrite(f"UPDATE {TABLE} SET at = %s WHERE id = %s", entry.at + timedelta(microseconds=1), entry.pk)
    assert [flaw.what for flaw in flaws(mine)] == ["was changed"]


@pytest.mark.parametrize("number", [1, 6, 12])
def test_a_removed_entry_is_noticed(chains: tuple[str, str], number: int) -> None:
    mine, other = chains
    rewrite(f"DELETE FROM {TABLE} WHERE chain = %s AND number = %s", mine, number)
    assert flaws(mine) != []
    assert flaws(other) == []


def test_a_removed_entry_is_noticed_even_when_the_others_move_up(chains: tuple[str, str]) -> None:
    mine, _ = chains
    rewrite(f"DELETE FROM {TABLE} WHERE chain = %s AND number = 6", mine)
    for number in range(7, 13):
        rewrite(f"UPDATE {TABLE} SET number = %s WHERE chain = %s AND number = %s", number - 1, mine, number)
    AuditHead.objects.filter(chain=mine).update(number=11)
    assert flaws(mine) != []


def test_two_entries_that_changed_places_are_noticed(chains: tuple[str, str]) -> None:
    mine, _ = chains
    for old, new in ((4, 99), (7, 4), (99, 7)):
        rewrite(f"UPDATE {TABLE} SET number = %s WHERE chain = %s AND number = %s", new, mine, old)
    assert flaws(mine) != []


def test_an_inserted_entry_is_noticed(chains: tuple[str, str]) -> None:
    mine, _ = chains
    last = AuditEntry.objects.get(chain=mine, number=12)
    forged = AuditEntry(chain=mine, number=13, at=last.at, event="alert closed", actor="x", about_kind="alert",
                        about_code="x", previous=last.hash, hash="0" * 64)  # fmt: skip
    forged.save(force_insert=True)
    assert [flaw.what for flaw in flaws(mine)] == ["the end was cut off or added to"]


def test_what_is_written_honestly_during_the_walk_is_no_flaw(chains: tuple[str, str]) -> None:
    mine, theirs = sorted(chains, key=lambda chain: AuditHead.objects.get(chain=chain).pk)
    rewrite(f"UPDATE {TABLE} SET actor = 'x' WHERE chain = %s AND number = 2", mine)
    walk = log.verify()
    assert next(walk).chain == mine  # all heads are read by now, and the other chain is still to come
    about = log.Ref("alert", "a" * 22)
    log.record(Event.ALERT_SEEN, by=SYSTEM, about=about, at=clock.now(), chain=theirs)
    assert [flaw for flaw in walk if flaw.chain == theirs] == []


def test_a_tail_that_was_cut_off_is_noticed(chains: tuple[str, str]) -> None:
    mine, _ = chains
    rewrite(f"DELETE FROM {TABLE} WHERE chain = %s AND number > 9", mine)
    assert [flaw.what for flaw in flaws(mine)] == ["the end was cut off or added to"]


def test_a_whole_chain_that_is_gone_is_noticed(chains: tuple[str, str]) -> None:
    mine, _ = chains
    rewrite(f"DELETE FROM {TABLE} WHERE chain = %s", mine)
    assert flaws(mine) != []


def test_a_head_that_is_gone_is_noticed(chains: tuple[str, str]) -> None:
    mine, _ = chains
    AuditHead.objects.filter(chain=mine).delete()
    assert [flaw.what for flaw in flaws(mine)] == ["entries without a head"]


def test_rows_of_two_houses_that_changed_places_are_noticed(chains: tuple[str, str]) -> None:
    mine, other = chains
    for chain, new in ((mine, "for a moment"), (other, mine), ("for a moment", other)):
        rewrite(f"UPDATE {TABLE} SET chain = %s WHERE chain = %s AND number = 5", new, chain)
    assert flaws(mine) != []
    assert flaws(other) != []


def test_two_whole_chains_that_changed_names_are_noticed(chains: tuple[str, str]) -> None:
    mine, other = chains
    for table in (TABLE, "audit_audithead"):
        for chain, new in ((mine, "for a moment"), (other, mine), ("for a moment", other)):
            rewrite(f"UPDATE {table} SET chain = %s WHERE chain = %s", new, chain)
    assert {flaw.chain for flaw in flaws(mine, other)} == {mine, other}


def test_the_key_is_needed_to_write_a_true_entry(chains: tuple[str, str], settings, tmp_path) -> None:
    """Somebody with the database and the program, and without the key file, cannot make a chain that holds."""
    mine, _ = chains
    for name in ("audit", "root", "lookup"):
        (tmp_path / f"{name}.key").write_text("AAAA" * 10 + "AAA=\n")
    settings.KEYS_DIR = tmp_path
    assert flaws(mine) != []


@pytest.mark.parametrize(
    "change",
    [
        lambda row: AuditEntry.objects.filter(pk=row.pk).update(reason="changed"),
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: AuditEntry.objects.all().delete(),
    ],
)
def test_the_database_itself_refuses_changes(chains: tuple[str, str], change: Callable[[AuditEntry], object]) -> None:
    row = AuditEntry.objects.filter(chain=chains[0]).first()
    with pytest.raises(DatabaseError, match="audit entries are never"), transaction.atomic():
        change(row)


def test_entries_hold_codes_and_closed_words_only() -> None:
    """No free text, no content, no link to another table: what is in it stays true and says nothing when people go."""
    longest = {field.name: field.max_length for field in AuditEntry._meta.fields if isinstance(field, CharField)}
    assert max(longest.values()) <= 64
    assert not [field for field in AuditEntry._meta.fields if field.is_relation]


# --- each reading by somebody else, once ---


@pytest.fixture
def answered(world: World) -> Response:
    """The member has left a meeting with words for the facilitators, and asked to be contacted."""
    guide, at = world.actor(world.facilitator), world.at
    gathering = world.gathering
    live.open_gathering(gathering=gathering, online=False, by=guide, at=at)
    sheet = Assignment.objects.get(member=world.member, instrument="after-session")
    answers = {"steadiness": 2, "to_know": "canary", "contact": 1}
    response = submit_response(
        assignment=sheet, answers=answers, client_key=codes.new_code(), by=world.actor(world.member), at=at
    )
    gathering.refresh_from_db()
    live.start_closing(gathering=gathering, by=guide, at=at)
    gathering.refresh_from_db()
    live.close(gathering=gathering, by=guide, at=at)
    return response


@pytest.fixture
def facilitator(client: Client, world: World) -> Client:
    client.force_login(world.facilitator, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    return client


def traces(world: World, event: Event, code: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(chain=world.organisation.code, event=event, about_code=code))


def test_opening_what_a_member_wrote_to_the_facilitators_is_told_once_each_time(
    facilitator: Client, world: World, answered: Response
) -> None:
    for times in (1, 2):
        page = facilitator.get(f"/desk/gatherings/{world.gathering.code}/feedback/")
        assert "canary" in page.content.decode()
        told = traces(world, Event.FEEDBACK_OPENED, answered.code)
        assert len(told) == times
        assert {(one.actor, one.concerns) for one in told} == {(world.facilitator.code, world.member.code)}


def test_a_page_that_was_refused_opened_nothing(client: Client, world: World, answered: Response) -> None:
    other = make_world(at=world.at)
    client.force_login(other.facilitator, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    assert client.get(f"/desk/gatherings/{world.gathering.code}/feedback/").status_code == 404
    assert traces(world, Event.FEEDBACK_OPENED, answered.code) == []


def test_opening_an_alert_is_told_once_for_what_spoke_and_once_for_having_seen_it(
    facilitator: Client, world: World, answered: Response
) -> None:
    asked = answered.assignment.code
    alert = Alert.objects.get(source_code=asked)
    for times in (1, 2):
        assert facilitator.get(f"/desk/alerts/{alert.code}/").status_code == 200
        assert len(traces(world, Event.FEEDBACK_OPENED, asked)) == times
        # Seeing is a state: it happens once, whoever looks again.
        assert len(traces(world, Event.ALERT_SEEN, alert.code)) == 1
    assert {one.concerns for one in traces(world, Event.ALERT_SEEN, alert.code)} == {world.member.code}


def test_the_list_of_alerts_opens_no_answer(facilitator: Client, world: World, answered: Response) -> None:
    page = facilitator.get("/desk/alerts/").content.decode()
    assert "canary" not in page
    assert traces(world, Event.FEEDBACK_OPENED, answered.code) == []


def test_opening_a_report_is_told_once_each_time(facilitator: Client, world: World, answered: Response) -> None:
    for times in (1, 2):
        assert facilitator.get(f"/desk/groups/{world.group.code}/report/").status_code == 200
        assert len(traces(world, Event.REPORT_OPENED, world.group.code)) == times
    cohort_report(group=world.group, by=world.actor(world.facilitator), at=clock.now())
    assert len(traces(world, Event.REPORT_OPENED, world.group.code)) == 3


def test_a_member_reading_their_own_leaves_no_trace_of_being_read(
    client: Client, world: World, answered: Response
) -> None:
    client.force_login(world.member, backend=BACKEND)
    assert client.get(f"/check/{answered.assignment.code}/done/").status_code == 200
    assert traces(world, Event.FEEDBACK_OPENED, answered.code) == []


def test_everything_that_happened_verifies(facilitator: Client, world: World, answered: Response) -> None:
    for address in itertools.chain([f"/desk/groups/{world.group.code}/", "/desk/alerts/"], ["/desk/"]):
        facilitator.get(address)
    assert AuditEntry.objects.filter(chain=world.organisation.code).count() > 5
    assert flaws(world.organisation.code) == []
