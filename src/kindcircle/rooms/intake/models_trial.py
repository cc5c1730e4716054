"""A fair comparison: more people than seats, a draw that chance alone decides, and a plan that is fixed before it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User


class Trial(models.Model):
    """Over one offer some start now and the others later, by a draw. One person sets it up, another one locks it.

    What `plan` in `rooms/research/trials.py` lists is fixed from then on, and its mark stands in the record of the
    house. The secret from which the draw follows is made at that moment: sealed until the draw, shown after it.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        LOCKED = "locked"
        DRAWN = "drawn"
        DECLINED = "declined"
        STOPPED = "stopped"  # locked, and never drawn

    class Way(models.TextChoices):
        SEATS = "seats", _("a fixed number of seats")
        BLOCKS = "blocks", _("so many of every so many")

    class Strata(models.TextChoices):
        NONE = "none", _("nothing: one list for all")
        PLAN = "plan", _("whether a plan was agreed in the talk")
        SCORE = "score", _("the questionnaire before the draw, below a number or from it on")

    class Df(models.TextChoices):
        SATTERTHWAITE = "satterthwaite", "Satterthwaite"
        KENWARD_ROGER = "kenward-roger", "Kenward-Roger"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="trials")
    intake = models.ForeignKey("intake.Intake", on_delete=models.PROTECT, related_name="trials")
    title = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    # How is drawn.
    way = models.CharField(max_length=6, choices=Way.choices)
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    ratio_now = models.PositiveSmallIntegerField(null=True, blank=True)
    ratio_later = models.PositiveSmallIntegerField(null=True, blank=True)
    strata = models.CharField(max_length=5, choices=Strata.choices, default=Strata.NONE)
    cut = models.FloatField(null=True, blank=True)
    answer_by = models.DateField()
    later_on = models.DateField()
    words = models.TextField(help_text="The house's own words on the page on which people say yes or no.")
    # How is analysed.
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=12)
    scale = models.CharField(max_length=40)
    weeks = models.PositiveSmallIntegerField(help_text="From the draw to the second questionnaire.")
    margin = models.FloatField(help_text="The smallest difference that would matter, in points.")
    attend = models.PositiveSmallIntegerField(help_text="Meetings from which somebody counts as having taken part.")
    df = models.CharField(max_length=13, choices=Df.choices)
    more = models.TextField(blank=True, default="", help_text="What else was settled, such as where it is registered.")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=64, unique=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    plan_mark = models.CharField(max_length=64, blank=True, default="")
    secret_mark = models.CharField(max_length=64, blank=True, default="")
    sealed_secret = models.BinaryField(default=bytes, blank=True, help_text="Until the draw; then it is shown.")
    shown_secret = models.CharField(max_length=64, blank=True, default="")
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    drawn_at = models.DateTimeField(null=True, blank=True)
    result_mark = models.CharField(max_length=64, blank=True, default="")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When outcomes were looked at first.")

    class Data:
        private = {"sealed_secret"}
        personal = {"asked_by", "asked_to", "decided_by", "drawn_by", "opened_by"}
        operational = {
            "id", "code", "organisation", "intake", "title", "state", "way", "seats", "ratio_now", "ratio_later",
            "strata", "cut", "answer_by", "later_on", "words", "instrument", "version", "scale", "weeks", "margin",
            "attend", "df", "more", "asked_at", "client_key", "decided_at", "plan_mark", "secret_mark",
            "shown_secret", "drawn_at", "result_mark", "opened_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intake"], condition=Q(state__in=["asked", "locked", "drawn"]), name="trial_one_per_intake"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="trial_takes_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at=None) | (~Q(state="asked") & Q(decided_at__isnull=False)),
                name="trial_decided_by_somebody",
            ),
            # No draw and no look at outcomes without a plan that was locked before.
            models.CheckConstraint(
                condition=Q(state__in=["asked", "declined"], plan_mark="", secret_mark="")
                | (Q(state__in=["locked", "drawn", "stopped"]) & ~Q(plan_mark="") & ~Q(secret_mark="")),
                name="trial_locked_with_its_marks",
            ),
            models.CheckConstraint(
                condition=(Q(state="drawn", drawn_at__gt=F("decided_at")) & ~Q(result_mark="") & ~Q(shown_secret=""))
                | (~Q(state="drawn") & Q(drawn_at=None, result_mark="", shown_secret="")),
                name="trial_drawn_after_it_was_locked",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(state="drawn", opened_at__gt=F("drawn_at")),
                name="trial_outcomes_open_after_the_draw",
            ),
            models.CheckConstraint(
                condition=Q(way="seats", seats__gte=1, ratio_now=None, ratio_later=None)
                | Q(way="blocks", seats=None, ratio_now__gte=1, ratio_later__gte=1),
                name="trial_seats_or_ratio",
            ),
            models.CheckConstraint(
                condition=Q(strata="score", cut__isnull=False) | (~Q(strata="score") & Q(cut=None)),
                name="trial_cut_with_scores_only",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


class Entrant(models.Model):
    """How one person who asked to come stands towards the draw, and where chance put them."""

    class Said(models.TextChoices):
        NOTHING = ""
        YES = "yes"
        NO = "no"

    class Outside(models.TextChoices):
        """Why somebody must not wait. A closed list: nothing is written about a person, and reasons can be counted."""

        NO = ""
        RISK = "risk", _("waiting would not be safe")
        WORSE = "worse", _("things are getting worse quickly")
        PROMISED = "promised", _("a place was promised before")

    class Arm(models.TextChoices):
        NONE = ""
        NOW = "now", _("starts now")
        LATER = "later", _("starts later")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="entrants")
    application = models.ForeignKey("intake.Application", on_delete=models.PROTECT, related_name="draws")
    said = models.CharField(max_length=3, choices=Said.choices, blank=True, default="")
    said_at = models.DateTimeField(null=True, blank=True)
    outside = models.CharField(max_length=8, choices=Outside.choices, blank=True, default="")
    outside_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # After the draw: waiting got unsafe, so they start when they can. Where chance put them stays as it was.
    early = models.CharField(max_length=8, choices=Outside.choices, blank=True, default="")
    early_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # From then on their answers are not compared any more. The place stays theirs.
    taken_back_at = models.DateTimeField(null=True, blank=True)
    stratum = models.CharField(max_length=12, blank=True, default="")
    block = models.PositiveSmallIntegerField(default=0)
    arm = models.CharField(max_length=5, choices=Arm.choices, blank=True, default="")

    class Data:
        private: set[str] = set()
        personal = {"application", "outside", "outside_by", "early", "early_by"}
        operational = {"id", "code", "trial", "said_at", "taken_back_at"}
        research = {"said", "stratum", "block", "arm"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trial", "application"], name="entrant_once_per_trial"),
            models.CheckConstraint(
                condition=Q(arm="") | Q(arm__in=["now", "later"], said="yes", outside=""),
                name="entrant_drawn_with_their_yes",
            ),
            models.CheckConstraint(
                condition=Q(outside="", outside_by=None) | (~Q(outside="") & Q(outside_by__isnull=False)),
                name="entrant_outside_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(early="", early_by=None) | (~Q(early="") & Q(early_by__isnull=False)),
                name="entrant_early_by_somebody",
            ),
        ]

    def access_facts(self) -> Facts:
        return self.application.access_facts()
