"""A copy goes out, people erase things, the disk burns, the copy comes back: what was erased stays gone."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pyrage
import pytest

from tests.doors.cli.test_commands import clean_environment, initialised, made_once, say

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

LOOKING = """
import json, sys
from kindcircle.doors.cli.home import open_home
open_home()
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.writing.models import JournalEntry
rows = JournalEntry.objects.select_related("author")
print(json.dumps({
    "entries": {row.author.code: seals.JOURNAL.open(row.sealed_body, code=row.code, holder=row.author) for row in rows},
    "active": list(User.objects.filter(is_active=True).values_list("code", flat=True)),
}))
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
    assert "Every row is there, and the record holds." in done.stdout and "4 erasures were made again." in done.stdout
    there = json.loads(inside(home, LOOKING).splitlines()[-1])
    assert set(there["entries"]) == {third} and "canary2" in there["entries"][third]
    assert second not in there["active"] and first in there["active"]
    assert say("doctor", home=home).stdout.count("audit record") == 1
    assert burnt["took"] < 20, "two erasures and the start of a process"  # type: ignore[operator]


def test_a_copy_shows_nothing_and_carries_no_key(burnt: dict[str, object]) -> None:
    raw = Path(str(burnt["copy"])).read_bytes()
    assert raw.startswith(b"age-encryption.org/v1")
    assert b"canary" not in raw and b"SQLite" not in raw
    assert not list(Path(str(burnt["home"])).glob("copy-*")), "nothing is left of the making"


def test_an_empty_home_without_the_list_is_asked_for_it(burnt: dict[str, object], tmp_path: Path) -> None:
    home = fresh(burnt, tmp_path, without=("erased",))
    identity = str(burnt["folder"] / "keeper.txt")  # type: ignore[operator]
    done = say("restore", str(burnt["copy"]), "--identity", identity, home=home)
    assert done.returncode == 1 and "erased.jsonl" in done.stderr
    assert not list((home / "data").glob("*.sqlite3"))
    listed = str(burnt["home"] / "erased.jsonl")  # type: ignore[operator]
    done = say("restore", str(burnt["copy"]), "--identity", identity, "--erased", listed, home=home)
    assert done.returncode == 0 and (home / "erased.jsonl").read_bytes() == Path(listed).read_bytes()
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
