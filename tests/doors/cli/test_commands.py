"""The `kindcircle` command as somebody types it: real processes, real homes, nothing shared with other tests."""

import fcntl
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from kindcircle.base.people.links import set_up_token_holds
from tests.site import free_port

NewHome = tuple[Path, str]
KINDCIRCLE = Path(sys.executable).parent / "kindcircle"


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """This home, SQLite, and nothing of the tests' own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KINDCIRCLE_", "DJANGO_"))}
    return kept | {"KINDCIRCLE_HOME": str(home)} | more


def say(*words: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(KINDCIRCLE), *words],
        env=clean_environment(home, **more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


class Running:
    """A `kindcircle run` going on. `seconds`: how long it took until it answered."""

    def __init__(self, *options: str, home: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = home.with_suffix(".log")
        until = time.monotonic() + 240
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [str(KINDCIRCLE), "run", *options],
                env=clean_environment(home, PORT=str(port)),
                stdout=log,
                stderr=log,
            )
        while self.process.poll() is None and time.monotonic() < until:
            try:
                httpx.get(f"{self.url}/help/", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        else:
            raise AssertionError(self.said())

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=40)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], str]) -> NewHome:
    """A copy of a home that the first test process made for all of them, and what was said when it was made.

    Making one runs every migration, and the demo lives weeks in a minute. A home can be copied like any other file.
    """
    mine = factory.getbasetemp()
    shared = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    first, said = shared / f"{name}-first", shared / f"{name}-said"
    with (shared / f"{name}-turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(make(first), encoding="utf-8")
    return copy_of(first, factory.mktemp(name)), said.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the demo was started once, and stopped with Ctrl-C."""
    return made_once(tmp_path_factory, "demo", demo_started)[0]


def demo_started(home: Path) -> str:
    first = Running("--demo", home=home, port=free_port())
    try:
        assert "Building the demo" in first.said()
    finally:
        first.stop()
    return first.said()


@pytest.fixture(scope="module")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> NewHome:
    """A home that `kindcircle init` made, and what it said. Whoever changes something in it takes a copy."""
    return made_once(tmp_path_factory, "new", initialised)


def initialised(home: Path) -> str:
    done = say("init", home=home)
    assert done.returncode == 0, done.stderr
    return done.stdout


def copy_of(home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(home, tmp_path / "home")


@pytest.fixture
def demo(demo_home: Path) -> Iterator[Running]:
    """The demo on its second start."""
    again = Running("--demo", home=demo_home, port=free_port())
    yield again
    again.stop()


# --- run ---


@pytest.mark.slow
def test_the_second_start_builds_nothing(demo: Running) -> None:
    assert "Building" not in demo.said()


def test_every_link_it_prints_lets_somebody_in(demo: Running) -> None:
    links = re.findall(r"http\S+/demo/enter/\S+/", demo.said())
    assert len(links) == 8
    for link in links:
        assert link.startswith(demo.url)
        answer = httpx.get(link)
        assert answer.status_code == 302
        assert "session" in answer.cookies


def test_it_says_nothing_of_itself_in_headers_and_of_visits_on_the_console(demo: Running) -> None:
    answer = httpx.get(f"{demo.url}/somewhere-private/")
    assert "server" not in answer.headers
    assert "somewhere-private" not in demo.said()


def test_it_stops_on_ctrl_c_without_a_fright(demo_home: Path) -> None:
    running = Running("--demo", home=demo_home, port=free_port())
    running.stop(signal.SIGINT)
    assert "Traceback" not in running.said()


def test_what_it_keeps_is_for_its_own_account_only(demo_home: Path) -> None:
    assert demo_home.stat().st_mode & 0o077 == 0
    for file in demo_home.rglob("*"):
        if "static" not in file.relative_to(demo_home).parts:
            assert file.stat().st_mode & 0o077 == 0, file


def test_a_port_in_use_is_said_kindly(demo: Running, tmp_path: Path) -> None:
    port = int(demo.url.rpartition(":")[2])
    answer = say("run", "--demo", home=tmp_path / "home", PORT=str(port))
    assert answer.returncode == 1
    assert f"PORT={port + 1}" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_demo_does_not_listen_to_other_machines(demo_home: Path) -> None:
    answer = say("run", "--demo", "--host", "0.0.0.0", home=demo_home, PORT=str(free_port()))
    assert answer.returncode == 1
    assert "this machine only" in answer.stderr


def test_a_site_that_is_not_safe_is_refused_with_every_reason(new_home: NewHome) -> None:
    answer = say("run", home=new_home[0], PORT=str(free_port()), KINDCIRCLE_DEBUG="yes")
    assert answer.returncode == 1
    for reason in ("KINDCIRCLE_DEBUG=no", "KINDCIRCLE_ORIGIN", "KINDCIRCLE_BACKUP_RECIPIENT"):
        assert reason in answer.stderr


def test_a_demo_is_not_started_as_a_real_site(demo_home: Path) -> None:
    answer = say("run", home=demo_home, PORT=str(free_port()))
    assert answer.returncode == 1
    assert "This home holds a demo" in answer.stderr


def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    answer = say("run", "--demo", home=tmp_path / "home", KINDCIRCLE_WORKER_SECONDS="often")
    assert answer.returncode == 1
    assert "KINDCIRCLE_WORKER_SECONDS is 'often'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_port_that_is_no_number_is_named(tmp_path: Path) -> None:
    answer = say("run", "--demo", home=tmp_path / "home", PORT="eighty")
    assert answer.returncode == 1
    assert "PORT is 'eighty'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_database_that_does_not_answer_is_said_kindly(tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    answer = say("run", "--demo", home=tmp_path / "home", PORT=str(free_port()), KINDCIRCLE_DATABASE=nowhere)
    assert answer.returncode == 1
    assert "database does not answer" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_home_that_cannot_be_made_is_said_kindly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    answer = say("run", "--demo", home=tmp_path / "file" / "home", PORT=str(free_port()))
    assert answer.returncode == 1
    assert "cannot be used" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_lost_key_beside_old_data_is_not_replaced(demo_home: Path) -> None:
    key = demo_home / "keys" / "root.key"
    kept = key.read_bytes()
    key.unlink()
    try:
        answer = say("run", "--demo", home=demo_home, PORT=str(free_port()))
        assert not key.exists()
    finally:
        key.write_bytes(kept)
        key.chmod(0o600)
    assert answer.returncode == 1
    assert "root is missing" in answer.stderr


# --- init ---


def test_init_makes_an_empty_site_and_prints_its_first_link(new_home: NewHome) -> None:
    home, said = new_home
    assert re.search(r"http://127\.0\.0\.1:8000/setup/\S+/", said)
    assert {file.name for file in (home / "keys").iterdir()} == {"root.key", "lookup.key", "audit.key", "signing.key"}
    with sqlite3.connect(home / "data" / "kindcircle.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM people_organisation").fetchone() == (0,)


def test_init_says_what_is_missing_before_it_can_start(new_home: NewHome) -> None:
    _home, said = new_home
    assert "Before it can start" in said
    assert "KINDCIRCLE_BACKUP_RECIPIENT" in said


def test_init_twice_gives_a_new_link_and_keeps_the_keys(new_home: NewHome, tmp_path: Path) -> None:
    home = copy_of(new_home[0], tmp_path)
    keys = {file.name: file.read_bytes() for file in (home / "keys").iterdir()}
    links = [re.search(r"/setup/(\S+)/", said) for said in (new_home[1], say("init", home=home).stdout)]
    assert links[0] is not None and links[1] is not None and links[0][1] != links[1][1]
    assert {file.name: file.read_bytes() for file in (home / "keys").iterdir()} == keys


def test_init_does_not_touch_a_house_that_is_there(demo_home: Path) -> None:
    answer = say("init", home=demo_home)
    assert answer.returncode == 1
    assert "set up already" in answer.stderr


@pytest.mark.slow
def test_a_set_up_link_of_another_site_does_not_hold(new_home: NewHome) -> None:
    token = re.search(r"/setup/(\S+)/", new_home[1])
    assert token is not None
    assert settings.SECRET_KEY
    assert not set_up_token_holds(token[1])


# --- demo, doctor, worker ---


def test_demo_build_leaves_a_demo_that_is_there_as_it_is(demo_home: Path) -> None:
    answer = say("demo", "build", home=demo_home)
    assert answer.returncode == 0
    assert "Building" not in answer.stdout


@pytest.mark.slow
def test_demo_rebuild_gives_everybody_a_new_code(empty_database: dict[str, str]) -> None:
    """On the database of these tests, SQLite or PostgreSQL: its tables go and come back."""
    home = Path(empty_database["KINDCIRCLE_HOME"])
    database = {name: word for name, word in empty_database.items() if name.startswith("KINDCIRCLE_DATABASE")}
    first = say("demo", "build", home=home, **database).stdout
    second = say("demo", "rebuild", home=home, **database)
    assert second.returncode == 0, second.stderr
    codes = re.compile(r"/demo/enter/([^:]+):")
    assert len(codes.findall(first)) == 8
    assert not set(codes.findall(first)) & set(codes.findall(second.stdout))


def test_doctor_finds_the_demo_well(demo_home: Path) -> None:
    answer = say("doctor", home=demo_home, KINDCIRCLE_DEMO="yes")
    assert answer.returncode == 0, answer.stdout
    assert "mend" not in {line.split()[0] for line in answer.stdout.splitlines()}
    assert re.search(r"audit record +\d+ entries, all in their chain", answer.stdout)


def test_doctor_finds_a_changed_audit_entry(demo_home: Path, tmp_path: Path) -> None:
    home = copy_of(demo_home, tmp_path)
    with sqlite3.connect(home / "data" / "kindcircle.sqlite3") as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit_auditentry SET event = 'letter opened' WHERE number = 3")
    answer = say("doctor", home=home, KINDCIRCLE_DEMO="yes")
    assert answer.returncode == 1
    assert "not guarded" in answer.stdout
    assert re.search(r"entry 3 of \S+: was changed", answer.stdout)


@pytest.mark.slow
def test_worker_does_what_is_due_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    say("demo", "build", home=home)
    answer = say("worker", "--once", home=home, KINDCIRCLE_DEMO="yes")
    assert answer.returncode == 0, answer.stderr
    sent = [file.read_text(encoding="utf-8") for file in (home / "mail").iterdir()]
    # The alert that waits. What is on somebody's list, or sheets of members, comes besides at their hours of the day.
    [alert] = [mail for mail in sent if "Please look today" in mail]
    assert "To: marit@willowmere.invalid" in alert
    assert not any("Emeka" in mail for mail in sent)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_worker_goes_round_until_it_is_told_to_stop(demo_home: Path, how: signal.Signals) -> None:
    with subprocess.Popen(
        [str(KINDCIRCLE), "worker"],
        env=clean_environment(demo_home, KINDCIRCLE_DEMO="yes", PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        assert "every 5 seconds" in worker.stdout.readline()
        worker.send_signal(how)
        assert worker.wait(timeout=30) == 0
        assert worker.stdout.read() == ""


# --- the command itself ---


def test_help_lists_every_command(tmp_path: Path) -> None:
    answer = say("--help", home=tmp_path)
    for name in ("run", "init", "worker", "doctor", "demo", "measures", "content", "analyse"):
        assert re.search(rf"^  {name} ", answer.stdout, re.M), name


def test_a_command_that_is_not_there_is_said_kindly(tmp_path: Path) -> None:
    answer = say("dance", home=tmp_path)
    assert answer.returncode == 2
    assert "No such command 'dance'" in answer.stderr


@pytest.mark.parametrize("words", [["analyse", "--help"], ["--version"], ["content", "check", "--help"]])
def test_light_commands_start_without_the_house(tmp_path: Path, words: list[str]) -> None:
    program = (
        "import sys\nfrom kindcircle.doors.cli.main import main\n"
        f"main({words!r}, standalone_mode=False)\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('django', 'starlette', 'uvicorn')]"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], env=clean_environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
