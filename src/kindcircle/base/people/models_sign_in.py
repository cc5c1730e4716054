"""Where somebody is signed in, told coarsely enough to help them and nobody else."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class SignIn(models.Model):
    """One sign-in of one person: on what kind of device, with which browser, and when. No network address.

    While it lasts the row names its session. Afterwards it is kept for a while, so that the same kind of device is no
    news the next time (`devices.KNOWN_FOR`).
    """

    class Kind(models.TextChoices):
        PHONE = "phone"
        TABLET = "tablet"
        COMPUTER = "computer"
        UNKNOWN = ""

    class Browser(models.TextChoices):
        CHROME = "chrome"
        EDGE = "edge"
        FIREFOX = "firefox"
        OPERA = "opera"
        SAFARI = "safari"
        SAMSUNG = "samsung"
        UNKNOWN = ""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, blank=True, default="", help_text="Empty once it is over.")
    kind = models.CharField(max_length=8, choices=Kind.choices, blank=True, default="")
    browser = models.CharField(max_length=8, choices=Browser.choices, blank=True, default="")
    at = models.DateTimeField()
    # For one meeting only, by short code or on a tablet that goes round.
    visit = models.BooleanField(default=False)
    # A kind of device that this person had not used here lately. Told to them until they have looked.
    is_new = models.BooleanField(default=False)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"user", "kind", "browser", "at"}
        operational = {"id", "code", "session_key", "visit", "is_new", "looked_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session_key"], condition=~Q(session_key=""), name="sign_in_once_per_session"
            )
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.user.organisation_id, owner_id=self.user_id)
