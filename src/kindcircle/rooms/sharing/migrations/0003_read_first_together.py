"""Those who lead read words without a name as a handful. What they read one by one before covers nobody."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def as_it_was(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("sharing", "Handful").objects.filter(shown_at=None).update(shown_at=models.F("gathered_at"))
    alone = apps.get_model("sharing", "Share").objects.filter(step="unnamed", handful=None).exclude(review="")
    alone.update(known=True)


class Migration(migrations.Migration):
    dependencies = [("sharing", "0002_who_had_a_name")]

    operations = [
        migrations.AddField("handful", "answered_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("handful", "shown_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(as_it_was, migrations.RunPython.noop),
    ]
