"""With whom words were read in a handful before goes along with them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0003_read_first_together")]

    operations = [migrations.AddField("share", "company", models.JSONField(blank=True, default=list))]
