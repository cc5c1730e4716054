"""After an old copy of the database came back: no door stands open that somebody had closed since it was made."""

from collections.abc import Callable
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib.erased import Erased
from kindcircle.base.outbox.wishes import any_mail
from kindcircle.base.people import shut
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.rooms.backdraft.actions import set_may_tell
from kindcircle.rooms.backdraft.models import MayTell
from kindcircle.rooms.groups.actions.places import NO_CODES
from kindcircle.rooms.groups.actions.roles import end_stand_in
from kindcircle.rooms.groups.calendars import end_link_again
from kindcircle.rooms.groups.models import EntryPass, Invitation
from kindcircle.rooms.groups.queries_actors import themselves
from kindcircle.rooms.groups.standing_in import stand_ins
from kindcircle.rooms.intake.actions.offering import talk_no_more
from kindcircle.rooms.live.models_tablet import Tablet
from kindcircle.rooms.reminders.reaching import close_address_again
from kindcircle.rooms.safety.leaving import leave_place_again, off_duty_again
from kindcircle.rooms.safety.staff import close_again, end_role_again
from kindcircle.rooms.sharing.again import remember_who_left


def again(line: Erased) -> bool:
    """Close this one more. False: it is closed, or nobody knows it here."""
    return AGAIN[line.label](line)


def sign_everybody_out(*, at: datetime) -> None:
    """Nobody is signed in by an old copy, on no device, no tablet and by no letters that were read out."""
    shut.sign_everybody_out()
    EntryPass.objects.filter(used_at=None, expires_at__gt=at).update(expires_at=at)
    Tablet.objects.filter(ended_at=None).update(ended_at=at, session_key="")


def houses_without_lead() -> list[Organisation]:
    """Houses whose leads were all let go, or can no longer come in: no code reaches them, and they have no passkey."""
    leads = StaffRole.objects.filter(role=StaffRole.Role.ORGANISATION_LEAD, user__is_active=True)
    passkeys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
    come_in = leads.exclude(Q(user__email__endswith=NO_CODES) & ~Q(user__in=passkeys.values("user")))
    return list(Organisation.objects.exclude(pk__in=come_in.values("user__organisation")).order_by("pk"))


def _person(code: str) -> User | None:
    return User.objects.select_related("organisation").filter(code=code).first()


def _role(line: Erased) -> bool:
    person = _person(line.person)
    return person is not None and end_role_again(person=person, role=line.code, at=line.at)


def role_given_anew(line: Erased) -> bool:
    """A role ended and was had again: it stays, but the staffed hours that went with it were not given back."""
    person = _person(line.person)
    return person is not None and line.code == StaffRole.Role.FACILITATOR and off_duty_again(person, at=line.at)


def _place(line: Erased) -> bool:
    remember_who_left(code=line.code, at=line.at)
    return leave_place_again(code=line.code, at=line.at)


def _account(line: Erased) -> bool:
    person = _person(line.code)
    return person is not None and close_again(person=person, at=line.at)


def _address(line: Erased) -> bool:
    person = _person(line.person)
    return person is not None and close_address_again(user=person, mark=line.code, at=line.at)


def _mail(line: Erased) -> bool:
    person = User.objects.select_related("organisation").filter(code=line.person, wants_mail=True).first()
    if person is not None:
        any_mail(user=person, wanted=False, by=themselves(person), at=line.at)
    return person is not None


def _key(line: Erased) -> bool:
    person = _person(line.person)
    return person is not None and shut.take_key_again(person, line.code)


def _link(line: Erased) -> bool:
    open_still = Invitation.objects.filter(code=line.code, used_at=None, expires_at__gt=line.at)
    return bool(open_still.update(expires_at=line.at))


def _stand_in(line: Erased) -> bool:
    cover = stand_ins().filter(code=line.code, ended_at=None).first()
    if cover is not None:
        end_stand_in(stand_in=cover, by=SYSTEM, at=line.at)
    return cover is not None


def _may_tell(line: Erased) -> bool:
    # Who was never asked is asked, and until then nobody hears anything.
    said = MayTell.objects.select_related("member__organisation").filter(member__code=line.person, yes=True).first()
    if said is not None:
        set_may_tell(member=said.member, yes=False, by=themselves(said.member), at=line.at)
    return said is not None


AGAIN: dict[str, Callable[[Erased], bool]] = {
    "groups.Membership": _place,
    "groups.Invitation": _link,
    "groups.CalendarLink": lambda line: end_link_again(secret_hash=line.code),
    "team.StandIn": _stand_in,
    "intake.Screener": lambda line: talk_no_more(intake=line.code, person=line.person, at=line.at),
    "backdraft.MayTell": _may_tell,
    shut.ROLE: _role,
    shut.ACCOUNT: _account,
    shut.ADDRESS: _address,
    shut.MAIL: _mail,
    shut.KEY: _key,
}
"""How each kind of door is closed again."""
