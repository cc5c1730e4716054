"""Organisations and accounts. Names and addresses are sealed by the vault; this room never sees them open."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.terms import FacilitatorWord, GroupWord, MeetingWord, MemberWord


class Palette(models.TextChoices):
    """The colours a house may choose. Each is drawn in css/palettes.css and checked for contrast."""

    PLUM = "plum", _("Plum")
    SEA = "sea", _("Sea")
    MOSS = "moss", _("Moss")
    CLAY = "clay", _("Clay")
    DUSK = "dusk", _("Dusk")


class HeaderFor(models.TextChoices):
    """Who sees the house's own name and colours."""

    INSIDE = "inside", _("People who are signed in")
    EVERYONE = "everyone", _("Everyone, also before they sign in")


class Organisation(models.Model):
    """The house: a clinic, a counselling centre, a community. Everything else belongs to one."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, help_text="ISO 3166 alpha-2, upper case.")
    zone = models.CharField(max_length=64, default="UTC", help_text="IANA time zone, such as Europe/London.")
    created_at = models.DateTimeField()
    # Staffed hours in the organisation's own zone: what an alert may wait for. ISO weekdays, 1 = Monday.
    staffed_days = models.CharField(max_length=7, default="12345")
    staffed_from = models.TimeField(default="09:00")
    staffed_until = models.TimeField(default="17:00")
    # How its pages speak and look.
    says_group = models.CharField(max_length=12, choices=GroupWord.choices, default=GroupWord.GROUP)
    says_facilitator = models.CharField(
        max_length=12, choices=FacilitatorWord.choices, default=FacilitatorWord.FACILITATOR
    )
    says_member = models.CharField(max_length=12, choices=MemberWord.choices, default=MemberWord.MEMBER)
    says_meeting = models.CharField(max_length=12, choices=MeetingWord.choices, default=MeetingWord.MEETING)
    palette = models.CharField(max_length=8, choices=Palette.choices, default=Palette.PLUM)
    header_name = models.CharField(max_length=40, blank=True, default="", help_text="Stands at the top of its pages.")
    header_for = models.CharField(max_length=8, choices=HeaderFor.choices, default=HeaderFor.INSIDE)

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {
            "id", "code", "name", "country", "zone", "created_at", "staffed_days", "staffed_from", "staffed_until",
            "says_group", "says_facilitator", "says_member", "says_meeting", "palette", "header_name", "header_for",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(says_group="class", says_meeting="class"), name="organisation_one_meaning_of_class"
            )
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.pk)


class UserManager(BaseUserManager["User"]):
    """Accounts are made by invitation only (`rooms.groups.actions.accept_invitation`)."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=username)


class User(AbstractBaseUser):
    """A person with an account. `email` is a blind address: a keyed hash that can be looked up but not read."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    email = models.CharField(max_length=120, unique=True, help_text="Blind address, see vault.blind_address.")
    sealed_name = models.BinaryField()
    sealed_email = models.BinaryField(default=bytes, blank=True)
    language = models.CharField(max_length=10, default="en-gb")
    zone = models.CharField(max_length=64, default="UTC")
    wants_mail = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    # The house has to keep what is theirs (ending.PersonHold says why): nothing of it goes meanwhile.
    held = models.BooleanField(default=False)
    # After how many quiet minutes their pages cover themselves. None: as the site does.
    idle_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    # Changing this ends every session of the person at once (doors/web/shared/middleware).
    sessions_valid_from = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Data:
        private: set[str] = set()
        personal = {"email", "sealed_name", "sealed_email", "last_login"}
        operational = {
            "id", "code", "organisation", "language", "zone", "wants_mail", "is_active", "joined_at",
            "held", "idle_minutes", "sessions_valid_from", "password",
        }  # fmt: skip
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id, owner_id=self.pk)


class StaffRole(models.Model):
    """A role that somebody holds for the whole organisation.

    `facilitator` only says that somebody may be given a group; what they see of one comes from groups.Membership.
    """

    class Role(models.TextChoices):
        FACILITATOR = "facilitator"
        ORGANISATION_LEAD = "organisation-lead"
        SAFETY_LEAD = "safety-lead"
        OPERATOR = "operator"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_roles")
    role = models.CharField(max_length=20, choices=Role.choices)
    given_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "user", "role", "given_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="staff_role_once")]


from kindcircle.base.people import models_sign_in  # noqa: E402, F401
