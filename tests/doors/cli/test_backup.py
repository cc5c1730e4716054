"""A copy goes out, people erase things, the disk burns, the copy comes back: what was erased stays gone."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pyrage
import pytest

from tests.doors.cli.test_commands import clean_environment, initialised, made_once, say
from tests.site import free_port

SETTING_UP = """
import json, sys
from kindcircle.doors.cli.home import open_database, open_home
open_home(); open_database()
from kindcircle.base.access import Actor
from kindcircle.base.lib import clock, codes
from kindcircle.rooms.ending.own_words import erase_writing
from kindcircle.rooms.writing.actions import write_entry
from tests.world import make_world
world = make_world(at=clock.now(), members=3)
# The third erased all private words once, long before the copy, and writes on.
erase_writing(person=world.members[2], by=world.actor(world.members[2]), at=clock.now())
found = {"members": [one.code for one in world.members], "entries": []}
for number, member in enumerate(world.members):
    entry = write_entry(
        text=json.dumps({"feelings": f"canary{number} by the river"}), practice="p09-three-line-day",
        client_key=codes.new_code(), author=member, by=world.actor(member), at=clock.now(),
    )
    found["entries"].append(entry.code)

# What somebody will close later.
from datetime import timedelta
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from kindcircle.rooms.backdraft.actions import set_may_tell
from kindcircle.rooms.groups import calendars
from kindcircle.rooms.preparing.actions import keep_contact
from tests.world import make_staff
third, at = world.members[2], clock.now()
set_may_tell(member=third, yes=True, by=world.actor(third), at=at)
keep_contact(person=third, lines={"number": "07700 900 900"}, by=world.actor(third), at=at)
calendars.renew_link(user=third, seen="off", by=world.actor(third), at=at)
Authenticator.objects.create(user=third, type="webauthn", data={"name": "phone"})
Session.objects.create(session_key="s" * 32, session_data="", expire_date=at + timedelta(days=1))
vera = make_staff(world.organisation, "Vera", "organisation-lead", at=at)
from kindcircle.rooms.practice import recordings
from kindcircle.rooms.practice.models import Recording
for name in ("goes.mp3", "stays.mp3"):
    (recordings.folder() / name).write_bytes(b"a voice")
    Recording.objects.create(
        organisation=world.organisation, practice=name, practice_version="1", seconds=60, file=name, bytes=7, kept_at=at
    )
found |= {"lead": world.organisation_lead.code, "vera": vera.code}
print(json.dumps(found))
"""

ERASING = """
import json, sys
from kindcircle.doors.cli.home import open_home
open_home()
from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import erasing, own_words
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.writing.journal import erase_entry
from kindcircle.rooms.writing.models import JournalEntry
first, second, third = sys.argv[1:4]
entry = JournalEntry.objects.select_related("author__organisation").get(author__code=first)
acting = lambda user: actor_for(user, strong=True)
erase_entry(entry=entry, by=acting(entry.author), at=clock.now())
person = User.objects.select_related("organisation").get(code=second)
erasing.erase_everything(person=person, by=acting(person), at=clock.now())
"""

CLOSING = """
import sys
from kindcircle.doors.cli.home import open_home
open_home()
from allauth.mfa.models import Authenticator
from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.rooms.backdraft.actions import set_may_tell
from kindcircle.rooms.groups import calendars
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.preparing.actions import keep_contact
from kindcircle.rooms.safety.staff import end_access
people = User.objects.select_related("organisation")
third, lead, vera = (people.get(code=code) for code in sys.argv[1:4])
own, at = actor_for(third, strong=True), clock.now()
set_may_tell(member=third, yes=False, by=own, at=at)
keep_contact(person=third, lines={}, by=own, at=at)
calendars.end_link(user=third, by=own, at=at)
Authenticator.objects.get().delete()
from kindcircle.rooms.practice import recordings
from kindcircle.rooms.practice.models import Recording
voice, ada = Recording.objects.get(file="goes.mp3"), people.filter(staff_roles__role="facilitator").first()
recordings.take_back(recording=voice, by=actor_for(ada, strong=True), at=at)
# The one who was asked in last lets the first go.
end_access(person=lead, by=actor_for(vera, strong=True), at=at)
"""

LOOKING = """
import json, sys
from kindcircle.doors.cli.home import open_home
open_home()
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.writing.models import JournalEntry
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from kindcircle.rooms.backdraft.models import MayTell
from kindcircle.rooms.groups.models_calendar import CalendarLink
from kindcircle.rooms.preparing.models import SafeContact
rows = JournalEntry.objects.select_related("author")
print(json.dumps({
    "entries": {row.author.code: seals.JOURNAL.open(row.sealed_body, code=row.code, holder=row.author) for row in rows},
    "active": list(User.objects.filter(is_active=True).values_list("code", flat=True)),
    "open": [
        *MayTell.objects.filter(yes=True), *SafeContact.objects.all(), *Authenticator.objects.all(),
        *CalendarLink.objects.exclude(secret_hash=None), *Session.objects.all(),
    ],
}, default=str))
"""


INVITED = """
import json, sys
from kindcircle.doors.cli.home import open_home
open_home()
from kindcircle.base.lib import clock
from kindcircle.rooms.groups.actions import open_invitation
found = open_invitation(sys.argv[1], at=clock.now())
print(json.dumps([found.role, found.organisation.name]))
"""

CUT_OFF = """
import os, sys
from importlib import import_module
import_module("kindcircle.doors.cli.restore").open_database = lambda: os._exit(9)  # as when the power goes
from kindcircle.doors.cli.main import main
main(["restore", *sys.argv[1:]])
"""

CLOSED_TEXT = """
import sys
from importlib import import_module
module = import_module("kindcircle.doors.cli.restore")
migrated = module.open_database
def then_nothing_opens():
    migrated()
    from kindcircle.base.vault.errors import CannotOpen
    def replay(lines, **given):
        raise CannotOpen
    import_module("kindcircle.rooms.ending.replaying").replay = replay
module.open_database = then_nothing_opens
from kindcircle.doors.cli.main import main
main(["restore", *sys.argv[1:]])
"""


def inside(home: Path, script: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=clean_environment(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def burnt(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A site that made a copy, of which people then erased two things."""
    folder = tmp_path_factory.mktemp("burnt")
    home, _said = made_once(tmp_path_factory, "new", initialised)
    found = json.loads(inside(home, SETTING_UP).splitlines()[-1])
    identity = pyrage.x25519.Identity.generate()
    (folder / "keeper.txt").write_text(f"# made for this test\n{identity}\n", encoding="ascii")
    done = say("backup", str(folder / "copies"), "--to", str(identity.to_public()), home=home)
    assert done.returncode == 0, done.stderr
    [copy] = (folder / "copies").glob("*.tar.age")
    begun = time.monotonic()
    inside(home, ERASING, *found["members"])
    assert len(json.loads(inside(home, LOOKING).splitlines()[-1])["open"]) == 5
    inside(home, CLOSING, found["members"][2], found["lead"], found["vera"])
    return found | {"folder": folder, "home": home, "copy": copy, "took": time.monotonic() - begun}


def fresh(burnt: dict[str, object], tmp_path: Path, *, without: tuple[str, ...] = ()) -> Path:
    """The home after the disk burnt: its keys and the list of what was erased were elsewhere."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copytree(burnt["home"] / "keys", home / "keys")  # type: ignore[operator]
    if "erased" not in without:
        shutil.copy(burnt["home"] / "erased.jsonl", home)  # type: ignore[operator]
    return home


def test_what_was_erased_stays_gone(burnt: dict[str, object], tmp_path: Path) -> None:
    first, second, third = burnt["members"]  # type: ignore[misc]
    home = fresh(burnt, tmp_path)
    done = say("restore", str(burnt["copy"]), "--identity", str(burnt["folder"] / "keeper.txt"), home=home)  # type: ignore[operator]
    assert done.returncode == 0, done.stderr
    assert "Every row is there, and the record holds." in done.stdout and "11 erasures were made again." in done.stdout
    there = json.loads(inside(home, LOOKING).splitlines()[-1])
    assert set(there["entries"]) == {third} and "canary2" in there["entries"][third]
    assert second not in there["active"] and first in there["active"]
    assert there["open"] == [] and burnt["lead"] not in there["active"] and burnt["vera"] in there["active"]
    assert [file.name for file in (home / "data" / "recordings").iterdir()] == ["stays.mp3"], (
        "nor does a voice lie there"
    )
    assert "Nobody is signed in" in done.stdout and "/invitation/" not in done.stdout
    assert "/invitation/" not in say("lead", home=home).stdout, "somebody can come in"
    assert say("doctor", home=home).stdout.count("audit record") == 1
    assert burnt["took"] < 60, "two erasures and the start of three processes"  # type: ignore[operator]


def test_a_copy_shows_nothing_and_carries_no_key(burnt: dict[str, object]) -> None:
    raw = Path(str(burnt["copy"])).read_bytes()
    assert raw.startswith(b"age-encryption.org/v1")
    assert b"canary" not in raw and b"SQLite" not in raw
    assert not list(Path(str(burnt["home"])).glob("copy-*")), "nothing is left of the making"


def test_a_house_whose_leads_were_all_let_go_is_led_again_by_whoever_did_it(
    burnt: dict[str, object], tmp_path: Path
) -> None:
    # A copy from before Vera came: the one lead it knows was let go since.
    earlier = changed_copy(
        burnt, tmp_path, "DELETE FROM people_staffrole WHERE user_id = "
        f"(SELECT id FROM people_user WHERE code = '{burnt['vera']}')", without="people_staffrole",
    )  # fmt: skip
    home = fresh(burnt, tmp_path)
    done = say("restore", earlier, "--identity", str(burnt["folder"] / "keeper.txt"), home=home)  # type: ignore[operator]
    assert done.returncode == 0, done.stderr
    assert "Nobody can come in who leads Test House." in done.stdout
    another = say("lead", home=home)
    assert another.returncode == 0, another.stderr
    for said in (done.stdout, another.stdout):
        [link] = [line for line in said.splitlines() if "/invitation/" in line]
        invited = json.loads(inside(home, INVITED, link.rstrip("/").split("/")[-1]).splitlines()[-1])
        assert invited == ["organisation-lead", "Test House"]


def test_an_empty_home_without_the_list_is_asked_for_it(burnt: dict[str, object], tmp_path: Path) -> None:
    home = fresh(burnt, tmp_path, without=("erased",))
    identity = str(burnt["folder"] / "keeper.txt")  # type: ignore[operator]
    done = say("restore", str(burnt["copy"]), "--identity", identity, home=home)
    assert done.returncode == 1 and "erased.jsonl" in done.stderr
    assert not list((home / "data").glob("*.sqlite3"))
    listed = str(burnt["home"] / "erased.jsonl")  # type: ignore[operator]
    done = say("restore", str(burnt["copy"]), "--identity", identity, "--erased", listed, home=home)
    assert done.returncode == 0 and (home / "erased.jsonl").read_bytes().startswith(Path(listed).read_bytes())
    # A second time there is somebody in it.
    done = say("restore", str(burnt["copy"]), "--identity", identity, home=home)
    assert done.returncode == 1 and "Somebody is in this home already" in done.stderr


def test_another_key_or_a_changed_copy_brings_nothing_back(burnt: dict[str, object], tmp_path: Path) -> None:
    home = fresh(burnt, tmp_path)
    other = tmp_path / "other.txt"
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n", encoding="ascii")
    changed = tmp_path / "changed.age"
    raw = bytearray(Path(str(burnt["copy"])).read_bytes())
    raw[len(raw) // 2] ^= 1
    changed.write_bytes(raw)
    right = str(burnt["folder"] / "keeper.txt")  # type: ignore[operator]
    for copy, identity in ((str(burnt["copy"]), str(other)), (str(changed), right), (str(burnt["copy"]), str(changed))):
        done = say("restore", copy, "--identity", identity, home=home)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert not list((home / "data").glob("*.sqlite3"))


def test_what_is_no_key_is_said_so(burnt: dict[str, object], tmp_path: Path) -> None:
    done = say("backup", str(tmp_path), "--to", "ssh-rsa AAAA", home=burnt["home"])  # type: ignore[arg-type]
    assert done.returncode == 1 and "age1" in done.stderr and not list(tmp_path.glob("*.age"))


def test_doctor_says_when_the_last_copy_was_made(burnt: dict[str, object], tmp_path: Path) -> None:
    home = shutil.copytree(str(burnt["home"]), tmp_path / "site")
    assert "last copy" in say("doctor", home=home).stdout
    (home / "last-backup").write_text("2026-01-01T00:00:00+00:00", encoding="ascii")
    assert "2026-01-01 00:00 UTC" in say("doctor", home=home).stdout
    (home / "last-backup").unlink()
    assert "none was made yet" in say("doctor", home=home).stdout


def changed_copy(burnt: dict[str, object], tmp_path: Path, *statements: str, without: str = "") -> str:
    """The copy as another version, or another hand, would have made it."""
    identity = pyrage.x25519.Identity.from_str(Path(str(burnt["folder"]), "keeper.txt").read_text().split()[-1])
    plain = pyrage.decrypt(Path(str(burnt["copy"])).read_bytes(), [identity])
    corner = tmp_path / "corner"
    with tarfile.open(fileobj=BytesIO(plain)) as packed:
        packed.extractall(corner, filter="data")
    with closing(sqlite3.connect(corner / "database", isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)
    manifest = json.loads((corner / "manifest.json").read_text())
    manifest["sha256"] = hashlib.sha256((corner / "database").read_bytes()).hexdigest()
    manifest["rows"].pop(without, None)
    (corner / "manifest.json").write_text(json.dumps(manifest))
    with tarfile.open(tmp_path / "packed.tar", "w") as packed:
        for name in ("manifest.json", "database"):
            packed.add(corner / name, name)
    (tmp_path / "changed.age").write_bytes(
        pyrage.encrypt((tmp_path / "packed.tar").read_bytes(), [identity.to_public()])
    )
    return str(tmp_path / "changed.age")


def test_what_stopped_halfway_lets_nobody_in_and_goes_on_when_called_again(
    burnt: dict[str, object], tmp_path: Path
) -> None:
    home, words = fresh(burnt, tmp_path), (str(burnt["copy"]), "--identity", str(burnt["folder"] / "keeper.txt"))  # type: ignore[operator]
    cut = [sys.executable, "-c", CUT_OFF, *words]
    assert subprocess.run(cut, env=clean_environment(home), timeout=120, check=False).returncode == 9
    assert (home / "data" / "kindcircle.sqlite3").is_file(), "with all that was erased in it"
    commands = ("run",), ("worker", "--once"), ("init",), ("backup", str(tmp_path), "--to", "age1"), ("keys", "root")
    for command in commands:
        done = say(*command, home=home, PORT=str(free_port()))
        assert done.returncode == 1 and "A copy is coming back here" in done.stderr, command
    looked = say("doctor", home=home)
    assert looked.returncode == 1 and "mend  half restored" in looked.stdout
    # A wrong key brings nothing, and the mark stays.
    wrong = say("restore", words[0], "--identity", str(burnt["copy"]), home=home)
    assert wrong.returncode == 1 and (home / "half-restored").is_file()
    done = say("restore", *words, home=home)
    assert done.returncode == 0 and "erasures were made again." in done.stdout, done.stderr
    assert not (home / "half-restored").exists()
    there = json.loads(inside(home, LOOKING).splitlines()[-1])
    assert set(there["entries"]) == {burnt["members"][2]}  # type: ignore[index]
    assert "well  half restored" in say("doctor", home=home).stdout


def test_a_text_that_does_not_open_on_the_way_is_said_and_lets_nobody_in(
    burnt: dict[str, object], tmp_path: Path
) -> None:
    home, words = fresh(burnt, tmp_path), (str(burnt["copy"]), "--identity", str(burnt["folder"] / "keeper.txt"))  # type: ignore[operator]
    done = subprocess.run(
        [sys.executable, "-c", CLOSED_TEXT, *words],
        env=clean_environment(home),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1 and "not everything is forgotten again" in done.stderr
    assert "Traceback" not in done.stderr and (home / "half-restored").is_file()


def test_a_copy_from_before_an_upgrade_comes_back(burnt: dict[str, object], tmp_path: Path) -> None:
    older = changed_copy(
        burnt, tmp_path, "DROP TABLE practice_athand",
        "DELETE FROM django_migrations WHERE app = 'practice' AND name = '0003_at_hand'", without="practice_athand",
    )  # fmt: skip
    home = fresh(burnt, tmp_path)
    done = say("restore", older, "--identity", str(burnt["folder"] / "keeper.txt"), home=home)  # type: ignore[operator]
    assert done.returncode == 0 and "erasures were made again." in done.stdout, done.stderr
    with closing(sqlite3.connect(home / "data" / "kindcircle.sqlite3")) as database:
        assert database.execute("SELECT COUNT(*) FROM practice_athand").fetchone() == (0,)


def test_a_copy_in_which_rows_are_missing_or_keys_do_not_open_brings_nothing_back(
    burnt: dict[str, object], tmp_path: Path
) -> None:
    home, identity = fresh(burnt, tmp_path), str(burnt["folder"] / "keeper.txt")  # type: ignore[operator]
    fewer = changed_copy(burnt, tmp_path, "DELETE FROM practice_play", "DELETE FROM writing_journalentry")
    done = say("restore", fewer, "--identity", identity, home=home)
    assert done.returncode == 1 and "Not every row of the copy is there." in done.stderr
    (home / "keys" / "root.key").write_text("A" * 43 + "=\n", encoding="ascii")  # one that came after the copy
    done = say("restore", str(burnt["copy"]), "--identity", identity, home=home)
    assert done.returncode == 1 and "do not open with" in done.stderr and "root.key" in done.stderr
    assert not (home / "half-restored").exists() and not list((home / "data").glob("*.sqlite3"))
    # The line of then below the newer one is enough.
    older = Path(str(burnt["home"]), "keys", "root.key").read_text(encoding="ascii")
    (home / "keys" / "root.key").write_text("A" * 43 + "=\n" + older, encoding="ascii")
    done = say("restore", str(burnt["copy"]), "--identity", identity, home=home)
    assert done.returncode == 0 and "erasures were made again." in done.stdout, done.stderr


def test_no_server_begins_while_a_copy_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kindcircle import asgi

    monkeypatch.setenv("KINDCIRCLE_HOME", str(tmp_path))
    (tmp_path / "half-restored").touch()

    async def starts() -> None:
        async with asgi.lifespan(asgi.application):
            pass

    with pytest.raises(RuntimeError, match="kindcircle doctor"):
        asyncio.run(starts())


def test_an_older_list_takes_nothing_out_of_the_newer_one_in_the_home(burnt: dict[str, object], tmp_path: Path) -> None:
    home, older = fresh(burnt, tmp_path), tmp_path / "older.jsonl"
    newer = (home / "erased.jsonl").read_text(encoding="ascii").splitlines()
    older.write_text(newer[0] + "\n", encoding="ascii")
    identity = str(burnt["folder"] / "keeper.txt")  # type: ignore[operator]
    done = say("restore", str(burnt["copy"]), "--identity", identity, "--erased", str(older), home=home)
    assert done.returncode == 0 and "erasures were made again." in done.stdout, done.stderr
    kept = (home / "erased.jsonl").read_text(encoding="ascii").splitlines()
    assert kept[: len(newer)] == newer and len(set(kept)) == len(kept)


def test_keys_are_turned_by_command(burnt: dict[str, object], tmp_path: Path) -> None:
    home = shutil.copytree(str(burnt["home"]), tmp_path / "site")
    done = say("keys", "root", home=home)
    assert done.returncode == 0 and "Please copy keys/root.key" in done.stdout, done.stderr
    assert len((home / "keys" / "root.key").read_text(encoding="ascii").split()) == 2
    done = say("keys", "finish", home=home)
    assert done.returncode == 0 and "The older root key stays: the last copy opens with it alone" in done.stdout
    assert len((home / "keys" / "root.key").read_text(encoding="ascii").split()) == 2
