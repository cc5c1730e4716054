"""Each thing a site does not start with: refused in words when it is so, and no word about it when it is not."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler
from django.utils import timezone
from pytest_django import Settings

from kindcircle.base.lib import keyfiles
from kindcircle.base.people.links import DEMO_HOUSE
from kindcircle.base.people.models import Organisation
from kindcircle.doors.cli import safe_start
from kindcircle.rooms.measures.models import Assignment
from kindcircle.spec import released, texts
from tests.world import World, make_organisation


@pytest.fixture
def site(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> Settings:
    """A site as it should be: https behind one proxy, keys apart, a recipient for backups, an account of its own."""
    settings.HOME, settings.DATA_DIR, settings.KEYS_DIR = tmp_path, tmp_path / "data", tmp_path / "keys"
    settings.SITE_CONTENT = tmp_path / "content"
    for folder in (settings.DATA_DIR, tmp_path / "mail"):
        folder.mkdir(mode=0o700)
    keyfiles.make(settings.KEYS_DIR)
    settings.SECURE, settings.TRUSTED_PROXIES = True, 1
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.BACKUP_RECIPIENT = "age1example"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return settings


def only_refusal(host: str = "127.0.0.1") -> str:
    """The one sentence a site is refused with."""
    found = safe_start.refusals(host=host)
    assert len(found) == 1, found
    return found[0]


def test_a_site_as_it_should_be_starts(site: Settings) -> None:
    assert safe_start.refusals(host="0.0.0.0") == []


def test_every_refusal_of_the_documented_list_is_asked() -> None:
    assert len(safe_start.REFUSALS) == 18  # the numbered ones, one of them in two parts, no mixed houses, no half copy
    assert len({refusal.what for refusal in safe_start.REFUSALS}) == 18


def test_a_copy_that_came_back_halfway(site: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINDCIRCLE_HOME", str(site.HOME))
    (Path(site.HOME) / "half-restored").touch()
    assert "call it again" in only_refusal()
    assert next(refusal.what for refusal in safe_start.REFUSALS) in safe_start.LAST_WORD


def test_debug_pages(site: Settings) -> None:
    site.DEBUG = True
    assert "KINDCIRCLE_DEBUG=no" in only_refusal()


@pytest.mark.parametrize(
    "secret", ["short", "a" * 60, "django-insecure-" + "kZ8vQ2mX7wR4tY6uP1sD3fG5hJ9lB0nC", "x" * 43]
)
def test_a_weak_secret(site: Settings, secret: str) -> None:
    site.SECRET_KEY = secret
    assert "signing key" in only_refusal()


def test_a_secret_that_was_made_up_at_this_start(site: Settings) -> None:
    (Path(site.KEYS_DIR) / "signing.key").unlink()
    assert "signing key" in (safe_start.weak_secret() or "")


def test_a_key_that_others_can_read(site: Settings) -> None:
    (Path(site.KEYS_DIR) / "root.key").chmod(0o640)
    assert "chmod 600" in only_refusal()
    assert "root.key" in only_refusal()


def test_a_key_that_is_gone(site: Settings) -> None:
    (Path(site.KEYS_DIR) / "audit.key").unlink()
    assert "audit.key is missing" in only_refusal()


def test_keys_inside_the_data(site: Settings) -> None:
    inside = Path(site.DATA_DIR) / "keys"
    shutil.move(site.KEYS_DIR, inside)
    site.KEYS_DIR = inside
    assert "inside the data folder" in only_refusal()


@pytest.mark.parametrize("host", ["db.example.org", "10.0.0.5", "0.0.0.0", "2001:db8::1"])
def test_a_database_on_another_machine(site: Settings, host: str) -> None:
    handler = ConnectionHandler({"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "x", "HOST": host}})
    assert "other machines" in (safe_start.distant_database(handler["default"]) or "")


def test_a_database_on_this_machine(site: Settings) -> None:
    """The very one these tests run on: a file, or a server that listens on a socket only."""
    assert safe_start.distant_database() is None


@pytest.fixture
def careless(tmp_path: Path) -> Iterator[ConnectionHandler]:
    """A database that forgets to wait for the disk."""
    options = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON"}
    if connection.vendor == "sqlite":
        settings = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "careless.sqlite3", "OPTIONS": options}
    else:
        settings = connection.settings_dict | {"OPTIONS": {"options": "-c synchronous_commit=off"}}
    handler = ConnectionHandler({"default": settings})
    yield handler
    handler["default"].close()


def test_a_database_that_does_not_wait_for_the_disk(
    site: Settings, careless: ConnectionHandler, django_db_blocker: object
) -> None:
    said = safe_start.careless_writes(careless["default"])
    wanted = "synchronous is 1, not 2" if connection.vendor == "sqlite" else "synchronous_commit is off, not on"
    assert wanted in (said or "")


def test_https_without_a_proxy(site: Settings) -> None:
    site.TRUSTED_PROXIES = 0
    assert "KINDCIRCLE_TRUSTED_PROXIES" in only_refusal()


@pytest.mark.parametrize("cookie", ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"])
def test_cookies_in_clear(site: Settings, cookie: str) -> None:
    setattr(site, cookie, False)
    assert "KINDCIRCLE_ORIGIN" in only_refusal()


def test_tables_from_the_future(site: Settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('groups', '0999_later', %s)", [timezone.now()]
        )
    assert "groups.0999_later" in only_refusal()


def test_tables_not_up_to_date(site: Settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'audit' AND name = '0002_append_only'")
    assert "not up to date" in only_refusal()


def test_a_released_file_that_changed(site: Settings) -> None:
    folder = Path(site.SITE_CONTENT) / "handouts"
    folder.mkdir(parents=True, mode=0o700)
    Path(site.SITE_CONTENT).chmod(0o700)
    (folder / "note.md").write_text("One.\n", encoding="utf-8")
    released.release(Path(site.SITE_CONTENT))
    assert safe_start.refusals(host="127.0.0.1") == []
    (folder / "note.md").write_text("Two.\n", encoding="utf-8")
    assert "handouts/note.md was released and has changed" in only_refusal()


def test_what_ships_is_as_it_was_released() -> None:
    assert released.altered(texts.SHIPPED) == []


def test_a_questionnaire_version_that_is_gone(site: Settings, world: World) -> None:
    Assignment.objects.create(
        member=world.member,
        group=world.group,
        instrument="wcc-6",
        version="0.9.0",
        occasion=Assignment.Occasion.WEEKLY,
        opens_at=world.at,
        closes_at=world.gatherings[1].starts_at,
    )
    assert "wcc-6 version 0.9.0" in only_refusal()


def test_a_programme_version_that_is_gone(site: Settings, world: World) -> None:
    world.group.programme_version = "77"
    world.group.save()
    assert "kind-to-a-body-that-hurts version 77" in only_refusal()


def test_an_audit_record_without_its_guard(site: Settings) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_no_delete")
        else:
            cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_no_truncate")
    assert "audit record is not guarded" in only_refusal()


@pytest.mark.parametrize(("place", "mode"), [("data", 0o755), ("mail", 0o750), ("data", 0o701)])
def test_a_folder_that_others_can_read(site: Settings, place: str, mode: int) -> None:
    (Path(site.HOME) / place).chmod(mode)
    assert f"chmod 700 {Path(site.HOME) / place}" in only_refusal()


def test_nobody_to_seal_backups_for(site: Settings) -> None:
    site.BACKUP_RECIPIENT = ""
    assert "KINDCIRCLE_BACKUP_RECIPIENT" in only_refusal()


def test_running_as_root(site: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "root" in only_refusal()


def test_made_up_people_on_a_real_site(site: Settings, world: World) -> None:
    house = make_organisation(at=world.at)
    Organisation.objects.filter(pk=house.pk).update(code=DEMO_HOUSE)
    assert "holds a demo" in only_refusal()


# --- a demo on one's own machine ---


@pytest.fixture
def demo(site: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A demo as `make run` starts it, by root in a container: no https, no proxy, no backup."""
    site.DEMO, site.SECURE, site.TRUSTED_PROXIES, site.BACKUP_RECIPIENT = True, False, 0, ""
    site.SESSION_COOKIE_SECURE = site.CSRF_COOKIE_SECURE = False
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return site


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.0.1"])
def test_a_demo_is_excused_on_its_own_machine(demo: Settings, host: str) -> None:
    assert safe_start.refusals(host=host) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "demo.example.org"])
def test_a_demo_listens_to_no_other_machine(demo: Settings, host: str) -> None:
    assert "this machine only" in only_refusal(host)


def test_a_demo_is_not_excused_from_open_keys(demo: Settings) -> None:
    (Path(demo.KEYS_DIR) / "lookup.key").chmod(0o644)
    assert "lookup.key" in only_refusal()


def test_a_demo_does_not_move_into_a_real_house(demo: Settings, world: World) -> None:
    assert "holds a real site" in only_refusal()
