from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("measures", "0010_licence_numbers")]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="in_place_of",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
    ]
