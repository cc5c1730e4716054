"""Words without a name that the record says were shared by name once cover nobody, also those from before the rule."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q


def remember(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Share = apps.get_model("sharing", "Share")
    AuditEntry = apps.get_model("audit", "AuditEntry")
    rows = Share.objects.filter(Q(step="unnamed") | Q(before="unnamed"), known=False)
    # Also what was taken back within its ten minutes: the record does not tell it apart, and to cover one too few
    # costs a morning, while to cover one too many gives somebody away.
    told = AuditEntry.objects.filter(
        event="words shared", about_kind="shared", about_code__in=rows.values_list("code", flat=True)
    )
    rows.filter(code__in=set(told.values_list("about_code", flat=True))).update(known=True)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_append_only"),
        ("sharing", "0001_start"),
    ]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
