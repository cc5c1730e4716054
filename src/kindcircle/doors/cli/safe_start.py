"""What a site refuses to start with, one small question each. The answer is None, or a sentence that says what to do.

A site that keeps people's words starts safely or not at all (docs/reference/settings.md lists every word below).
A demo on one's own machine is excused from what makes no sense there; it may not listen to other machines instead.
"""

import ipaddress
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from django.conf import settings
from django.db import connection as site_connection
from django.db.backends.base.base import BaseDatabaseWrapper

from kindcircle.base.lib import env, halfway, keyfiles
from kindcircle.rooms.groups import guard

DURABLE_SQLITE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
DURABLE_POSTGRESQL = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
AUDIT_TRIGGERS = {
    "sqlite": {"audit_no_update", "audit_no_delete"},
    "postgresql": {"audit_no_change", "audit_no_truncate"},
}


def half_restored() -> str | None:
    """What people erased after a copy was made does not come back with it."""
    from kindcircle.doors.cli.home import half_restored as what_to_do

    return what_to_do() if halfway.there() else None


def debug_on() -> str | None:
    """Debug pages show code and values to whoever meets an error."""
    return _("Debug pages are on. Please set KINDCIRCLE_DEBUG=no.") if settings.DEBUG else None


def weak_secret() -> str | None:
    """The signing key is the one thing that keeps sessions and links from being forged."""
    made = (Path(settings.KEYS_DIR) / "signing.key").is_file() or env.text("KINDCIRCLE_SECRET_KEY")
    secret = settings.SECRET_KEY
    if made and len(secret) >= 50 and len(set(secret)) >= 16 and "insecure" not in secret:
        return None
    return _("The signing key is missing, short or a default. Run kindcircle init to have a good one made.")


def open_keys() -> str | None:
    """Whoever can read the key files can open every sealed word."""
    for name in keyfiles.NAMES:
        file = Path(settings.KEYS_DIR) / f"{name}.key"
        if not file.is_file():
            return _("The key file {file} is missing. Please bring it back from where you keep it safe.").format(
                file=file
            )
        if _open_to_others(file):
            return _("Others on this machine can read a key. Please run: chmod 600 {file}").format(file=file)
    return None


def keys_inside_data() -> str | None:
    """A copy of the data folder must never carry the keys with it."""
    if Path(settings.KEYS_DIR).is_relative_to(settings.DATA_DIR):
        return _("The keys lie inside the data folder. Please move them and set KINDCIRCLE_KEYS to the new place.")
    return None


def distant_database(connection: BaseDatabaseWrapper = site_connection) -> str | None:
    """The database talks to this machine only."""
    if connection.vendor != "postgresql":
        return None
    sentence = _("The database can be reached from other machines. Please use a socket, or listen_addresses=localhost.")
    host = str(connection.settings_dict["HOST"])
    if not (host == "" or host.startswith("/") or _is_loopback(host)):
        return sentence
    with connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        listening = [word.strip() for word in cursor.fetchone()[0].split(",") if word.strip()]
    return None if all(map(_is_loopback, listening)) else sentence


def careless_writes(connection: BaseDatabaseWrapper = site_connection) -> str | None:
    """What was said to be saved must be there after a power cut."""
    with connection.cursor() as cursor:
        for name, wanted in (DURABLE_SQLITE if connection.vendor == "sqlite" else DURABLE_POSTGRESQL).items():
            cursor.execute(f"PRAGMA {name}" if connection.vendor == "sqlite" else f"SHOW {name}")
            found = cursor.fetchone()[0]
            if found != wanted:
                return _("The database would lose words in a power cut: {name} is {found}, not {wanted}.").format(
                    name=name, found=found, wanted=wanted
                )
    return None


def uncounted_proxy() -> str | None:
    """Behind a proxy, addresses are counted from a known place or not believed at all."""
    if settings.SECURE and settings.TRUSTED_PROXIES == 0:
        return _(
            "https needs a proxy in front. Please set KINDCIRCLE_TRUSTED_PROXIES to how many there are (mostly 1)."
        )
    return None


def open_cookies() -> str | None:
    """A sign-in must never cross the network in clear."""
    if settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE:
        return None
    return _("Sign-ins would cross the network unprotected. Please set KINDCIRCLE_ORIGIN to your https:// address.")


def unknown_schema(connection: BaseDatabaseWrapper = site_connection) -> str | None:
    """The database was made by a Kindcircle that knows more than this one."""
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    ours = {app.label for app in apps.get_app_configs()}
    strange = sorted(
        ".".join(key) for key in set(loader.applied_migrations) - set(loader.disk_migrations) if key[0] in ours
    )
    if strange:
        return _("The database is newer than this Kindcircle ({name}). Please install the newer one again.").format(
            name=strange[-1]
        )
    return None


def unready_schema(connection: BaseDatabaseWrapper = site_connection) -> str | None:
    """The tables are exactly those this Kindcircle knows."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return _("The database is not up to date yet. Please run: kindcircle run (or kindcircle init)")
    return unknown_schema(connection)


def changed_content() -> str | None:
    """A released programme or questionnaire reads as it did when people first met it."""
    from kindcircle.spec.released import altered
    from kindcircle.spec.texts import SHIPPED, ContentError

    for folder in (SHIPPED, Path(settings.SITE_CONTENT)):
        try:
            changed = altered(folder) if folder.is_dir() else []
        except ContentError as problem:
            return str(problem)
        if changed:
            return _("{name} was released and has changed since. Please put it back, and make a new version.").format(
                name=changed[0]
            )
    return None


def lost_definition() -> str | None:
    """Every version that a group or an answer refers to is still there."""
    from kindcircle.rooms.groups.models import Group
    from kindcircle.rooms.measures.models import Assignment
    from kindcircle.spec.catalogue import missing_from
    from kindcircle.spec.instruments import load_instrument
    from kindcircle.spec.programmes import load_programme
    from kindcircle.spec.texts import ContentError

    sentence = _("People here use {name} version {version}, and it is not there. Please put it back.")
    site = Path(settings.SITE_CONTENT) if Path(settings.SITE_CONTENT).is_dir() else None
    for name, version in Assignment.objects.values_list("instrument", "version").distinct().order_by():
        try:
            load_instrument(name, version, site=site)
        except (LookupError, ContentError):
            return sentence.format(name=name, version=version)
    for name, version in Group.objects.values_list("programme", "programme_version").distinct().order_by():
        try:
            lost = missing_from(load_programme(name, version))
        except ContentError:
            return sentence.format(name=name, version=version)
        if lost:
            return _(
                "The programme {name} version {version} names {lost}, and it is not there. Please put it back."
            ).format(name=name, version=version, lost=lost[0])
    return None


def unguarded_audit(connection: BaseDatabaseWrapper = site_connection) -> str | None:
    """The database itself refuses to change or remove what was recorded."""
    if AUDIT_TRIGGERS[connection.vendor] <= _triggers(connection):
        return None
    return _("The audit record is not guarded any more. Please restore the database from a backup, and look into it.")


def unguarded_places(connection: BaseDatabaseWrapper = site_connection) -> str | None:
    """The database itself keeps nobody in a group without a signed decision and a consent."""
    if set(guard.NAMES[connection.vendor]) <= _triggers(connection):
        return None
    return _("Places in groups are not guarded any more. Please restore the database from a backup, and look into it.")


def _triggers(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'")
        return {row[0] for row in cursor.fetchall()}


def open_data() -> str | None:
    """Nobody else on this machine reads the data, the mail folder or the database file."""
    home = Path(settings.HOME)
    for place in (Path(settings.DATA_DIR), home / "mail", home / "content"):
        if place.is_dir() and _open_to_others(place):
            return _("Others on this machine can read the data. Please run: chmod 700 {place}").format(place=place)
    return None


def no_backup() -> str | None:
    """A backup is sealed for somebody who is not this server."""
    if settings.BACKUP_RECIPIENT:
        return None
    return _("There is nobody to seal backups for. Please set KINDCIRCLE_BACKUP_RECIPIENT to your public key.")


def running_as_root() -> str | None:
    """A mistake in the server must not become a mistake in the whole machine."""
    return _("This runs as root. Please use an account of its own.") if os.geteuid() == 0 else None


def demo_people_inside() -> str | None:
    """Made-up people, with their open doors, never share a house with real ones."""
    from kindcircle.base.people.links import DEMO_HOUSE
    from kindcircle.base.people.models import Organisation

    houses = set(Organisation.objects.values_list("code", flat=True))
    if not settings.DEMO and DEMO_HOUSE in houses:
        return _("This home holds a demo. Please start it with --demo, or choose an empty KINDCIRCLE_HOME.")
    if settings.DEMO and houses - {DEMO_HOUSE}:
        return _("This home holds a real site. A demo needs a home of its own: set KINDCIRCLE_HOME to an empty folder.")
    return None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing a site does not start with, and whether a demo on one's own machine is excused."""

    what: str
    ask: Callable[[], str | None]
    demo_too: bool = True


REFUSALS = (
    Refusal("half restored", half_restored),
    Refusal("debug", debug_on, demo_too=False),
    Refusal("secret", weak_secret),
    Refusal("key file open", open_keys),
    Refusal("keys inside data", keys_inside_data),
    Refusal("distant database", distant_database),
    Refusal("careless writes", careless_writes),
    Refusal("uncounted proxy", uncounted_proxy, demo_too=False),
    Refusal("open cookies", open_cookies, demo_too=False),
    Refusal("schema", unready_schema),
    Refusal("content changed", changed_content),
    Refusal("definition lost", lost_definition),
    Refusal("audit unguarded", unguarded_audit),
    Refusal("places unguarded", unguarded_places),
    Refusal("data open", open_data),
    Refusal("no backup", no_backup, demo_too=False),
    Refusal("root", running_as_root, demo_too=False),
    Refusal("demo people inside", demo_people_inside),
)


LAST_WORD = ("half restored", "schema")
"""After these nothing else is asked: what follows reads tables that may not be there."""


def excused(refusal: Refusal) -> bool:
    """Whether this is not asked of the site as it runs now."""
    return settings.DEMO and not refusal.demo_too


def refusals(*, host: str) -> list[str]:
    """Every reason not to start, in words; empty when all is well. `host` is the address that will be listened on."""
    return list(_refusals(host))


def _refusals(host: str) -> Iterator[str]:
    if settings.DEMO and not _is_loopback(host):
        yield _("A demo listens on this machine only. Please leave --host out.")
    for refusal in REFUSALS:
        if excused(refusal):
            continue
        if sentence := refusal.ask():
            yield sentence
            if refusal.what in LAST_WORD:
                return


def _open_to_others(place: Path) -> bool:
    return bool(place.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
