"""Each alert that is there already gets a row for every rule that spoke; the sheet itself becomes its source."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def tie(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Alert = apps.get_model("safety", "Alert")
    AlertAnswer = apps.get_model("safety", "AlertAnswer")
    Response = apps.get_model("measures", "Response")
    for alert in Alert.objects.filter(answers=None).iterator():
        instrument = ""
        sheet = Response.objects.filter(code=alert.source_code).values_list(
            "assignment__code", "assignment__instrument", "assignment__version"
        )
        if alert.source_kind == "response" and (found := sheet.first()):
            alert.source_kind, alert.source_code = "assignment", found[0]
            instrument = f"{found[1]}@{found[2]}"
            # An earlier alert is an administration of its own.
            alert.administration = f"earlier.{alert.pk}"[:16]
            alert.save(update_fields=["source_kind", "source_code", "administration"])
        for rule in alert.rules.split(","):
            AlertAnswer.objects.create(
                alert=alert,
                source_kind=alert.source_kind,
                source_code=alert.source_code,
                rule=rule[:60],
                instrument=instrument,
                level=alert.level,
                at=alert.raised_at,
            )


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0005_screening"),
        ("safety", "0006_answers_of_an_alert"),
    ]

    operations = [migrations.RunPython(tie, migrations.RunPython.noop)]
