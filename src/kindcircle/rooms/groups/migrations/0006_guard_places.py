"""The database itself keeps nobody in a group without a signed decision to join and a consent that stands.

What a check of one row cannot see: whose decision it is, what was decided, and that the consent was not withdrawn.
SQLite drops triggers with a table that it builds anew, so a later change of these tables has to call `guard` again;
the site refuses to start without them.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

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


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if editor.connection.vendor == "sqlite" else (POSTGRESQL,):
        editor.execute(statement)


def unguard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        for name in ("place_insert", "place_update", "consent_stands"):
            editor.execute(f"DROP TRIGGER {name}")
    else:
        editor.execute("DROP FUNCTION place_rests() CASCADE")
        editor.execute("DROP FUNCTION consent_stands() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("groups", "0005_places_rest_on_consent")]
    operations = [migrations.RunPython(guard, unguard)]
