"""Starting a group and giving people a place in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import get_language

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import can, require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes
from kindcircle.base.outbox.wishes import is_returned
from kindcircle.base.people.language import spoken
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.people.shut import note_moved, note_role_taken
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.errors import (
    AddressTaken,
    CodeNotFound,
    ComesInAlone,
    InvitationGone,
    NotADate,
    SamePersonTwice,
    UnknownProgramme,
)
from kindcircle.rooms.groups.models import EntryPass, Gathering, Group, Invitation, Membership
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.groups.out_and_back import note_link_over
from kindcircle.rooms.groups.queries import open_by_short_code
from kindcircle.rooms.groups.series import hold_people, lay_out, look_over
from kindcircle.rooms.groups.venues import Where, check_offered, hold_house, where
from kindcircle.rooms.intake.actions import apply, start_intake
from kindcircle.rooms.intake.models import Application, Intake
from kindcircle.rooms.tasks.actions import settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.catalogue import is_released
from kindcircle.spec.dates import instant, wall_clock
from kindcircle.spec.programmes import Programme, load_programme
from kindcircle.spec.texts import ContentError

INVITATION_LASTS = timedelta(hours=72)
PASS_LASTS = timedelta(minutes=10)
NO_CODES = "@none.invalid"
"""What stands for an address to which no code is mailed: there is none, or it is somebody else's too."""


def start_group(
    *,
    organisation: Organisation,
    name: str,
    programme: str,
    programme_version: str,
    zone: str,
    first_at: datetime,
    owner: User,
    backup: User,
    by: Actor,
    at: datetime,
    intake: Intake | None = None,
    place: str = "",
    video_link: str = "",
    room: Venue | None = None,
    video_room: Venue | None = None,
    walls: Sequence[datetime] | None = None,
    key: str = "",
) -> Group:
    """A new group with all its dated gatherings: weekly, at the same time on the clock of its own zone.

    owner and backup answer for its alerts; they become its two facilitators.
    intake where its people come from, and who is entrusted with it may start the group; without one the two
           facilitators add people themselves
    room and video_room  of those that the house keeps; place and video_link are for what it does not keep
    walls  the dates as somebody has looked them over and moved them, on the clock of `zone`; then first_at is not used
    key    the same key again is the same group: a form sent twice starts one
    Raises UnknownProgramme, SamePersonTwice, NotADate for walls that cannot be.
    """
    if intake is not None:
        require(by, Permission.GROUP_FORM, intake)
    elif by != SYSTEM:
        require(by, Permission.GROUP_START, organisation)
    plan = _programme(programme, programme_version)
    if owner.pk == backup.pk:
        raise SamePersonTwice
    code = codes.code_from(f"{organisation.code}:{key}") if key else codes.new_code()
    with transaction.atomic():
        hold_people((owner, backup))
        hold_house(organisation)
        started = Group.objects.filter(code=code).first()
        if started is not None:
            return started
        there = where(place=place, video_link=video_link, room=room, video_room=video_room)
        check_offered(organisation, there)
        if walls is None:
            # Days are added on the wall clock: a group that meets at six still meets at six after a clock change.
            walls = lay_out(plan, wall_clock(first_at, zone))
        else:
            _look_over(plan, walls, zone, organisation, (owner, backup), there, at)
        group = Group.objects.create(
            code=code,
            organisation=organisation,
            intake=intake or _own_intake(organisation, name, plan, zone, (owner, backup), at),
            name=name,
            programme=plan.id,
            programme_version=plan.version,
            state=Group.State.RUNNING,
            zone=zone,
            place=there.place,
            video_link=there.video_link,
            room=there.room,
            video_room=there.video_room,
            alerts_owner=owner,
            alerts_backup=backup,
            created_at=at,
        )
        for seat, user in enumerate((owner, backup), start=1):
            Membership.objects.create(group=group, user=user, role=Membership.Role.FACILITATOR, seat=seat, joined_at=at)
        for session, wall in zip(plan.sessions, walls, strict=True):
            Gathering.objects.create(
                group=group,
                number=session.number,
                starts_at=instant(wall, zone),
                minutes=session.minutes,
                online=bool(there.video_link) and not there.place,
                guide=owner,
                holder=backup,
            )
        _record(Event.GROUP_STARTED, by=by, about=log.Ref("group", group.code), at=at, organisation=organisation)
    return group


def invite(*, role: str, organisation: Organisation, by: Actor, at: datetime, name: str = "") -> tuple[Invitation, str]:
    """A one-use invitation to work here, open for 72 hours. Returns it with the secret for its link, not kept."""
    if by != SYSTEM:
        require(by, Permission.STAFF_INVITE, organisation)
    return _invitation(organisation, by=by, at=at, role=role, name=name)


def add_somebody(*, intake: Intake, name: str, by: Actor, at: datetime, email: str = "") -> tuple[Application, str]:
    """Write down that somebody asks to come who came another way. Returns it with the secret of their own link.

    Raises AddressTaken, NotOpenNow.
    """
    require(by, Permission.APPLICATION_DECIDE, intake)
    with transaction.atomic():
        try:
            with transaction.atomic():
                person = make_person(organisation=intake.organisation, name=name, email=email, at=at)
        except IntegrityError:
            raise AddressTaken from None
        source = Application.Source.BY_HAND
        application = apply(intake=intake, person=person, answers={}, source=source, by=by, at=at)
        _invitation, secret = link_for(application=application, by=by, at=at)
    return application, secret


def link_for(*, application: Application, by: Actor, at: datetime) -> tuple[Invitation, str]:
    """A one-use link that brings somebody who asked to come to what is theirs, where no mail does. Older ones end.

    It opens the account that their words lie under, so it is handed over in person or by their own address. Raises
    ComesInAlone: who comes in by a code to their own address is in nobody else's hands any more.
    """
    require(by, Permission.APPLICATION_DECIDE, application)
    person = application.person
    if person.last_login is not None and not person.email.endswith(NO_CODES) and not is_returned(person):
        raise ComesInAlone
    with transaction.atomic():
        before = Invitation.objects.filter(person=person, used_at=None, expires_at__gt=at)
        ended = list(before.values_list("code", flat=True))
        before.update(expires_at=at)
        settle(Kind.SHARED_ADDRESS, about=log.Ref("application", application.code), at=at)
        made = _invitation(
            application.intake.organisation, by=by, at=at, role=Invitation.Role.MEMBER, person=person,
            name=seals.name_of(person),
        )  # fmt: skip
        for code in ended:
            note_link_over(code, at=at)
    return made


def _invitation(
    organisation: Organisation, *, by: Actor, at: datetime, role: str, name: str, person: User | None = None
) -> tuple[Invitation, str]:
    secret = codes.new_token()
    with transaction.atomic():
        invitation = Invitation(
            organisation=organisation,
            role=role,
            person=person,
            secret_hash=codes.digest(secret),
            invited_by_id=by.user_id,
            made_at=at,
            expires_at=at + INVITATION_LASTS,
        )
        invitation.sealed_name = seals.INVITED.seal(name, code=invitation.code, holder=organisation)
        invitation.save(force_insert=True)
        about = log.Ref("invitation", invitation.code)
        concerns = person.code if person else ""
        _record(Event.INVITED, by=by, about=about, at=at, organisation=organisation, reason=role, concerns=concerns)
    return invitation, secret


def open_invitation(secret: str, *, at: datetime) -> Invitation:
    """The invitation behind a link, if it can still be used. Raises InvitationGone, the same for every reason."""
    found = (
        Invitation.objects.filter(secret_hash=codes.digest(secret), used_at=None, expires_at__gt=at)
        .select_related("organisation", "group")
        .first()
    )
    if found is None:
        raise InvitationGone
    return found


def accept_invitation(*, secret: str, name: str, email: str, at: datetime) -> User:
    """Make the account, or come to the one that is there. It cannot be used again, even at the same moment.

    Somebody who asked to come puts right how they are called and where codes reach them; their place rests on other
    things. Raises InvitationGone, AddressTaken.
    """
    with transaction.atomic():
        invitation = open_invitation(secret, at=at)
        used = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation.pk, used_at=None).first()
        if used is None:
            raise InvitationGone
        before = ""
        try:
            with transaction.atomic():
                if invitation.person is None:
                    user = make_person(organisation=invitation.organisation, name=name, email=email, at=at)
                else:
                    before = invitation.person.email
                    user = reach_person(person=invitation.person, name=name, email=email)
        except IntegrityError:
            raise AddressTaken from None
        Invitation.objects.filter(pk=used.pk).update(used_at=at, used_by=user, sealed_name=b"")
        if invitation.role in StaffRole.Role.values:
            StaffRole.objects.create(user=user, role=invitation.role, given_at=at)
        about = log.Ref("invitation", invitation.code)
        by = Actor(user_id=user.pk, code=user.code, organisation_id=user.organisation_id)
        _record(Event.INVITATION_ACCEPTED, by=by, about=about, at=at, organisation=invitation.organisation)
        if before not in ("", user.email):
            note_moved(user.code, old=before, new=user.email, at=at)
        note_link_over(invitation.code, at=at)
    return user


def may_take(invitation: Invitation, by: Actor) -> bool:
    """Whether somebody who is signed in may take this role with the account they have: a staff role of their house."""
    staff = invitation.person_id is None and invitation.role in StaffRole.Role.values
    return staff and can(by, Permission.ACCOUNT_USE) and by.organisation_id == invitation.organisation_id


def take_role(*, secret: str, by: Actor, at: datetime) -> StaffRole:
    """A role more for the account that somebody is signed in with. The invitation cannot be used again.

    Raises InvitationGone, also for one that is not to be taken like this.
    """
    require(by, Permission.ACCOUNT_USE)
    with transaction.atomic():
        invitation = open_invitation(secret, at=at)
        used = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation.pk, used_at=None).first()
        if used is None or not may_take(invitation, by):
            raise InvitationGone
        Invitation.objects.filter(pk=used.pk).update(used_at=at, used_by_id=by.user_id, sealed_name=b"")
        role, _made = StaffRole.objects.get_or_create(
            user=User.objects.get(code=by.code), role=invitation.role, defaults={"given_at": at}
        )
        about = log.Ref("invitation", invitation.code)
        _record(
            Event.STAFF_ROLE_TAKEN,
            by=by,
            about=about,
            at=at,
            organisation=invitation.organisation,
            concerns=by.code,
            reason=invitation.role,
        )
        note_link_over(invitation.code, at=at)
        note_role_taken(by.code, invitation.role, at=at)
    return role


def make_person(*, organisation: Organisation, name: str, email: str, at: datetime) -> User:
    """An account with its sealed name and address. Without an address nothing can be mailed and no code asked for."""
    # Whoever comes in by a page goes on in the language they read it in.
    language = spoken(get_language() or "")
    user = User(organisation=organisation, zone=organisation.zone, language=language, joined_at=at)
    user.email = seals.blind_address(email) if email else f"{user.code}{NO_CODES}"
    user.sealed_name = seals.NAME.seal(name, code=user.code, holder=user)
    if email:
        user.sealed_email = seals.ADDRESS.seal(email.strip(), code=user.code, holder=user)
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


def reach_person(*, person: User, name: str, email: str) -> User:
    """What somebody wants to be called, and where their codes go from now on. Raises IntegrityError if it is taken."""
    person.sealed_name = seals.NAME.seal(name, code=person.code, holder=person)
    fields = ["sealed_name"]
    if email:
        person.email = seals.blind_address(email)
        person.sealed_email = seals.ADDRESS.seal(email.strip(), code=person.code, holder=person)
        fields += ["email", "sealed_email"]
    person.save(update_fields=fields)
    return person


def make_entry_pass(*, gathering: Gathering, member: User, by: Actor, at: datetime) -> str:
    """Six letters that let this member into this gathering on any device. One use, ten minutes; older ones end."""
    require(by, Permission.GATHERING_LEAD, gathering)
    # Members only: a visit shows nothing of a facilitator's side, and who may see that comes in with a second factor.
    places = Membership.objects.filter(group=gathering.group_id, role=Membership.Role.MEMBER, left_at=None)
    if not places.filter(user=member).exists():
        raise CodeNotFound
    letters = codes.new_short_code()
    with transaction.atomic():
        EntryPass.objects.filter(gathering=gathering, user=member, used_at=None).delete()
        entry = EntryPass.objects.create(
            gathering=gathering,
            user=member,
            secret_hash=codes.digest(f"{gathering.code}:{letters}"),
            made_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned may lead
            expires_at=at + PASS_LASTS,
        )
        _record(
            Event.ENTRY_PASS_MADE,
            by=by,
            about=log.Ref("entry-pass", entry.code),
            at=at,
            organisation=gathering.group.organisation,
            concerns=member.code,
        )
    return letters


def use_entry_pass(*, short_code: str, typed: str, at: datetime) -> tuple[User, Gathering]:
    """Who these letters belong to, in the gathering whose code is on the wall. They work once.

    Raises CodeNotFound for wrong, used and expired letters alike.
    """
    gathering = open_by_short_code(codes.tidy_short_code(short_code))
    if gathering is None:
        raise CodeNotFound
    secret = codes.digest(f"{gathering.code}:{codes.tidy_short_code(typed)}")
    with transaction.atomic():
        entry = EntryPass.objects.filter(gathering=gathering, secret_hash=secret).select_related("user").first()
        if entry is None:
            raise CodeNotFound
        taken = EntryPass.objects.filter(pk=entry.pk, used_at=None, expires_at__gt=at).update(used_at=at)
        if not taken:
            raise CodeNotFound
        by = Actor(user_id=entry.user_id, code=entry.user.code, organisation_id=entry.user.organisation_id)
        about = log.Ref("entry-pass", entry.code)
        _record(Event.ENTRY_PASS_USED, by=by, about=about, at=at, organisation=gathering.group.organisation)
    return entry.user, gathering


def _programme(programme: str, version: str) -> Programme:
    try:
        found = load_programme(programme, version)
    except ContentError:
        raise UnknownProgramme from None
    # A draft may change under the group, so nobody starts with one.
    if not is_released(found):
        raise UnknownProgramme
    return found


def _look_over(
    plan: Programme,
    walls: Sequence[datetime],
    zone: str,
    organisation: Organisation,
    facilitators: tuple[User, User],
    there: Where,
    at: datetime,
) -> None:
    if len(walls) != len(plan.sessions):
        raise UnknownProgramme
    slots = look_over(
        plan,
        walls,
        zone=zone,
        country=organisation.country,
        facilitators=facilitators,
        at=at,
        where=there,
        organisation_id=organisation.pk,
    )
    trouble = next((slot.trouble for slot in slots if slot.trouble), "")
    if trouble:
        raise NotADate(trouble)


def _own_intake(
    organisation: Organisation, name: str, plan: Programme, zone: str, facilitators: tuple[User, User], at: datetime
) -> Intake:
    """Without a page: for the people whom the facilitators add themselves."""
    return start_intake(
        organisation=organisation, name=name, programme=plan.id, programme_version=plan.version, zone=zone,
        screeners=facilitators, by=SYSTEM, at=at,
    )  # fmt: skip


def _record(
    event: Event,
    *,
    by: Actor,
    about: log.Ref,
    at: datetime,
    organisation: Organisation,
    concerns: str = "",
    reason: str = "",
) -> None:
    log.record(event, by=by, about=about, at=at, chain=organisation.code, concerns=concerns, reason=reason)
