import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    # Keys that are there hang on the root key as before; turning the keys of a house hangs them on its own.

    dependencies = [
        ("vault", "0002_a_box_for_each_person"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="datakey", name="data_key_one_per_holder"),
        migrations.AddField(model_name="datakey", name="retired_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="datakey",
            name="wrapped_by",
            field=models.ForeignKey(
                help_text="Or root.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vault.datakey",
            ),
        ),
        migrations.AlterField(
            model_name="datakey",
            name="holder",
            field=models.CharField(
                help_text="person:<code>, organisation:<code>, site:site or house:<code>.", max_length=40
            ),
        ),
        migrations.AddIndex(model_name="datakey", index=models.Index(fields=["holder"], name="data_key_of_holder")),
        migrations.AddConstraint(
            model_name="datakey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)), fields=("holder",), name="data_key_one_in_use_per_holder"
            ),
        ),
    ]
