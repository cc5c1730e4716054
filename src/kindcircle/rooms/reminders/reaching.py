"""Whom mail reaches: an address that takes nothing, whom no reminder will find, and another address of one's own."""

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import codes
from kindcircle.base.outbox.models import Delivery, ReturnedMail
from kindcircle.base.outbox.wishes import wishes_of
from kindcircle.base.people.models import User
from kindcircle.base.people.shut import address_mark, has_second_key, note_moved
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.actions.places import NO_CODES
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.reminders.errors import CodeGone, WrongCode
from kindcircle.rooms.reminders.models import AddressChange
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind

TWO_DAYS = timedelta(days=2)
CODE_LASTS = timedelta(minutes=10)
MOST_WRONG = 5
ABOUT_MEETING = ("next-meeting", "new-time")


def came_back(user: User, *, at: datetime) -> None:
    """The mail server refuses this person's address for good: nothing more is sent there, and somebody is to know.

    It waits as a task for those who lead their groups, or for the house where they are in none. Told once until the
    address is put right.
    """
    with transaction.atomic():
        row, new = ReturnedMail.objects.get_or_create(user=user, defaults={"at": at})
        if not new:
            return
        about = _about(user)
        log.record(Event.MAIL_RETURNED, by=SYSTEM, about=about, at=at, chain=user.organisation.code, concerns=user.code)
        places = Membership.objects.filter(user=user, role=Membership.Role.MEMBER, left_at=None)
        groups: list[int | None] = list(
            places.exclude(group__state=Group.State.FINISHED).values_list("group_id", flat=True)
        )
        for group_id in groups or [None]:
            raise_task(
                Kind.MAIL_BOUNCED, organisation=user.organisation, about=about, group_id=group_id, concerns=user,
                once=f"{user.code}:{group_id or 'house'}:{row.pk}", due_at=at + TWO_DAYS, at=at,
            )  # fmt: skip


def arrives_again(user: User, *, at: datetime) -> None:
    """The address is good again, or another one: mail goes out, and nobody needs to reach them in another way."""
    with transaction.atomic():
        if ReturnedMail.objects.filter(user=user).delete()[0]:
            settle(Kind.MAIL_BOUNCED, about=_about(user), at=at)


def try_again(*, user: User, by: Actor, at: datetime) -> None:
    """They say that their address is right: the next message is tried like any other."""
    _their_own(by, user)
    arrives_again(user, at=at)


def not_reached(gathering: Gathering, *, by: Actor, at: datetime) -> list[User]:
    """Members whom no mail about this meeting has reached or will reach. Never why: that is theirs to say."""
    require(by, Permission.REMINDER_KEEP, gathering)
    members = [place.user for place in present_places(gathering.group)]
    about = Delivery.objects.filter(about_kind="gathering", about_code=gathering.code, kind__in=ABOUT_MEETING)
    reached = set(about.filter(sent_at__isnull=False).values_list("user_id", flat=True))
    given_up = set(about.filter(gave_up_at__isnull=False).values_list("user_id", flat=True))
    wishes = wishes_of(members)
    back = set(ReturnedMail.objects.filter(user__in=members).values_list("user_id", flat=True))

    def unreachable(user: User) -> bool:
        wish = wishes[user.pk]
        paused = wish.paused_until is not None and wish.paused_until >= gathering.starts_at
        nothing = not wish.any_mail or not wish.meetings or paused or not user.sealed_email or not user.is_active
        return nothing or user.pk in back or user.pk in given_up

    return [user for user in members if user.pk not in reached and unreachable(user)]


def ask_for_address(*, user: User, address: str, by: Actor, at: datetime) -> str | None:
    """Begin to change one's address. Returns the code to send there, or None where no code may go there.

    Nothing in the answer a person gets says whether somebody else has this address.
    """
    _their_own(by, user)
    code = f"{secrets.randbelow(10**6):06}"
    with transaction.atomic():
        AddressChange.objects.filter(user=user).delete()
        row = AddressChange(user=user, secret_hash="", asked_at=at, expires_at=at + CODE_LASTS)
        row.sealed_address = seals.ADDRESS.seal(address.strip(), code=row.code, holder=user)
        row.secret_hash = codes.digest(f"{row.code} {code}")
        row.save(force_insert=True)
    taken = User.objects.filter(email=seals.blind_address(address)).exclude(pk=user.pk).exists()
    return None if taken else code


def change_address(*, user: User, code: str, by: Actor, at: datetime) -> str | None:
    """The code is right: mail goes to the new address, and signing in asks for it. Returns the old one, if any.

    Raises CodeGone, WrongCode.
    """
    _their_own(by, user)
    wrong = False
    with transaction.atomic():
        row = AddressChange.objects.select_for_update(no_key=True).filter(user=user).first()
        if row is None or at >= row.expires_at or row.wrong_tries >= MOST_WRONG:
            raise CodeGone
        if codes.digest(f"{row.code} {''.join(code.split())}") != row.secret_hash:
            row.wrong_tries += 1
            row.save(update_fields=["wrong_tries"])
            wrong = True
        else:
            address = seals.ADDRESS.open(row.sealed_address, code=row.code, holder=user)
            old = seals.address_of(user)
            before = user.email
            _move_to(user, address)
            row.delete()
            arrives_again(user, at=at)
            log.record(
                Event.ADDRESS_CHANGED, by=by, about=_about(user), at=at, chain=user.organisation.code,
                concerns=user.code,
            )  # fmt: skip
            if before != (now := seals.blind_address(address)):
                note_moved(user.code, old=before, new=now, at=at)
    if wrong:
        raise WrongCode
    return old


def close_address_again(*, user: User, mark: str, at: datetime) -> bool:
    """After an old copy of the database came back: no code goes to an address that its owner gave up. False: none did.

    Their newer one is lost with the newer rows, so somebody reaches them in another way. Whoever has a second key keeps
    the address: nobody comes in by a code alone.
    """
    with transaction.atomic():
        held = User.objects.select_for_update(of=("self",), no_key=True).select_related("organisation").get(pk=user.pk)
        theirs = address_mark(held.code, held.email) == mark and not held.email.endswith(NO_CODES)
        if not theirs or has_second_key(held):
            return False
        User.objects.filter(pk=held.pk).update(email=f"{held.code}{NO_CODES}", sealed_email=b"")
        came_back(held, at=at)
    return True


def asked_for(user: User, *, at: datetime) -> str:
    """The address that a code was sent to and that still waits for it; else empty."""
    row = AddressChange.objects.filter(user=user, expires_at__gt=at, wrong_tries__lt=MOST_WRONG).first()
    return seals.ADDRESS.open(row.sealed_address, code=row.code, holder=user) if row else ""


def sweep_addresses(*, at: datetime) -> None:
    """An address that nobody confirmed is not kept."""
    AddressChange.objects.filter(expires_at__lt=at).delete()


def _their_own(by: Actor, user: User) -> None:
    require(by, Permission.ADDRESS_CHANGE)
    require(by, Permission.IN_OWN_NAME, user)


def _move_to(user: User, address: str) -> None:
    email, sealed = seals.blind_address(address), seals.ADDRESS.seal(address, code=user.code, holder=user)
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(email=email, sealed_email=sealed)
    except IntegrityError:
        # Somebody else came to have it within these ten minutes.
        raise CodeGone from None


def _about(user: User) -> Ref:
    return Ref("person", user.code)
