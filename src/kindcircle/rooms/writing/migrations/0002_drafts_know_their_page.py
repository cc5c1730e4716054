from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("writing", "0001_start")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="page",
            field=models.CharField(
                blank=True, default="", help_text="The open page that saved it last.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="version",
            field=models.BigIntegerField(default=0, help_text="Grows with each save and is never used twice."),
        ),
        migrations.AlterField(
            model_name="draft",
            name="sealed_body",
            field=models.BinaryField(help_text="The boxes of the page by name, as JSON."),
        ),
    ]
