"""A decision knows the places that rest on it. Nothing changes in the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0008_absences"), ("intake", "0004_words_go")]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="admission",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="places",
                to="intake.decision",
            ),
        ),
    ]
