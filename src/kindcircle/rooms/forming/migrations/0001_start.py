import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kindcircle.base.lib.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("intake", "0001_start"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProposedGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        default=kindcircle.base.lib.codes.new_code, editable=False, max_length=22, unique=True
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(help_text="Its number on the page, from 1.")),
                (
                    "seed",
                    models.CharField(
                        blank=True, default="", help_text="By which the lot can be drawn again.", max_length=40
                    ),
                ),
                ("made_at", models.DateTimeField()),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposed_groups",
                        to="intake.intake",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intake.weeklyslot"
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("intake", "number"), name="proposed_group_number_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposedSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposed_seat",
                        to="intake.application",
                    ),
                ),
                (
                    "proposed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seats",
                        to="forming.proposedgroup",
                    ),
                ),
            ],
        ),
    ]
