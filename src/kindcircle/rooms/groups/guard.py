"""The database itself keeps nobody in a group without a signed decision to join and a consent that stands.

What a check of one row cannot see: whose decision it is, what was decided, and that the consent was not withdrawn.
The triggers are taken away before every migration and put back after it, because SQLite builds a table anew to change
it and stumbles over triggers that name it. The site refuses to start without them (doors/cli/safe_start).
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

RESTS = """NOT EXISTS (
    SELECT 1 FROM intake_decision AS d
    JOIN intake_application AS a ON a.id = d.application_id
    JOIN intake_consent AS c ON c.id = NEW.consent_id
    WHERE d.id = NEW.admission_id AND d.outcome IN ('join', 'join-with-plan') AND a.person_id = NEW.user_id
      AND c.person_id = NEW.user_id AND c.kind = 'taking-part' AND c.withdrawn_at IS NULL
)"""
STAYS = "NEW.role = 'member' AND NEW.left_at IS NULL AND NOT NEW.before_the_rule"
LEANS = """EXISTS (
    SELECT 1 FROM groups_membership AS m WHERE m.consent_id = NEW.id AND m.left_at IS NULL AND m.role = 'member'
)"""
NO_PLACE = "a member needs a signed decision to join and a consent that stands"
NO_WITHDRAWAL = "a place still rests on this consent"

SQLITE = (
    f"""CREATE TRIGGER place_insert BEFORE INSERT ON groups_membership WHEN {STAYS} AND {RESTS}
    BEGIN SELECT RAISE(ABORT, '{NO_PLACE}'); END""",
    f"""CREATE TRIGGER place_update BEFORE UPDATE ON groups_membership WHEN {STAYS} AND {RESTS}
    BEGIN SELECT RAISE(ABORT, '{NO_PLACE}'); END""",
    f"""CREATE TRIGGER consent_stands BEFORE UPDATE ON intake_consent
    WHEN NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL AND {LEANS}
    BEGIN SELECT RAISE(ABORT, '{NO_WITHDRAWAL}'); END""",
)

# 23514 is a broken check, so that it looks like one from above.
POSTGRESQL = f"""
CREATE FUNCTION place_rests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {STAYS} AND {RESTS} THEN RAISE EXCEPTION '{NO_PLACE}' USING ERRCODE = '23514'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER place_rests BEFORE INSERT OR UPDATE ON groups_membership
FOR EACH ROW EXECUTE FUNCTION place_rests();
CREATE FUNCTION consent_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL AND {LEANS} THEN
    RAISE EXCEPTION '{NO_WITHDRAWAL}' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER consent_stands BEFORE UPDATE ON intake_consent FOR EACH ROW EXECUTE FUNCTION consent_stands();
"""

NAMES = {
    "sqlite": ("place_insert", "place_update", "consent_stands"),
    "postgresql": ("place_rests", "consent_stands"),
}
TABLES = {"groups_membership": "consent_id", "intake_consent": "withdrawn_at"}


def take_away(using: str, **_signal: Any) -> None:
    """Before migrations: nothing stands in the way of a table that is built anew."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in NAMES[connection.vendor]:
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")


def put_back(using: str, **_signal: Any) -> None:
    """After migrations, as soon as the tables have what the rule speaks of."""
    connection = connections[using]
    if not _has_what_it_speaks_of(connection):
        return
    take_away(using)
    with connection.cursor() as cursor:
        for statement in SQLITE if connection.vendor == "sqlite" else (POSTGRESQL,):
            cursor.execute(statement)


def _has_what_it_speaks_of(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        return TABLES.keys() <= there and all(
            column in {one.name for one in connection.introspection.get_table_description(cursor, table)}
            for table, column in TABLES.items()
        )
