"""Two houses full of people and secrets, for proving who can reach what.

Every text a person could write or be named by holds a word of its own, such as `canary0f3a9c21`, and each word knows
who may ever see it. Everything is made through the real actions, so it lies in the tables as it would in life.
"""

import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from kindcircle.base.access import SYSTEM, Actor
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock, codes
from kindcircle.base.people.links import demo_token, set_up_token
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.alliance.models import Step as AllianceStep
from kindcircle.rooms.backdraft import actions as backdraft
from kindcircle.rooms.backdraft.models import SlowerPace
from kindcircle.rooms.care.own_check import keep_own_check
from kindcircle.rooms.care.supervision import note_supervision
from kindcircle.rooms.conversations.actions import answer, write
from kindcircle.rooms.conversations.queries import member_places
from kindcircle.rooms.ending import closing, keeping, person_holds, reviews
from kindcircle.rooms.ending.models import CircleInvitation
from kindcircle.rooms.feedback.actions import tell_group
from kindcircle.rooms.forming import actions as forming
from kindcircle.rooms.forming.models import ProposedGroup, ProposedSeat
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups import calendars, hand_over, repairs, venues
from kindcircle.rooms.groups.agreements import Line, starter
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.models_absence import Absence, Leaving
from kindcircle.rooms.groups.queries import actor_for, present_places
from kindcircle.rooms.intake.actions import apply, decide, screening, talks
from kindcircle.rooms.intake.models import Application, Intake, KeepApart, Screener, TalkTime, WeeklySlot
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live import tablets
from kindcircle.rooms.live.debrief import write_line
from kindcircle.rooms.live.models_tablet import Tablet
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures import asking, by_hand
from kindcircle.rooms.measures.models import Assignment, Wording
from kindcircle.rooms.measures.models_typing import TypedWording
from kindcircle.rooms.measures.queries import definition
from kindcircle.rooms.measures.screening import alerts_of, keep_part
from kindcircle.rooms.practice import actions as practice
from kindcircle.rooms.practice import at_hand
from kindcircle.rooms.practice.models import AtHand, OwnWay, Recording
from kindcircle.rooms.practice.own_way import Choice, keep_own_way
from kindcircle.rooms.practice.recordings import keep_recording
from kindcircle.rooms.preparing import actions as preparing
from kindcircle.rooms.preparing.models import SupportPlan
from kindcircle.rooms.preparing.plans import SAFETY as SAFETY_PLAN
from kindcircle.rooms.preparing.queries import plan_facts
from kindcircle.rooms.reminders.words import keep_words
from kindcircle.rooms.research.models import Release
from kindcircle.rooms.resonance import actions as resonance
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.helplines import add_helpline, check_helpline
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.sharing import actions as sharing
from kindcircle.rooms.sharing import looking, review
from kindcircle.rooms.sharing.handfuls import gather_due
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.tasks.actions import finish, raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.team.credentials import Missing, keep, note_start
from kindcircle.rooms.team.models import StandIn
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.delivery import deliver_due
from kindcircle.rooms.writing.models import Letter
from kindcircle.spec.ladder import Step
from kindcircle.spec.practices import load_practice
from kindcircle.spec.typed_words import lines_of
from tests.house.factors import give_second_factors
from tests.rooms.measures.sheets import made_up_wording
from tests.rooms.practice.recorded import recorded
from tests.stats.hearts import as_list, resting
from tests.world import (
    PROGRAMME,
    VERSION,
    join,
    make_group,
    make_intake,
    make_organisation,
    make_person,
    make_ready,
    yes_to,
)

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

# Everybody who knocks. The house is the first organisation; whoever is not "another house's" belongs to it.
VISITOR = "visitor"
MEMBER = "member"
FELLOW = "fellow member"
NEIGHBOUR = "member of another group"
FOREIGN_MEMBER = "another house's member"
VISITING = "member visiting by short code"
LENT = "member who has the shared tablet"
TABLET = "shared tablet of the open meeting"
FORMER_MEMBER = "former member"
FORMER_VISITING = "former member still visiting"
FACILITATOR = "facilitator"
CO_FACILITATOR = "second facilitator"
WEAK_FACILITATOR = "facilitator without second factor"
OTHER_FACILITATOR = "facilitator of another group"
FOREIGN_FACILITATOR = "another house's facilitator"
FORMER_FACILITATOR = "former facilitator"
WAITING = "facilitator without a group"
STAND_IN = "stand-in for the open meeting"
NOT_NOW = "stand-in last month and next week"
APPLICANT = "applicant"
SAFETY = "safety lead"
WEAK_SAFETY = "safety lead without second factor"
FOREIGN_SAFETY = "another house's safety lead"
LEAD = "organisation lead"
WEAK_LEAD = "organisation lead without second factor"
FOREIGN_LEAD = "another house's organisation lead"
OPERATOR = "operator"
CLOSED_ACCOUNT = "member whose account is closed"

DAY = timedelta(days=1)
CANARY = re.compile(rb"canary[0-9a-f]{8}", re.I)
PIECE = re.compile(rb"canary[0-9a-f]{3,7}(?![0-9a-f])", re.I)


@dataclass(frozen=True)
class Somebody:
    """One who knocks: an account (or none), and what kind of session they have."""

    name: str
    user: User | None
    strong: bool = False
    visiting: Gathering | None = None
    tablet: Tablet | None = None

    def actor(self) -> Actor:
        if self.tablet is not None and self.user is None:
            return tablets.holder_of(self.tablet)
        only, held = (self.visiting.pk if self.visiting else None), (self.tablet.gathering_id if self.tablet else None)
        return actor_for(self.user, strong=self.strong, only_gathering=only, tablet_of=held, at=clock.now())

    def browser(self) -> Client:
        """Signed in as this person, just now, in the way the name says."""
        client = Client(raise_request_exception=False)
        if self.user is None:
            if self.tablet is not None:
                session = client.session
                session["tablet"] = self.tablet.code
                session.save()
                client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
            return client
        client.force_login(self.user, backend=BACKEND)
        session = client.session
        if self.visiting is not None:
            session["only_gathering"] = self.visiting.pk
            if self.tablet is not None:
                session["tablet"] = self.tablet.code
        else:
            # So fresh that no page first asks to sign in once more: then the object itself has to refuse.
            method = "mfa" if self.strong else "code"
            now = clock.now().timestamp()
            session["account_authentication_methods_user"] = str(self.user.pk)
            session["account_authentication_methods"] = [
                {"method": method, "at": now, "type": "totp", "reauthenticated": True}
            ]
        session.save()
        return client


@dataclass
class House:
    """Everything in it, by the names that the expectations use."""

    at: datetime
    people: dict[str, Somebody] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    canaries: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def plant(self, what: str, *may: str) -> str:
        """A new word, which only these may see."""
        word = f"canary{secrets.token_hex(4)}"
        self.canaries[word] = (what, frozenset(may))
        return word

    def strange_words(self, text: bytes, reader: str, *, also: frozenset[str] = frozenset()) -> list[str]:
        """What stands in this text that this reader may not see; `also` names words the page itself hands out."""
        found = []
        for word in {match.lower().decode() for match in CANARY.findall(text)}:
            what, may = self.canaries.get(word, ("a word nobody planted", frozenset()))
            if reader not in may and what not in also:
                found.append(what)
        for piece in {match.lower().decode() for match in PIECE.findall(text)}:
            # The ring shortens long names; the reader must be somebody who may see the whole one.
            wholes = [one for word, one in self.canaries.items() if word.startswith(piece)]
            if not any(reader in may or what in also for what, may in wholes):
                found.append(f"piece {piece} of a planted word")
        return sorted(found)

    def person(self, organisation: Any, what: str, *may: str, role: str = "") -> User:
        """An account whose name these may see, and whose address nobody ever sees on a page."""
        name, address = self.plant(f"name of the {what}", *may), self.plant(f"address of the {what}")
        person = make_person(organisation, name, at=self.at, email=f"{address}@example.org")
        if role:
            StaffRole.objects.create(user=person, role=role, given_at=self.at)
        return person

    def knocks(self, name: str, user: User | None, *, strong: bool = False, visiting: Gathering | None = None) -> None:
        self.people[name] = Somebody(name, user, strong, visiting)


IN_GROUP = (MEMBER, FELLOW, VISITING, LENT)
LEADING = (FACILITATOR, CO_FACILITATOR, STAND_IN)
STAFF_LIST = (LEAD, OPERATOR)  # the organisation's page names those who work here


def build_house(at: datetime) -> House:
    """Two organisations; in the first, one group with a past, a meeting under way, and one still to come."""
    house = House(at=at)
    _people(house)
    _foreigners(house)
    _past_meeting(house)
    _meetings_now(house)
    _standing_in(house)
    _asking_for_people(house)
    _agreeing(house)
    _parting(house)
    _writing(house)
    _sharing(house)
    _caring(house)
    _getting_ready(house)
    _after_practices(house)
    _asking_to_come(house)
    _waiting_to_be_done(house)
    _staying_away(house)
    _settings(house)
    return house


def _people(house: House) -> None:
    at, t = house.at, house.things
    home = t["organisation"] = make_organisation(at=at, name="Quiet house")
    # On the rota, which all who lead here can see.
    guide = house.person(home, "facilitator", *IN_GROUP, *LEADING, WEAK_FACILITATOR, SAFETY, *STAFF_LIST,
                         FORMER_MEMBER, OTHER_FACILITATOR, WAITING, NOT_NOW, role="facilitator")  # fmt: skip
    holder = house.person(home, "second facilitator", *IN_GROUP, *LEADING, SAFETY, *STAFF_LIST,
                          FORMER_MEMBER, role="facilitator")  # fmt: skip
    t["group"] = _group(house, home, "the group", guide, holder, may=(*IN_GROUP, *LEADING, LEAD, NOT_NOW))
    make_ready(home, [guide, holder], at=at - timedelta(days=20))
    for number in range(6):
        # The first two are who the expectations speak of. A safety lead has to be able to say whom something befell.
        what = ("member", "fellow member")[number] if number < 2 else f"member in seat {number + 1}"
        t[f"seat {number + 1}"] = house.person(home, what, *IN_GROUP, TABLET, *LEADING, SAFETY)
        join(t["group"], t[f"seat {number + 1}"], Membership.Role.MEMBER, at=at)
    former = house.person(home, "former member", FORMER_MEMBER, *LEADING, SAFETY)
    former_guide = house.person(home, "former facilitator", FORMER_FACILITATOR, *LEADING)
    closed = house.person(home, "member whose account is closed", *LEADING, SAFETY)
    for person, role in ((former, "member"), (former_guide, "facilitator"), (closed, "member")):
        place = join(t["group"], person, role, at=at)
        Membership.objects.filter(pk=place.pk).update(left_at=at + timedelta(seconds=1))
    User.objects.filter(pk=closed.pk).update(is_active=False)

    # Whoever leads a group picks from colleagues when somebody has to step in.
    others = [house.person(home, f"{what} of another group", OTHER_FACILITATOR, NEIGHBOUR, *LEADING, *STAFF_LIST,
                           role="facilitator") for what in ("facilitator", "second facilitator")]  # fmt: skip
    t["another group"] = _group(house, home, "another group", *others, may=(NEIGHBOUR, OTHER_FACILITATOR))
    neighbour = house.person(home, "member of another group", NEIGHBOUR, OTHER_FACILITATOR)
    join(t["another group"], neighbour, Membership.Role.MEMBER, at=at)
    t["neighbour"] = neighbour

    safety_lead = house.person(home, "safety lead", SAFETY, WEAK_SAFETY, *LEADING, *STAFF_LIST, role="safety-lead")
    # Who asks a colleague for a second look is named to them: for a questionnaire anybody of the staff may be asked.
    knows_lead = (LEAD, WEAK_LEAD, OPERATOR, SAFETY, *LEADING, WAITING, NOT_NOW, OTHER_FACILITATOR)
    lead = house.person(home, "organisation lead", *knows_lead, role="organisation-lead")
    operator = house.person(home, "operator", *STAFF_LIST, role="operator")
    waiting = house.person(
        home, "facilitator without a group", WAITING, APPLICANT, *LEADING, *STAFF_LIST, role="facilitator"
    )

    house.knocks(VISITOR, None)
    house.knocks(MEMBER, t["seat 1"])
    house.knocks(FELLOW, t["seat 2"])
    house.knocks(NEIGHBOUR, neighbour)
    house.knocks(FORMER_MEMBER, former)
    house.knocks(CLOSED_ACCOUNT, User.objects.get(pk=closed.pk))
    house.knocks(FACILITATOR, guide, strong=True)
    house.knocks(CO_FACILITATOR, holder, strong=True)
    house.knocks(WEAK_FACILITATOR, guide)
    house.knocks(OTHER_FACILITATOR, others[0], strong=True)
    house.knocks(FORMER_FACILITATOR, former_guide, strong=True)
    house.knocks(WAITING, waiting, strong=True)
    house.knocks(SAFETY, safety_lead, strong=True)
    house.knocks(WEAK_SAFETY, safety_lead)
    house.knocks(LEAD, lead, strong=True)
    house.knocks(WEAK_LEAD, lead)
    house.knocks(OPERATOR, operator, strong=True)


def _group(house: House, home: Any, what: str, guide: User, holder: User, *, may: tuple[str, ...]) -> Group:
    group = groups.start_group(
        organisation=home,
        name="Tuesday circle",
        programme=PROGRAMME,
        programme_version=VERSION,
        zone="UTC",
        first_at=house.at - timedelta(days=14),
        owner=guide,
        backup=holder,
        place=f"Room {house.plant(f'place of {what}', *may)}",
        video_link=f"https://video.example.org/{house.plant(f'video link of {what}', *may)}",
        by=SYSTEM,
        at=house.at - timedelta(days=20),
    )
    Membership.objects.filter(group=group).update(joined_at=house.at - timedelta(days=20))
    return group


def _foreigners(house: House) -> None:
    at, t = house.at, house.things
    there = t["another house"] = make_organisation(at=at, name="Far house")
    who = (FOREIGN_MEMBER, FOREIGN_FACILITATOR)
    people = [house.person(there, f"another house's {what}", *who, FOREIGN_LEAD, role="facilitator")
              for what in ("facilitator", "second facilitator")]  # fmt: skip
    group = t["another house's group"] = _group(house, there, "another house's group", *people, may=who)
    member = house.person(there, "another house's member", *who)
    join(group, member, Membership.Role.MEMBER, at=at)
    safety_lead = house.person(there, "another house's safety lead", FOREIGN_SAFETY, FOREIGN_LEAD, role="safety-lead")
    lead = house.person(there, "another house's organisation lead", FOREIGN_LEAD, role="organisation-lead")
    house.knocks(FOREIGN_MEMBER, member)
    house.knocks(FOREIGN_FACILITATOR, people[0], strong=True)
    house.knocks(FOREIGN_SAFETY, safety_lead, strong=True)
    house.knocks(FOREIGN_LEAD, lead, strong=True)


def _past_meeting(house: House) -> None:
    """The first meeting, a fortnight ago: led, left, closed, written up. Its reminder was confirmed."""
    t, begins = house.things, house.at - timedelta(days=14)
    guide = house.people[FACILITATOR].actor()
    gathering = _run(house, 1, begins)
    live.start_closing(gathering=gathering, by=guide, at=begins + timedelta(minutes=50))
    live.close(gathering=gathering, by=guide, at=begins + timedelta(minutes=60))
    leaving = begins + timedelta(minutes=58)
    t["answered sheet"] = _answer(house, "seat 1", gathering, leaving, steadiness=2, contact=1)
    _answer(house, "seat 2", gathering, leaving, steadiness=8, contact=0)
    t["closed gathering"] = gathering = Gathering.objects.get(pk=gathering.pk)
    _write_up(house, gathering, at=begins + timedelta(hours=2))
    for number, what, readers, show in (
        (2, "confirmed reminder", (*IN_GROUP, *LEADING), True),
        (4, "drafted reminder", LEADING, False),
    ):
        keep_words(
            gathering=Gathering.objects.get(group=t["group"], number=number), words=house.plant(what, *readers),
            show=show, seen="", by=guide, at=begins + timedelta(hours=2),
        )  # fmt: skip


def _run(house: House, number: int, begins: datetime) -> Gathering:
    """Open this meeting, have the members arrive and tap, and play a practice."""
    gathering = Gathering.objects.select_related("group__organisation").get(group=house.things["group"], number=number)
    Gathering.objects.filter(pk=gathering.pk).update(starts_at=begins)
    gathering.starts_at = begins
    guide = house.people[FACILITATOR].actor()
    live.open_gathering(gathering=gathering, online=False, by=guide, at=begins)
    gathering.refresh_from_db()
    for seat in range(1, 5):
        live.arrive(gathering=gathering, by=_actor(house.things[f"seat {seat}"]), at=begins)
    tap = {"gathering": gathering, "client_key": codes.new_code(), "at": begins + timedelta(minutes=9)}
    live.send_signal(kind="lot", by=_actor(house.things["seat 2"]), **tap)
    live.start_step(gathering=gathering, step=1, by=guide, at=begins + timedelta(minutes=5))
    return gathering


def _answer(house: House, seat: str, gathering: Gathering, at: datetime, *, steadiness: int, contact: int) -> Any:
    member = house.things[seat]
    sheet = Assignment.objects.get(member=member, gathering=gathering, instrument="after-session")
    words = house.plant(f"what {seat} wrote to the facilitators about meeting {gathering.number}", *LEADING)
    answers = {"ease": 7, "fit": 6, "steadiness": steadiness, "to_know": words, "contact": contact}
    measures.submit_response(assignment=sheet, answers=answers, client_key=codes.new_code(), by=_actor(member), at=at)
    return sheet


def _write_up(house: House, gathering: Gathering, *, at: datetime) -> None:
    n = gathering.number
    why = house.plant(f"reason for a changed step of meeting {n}", *LEADING)
    groups.record_after(
        gathering=gathering,
        steps={"checkin": groups.StepNote(outcome="adapted", why=why)},
        note=house.plant(f"shared note of meeting {n}", *LEADING),
        lines={house.things["seat 1"]: house.plant(f"line about the member at meeting {n}", *LEADING)},
        by=house.people[FACILITATOR].actor(),
        at=at,
    )


def _meetings_now(house: House) -> None:
    """The second meeting is closing, the third is open, the fourth is planned."""
    t, at = house.things, house.at
    guide = house.people[FACILITATOR].actor()
    closing = _run(house, 2, at - timedelta(minutes=50))
    live.start_closing(gathering=closing, by=guide, at=at - timedelta(minutes=2))
    t["closing gathering"] = Gathering.objects.get(pk=closing.pk)
    _words_in(house, closing, at - timedelta(minutes=1))
    opened = _run(house, 3, at - timedelta(minutes=20))
    live.start_round(gathering=opened, prompt="checkin", by=guide, at=at - timedelta(minutes=12))
    t["open gathering"] = Gathering.objects.select_related("group").get(pk=opened.pk)
    t["planned gathering"] = Gathering.objects.get(group=t["group"], number=4)
    Gathering.objects.filter(group=t["another group"], number=1).update(starts_at=at + timedelta(days=1))
    visit = t["open gathering"]
    house.knocks(VISITING, t["seat 1"], visiting=visit)
    house.knocks(FORMER_VISITING, house.people[FORMER_MEMBER].user, visiting=visit)
    letters = live.make_tablet(gathering=visit, by=guide, at=at)
    t["tablet"] = live.claim_tablet(short_code=visit.short_code, typed=letters, at=at)
    house.people[TABLET] = Somebody(TABLET, None, tablet=t["tablet"])
    house.people[LENT] = Somebody(LENT, t["seat 1"], visiting=visit, tablet=t["tablet"])

    sheets = Assignment.objects.filter(member=t["seat 1"], gathering=opened)
    t["sheet of the open gathering"] = sheets.get(occasion="leaving")
    t["sheet of the closing gathering"] = Assignment.objects.get(
        member=t["seat 1"], gathering=closing, occasion="leaving"
    )
    day = {"opens_at": at - timedelta(days=1), "closes_at": at + timedelta(days=3)}
    t["sheet at home"] = _sheet(t["seat 1"], t["group"], "wcc-6", **day)
    t["sheet with imported words"] = _sheet(t["seat 1"], t["group"], "phq-9", **day)
    t["sheet of the former member"] = _sheet(house.people[FORMER_MEMBER].user, t["group"], "wcc-6", **day)
    # Each has answered it before, so that there is a line of their own to look at.
    past = {"opens_at": at - timedelta(days=9), "closes_at": at - timedelta(days=7)}
    for person in (t["seat 1"], house.people[FORMER_MEMBER].user):
        assert person is not None
        measures.submit_response(
            assignment=_sheet(person, t["group"], "wcc-6", occasion="weekly", **past), by=_actor(person),
            at=at - timedelta(days=8), client_key=codes.new_code(), answers={f"wcc_{n}": 3 for n in range(1, 7)},
        )  # fmt: skip


def _words_in(house: House, gathering: Gathering, at: datetime) -> None:
    """Words are being gathered. Two are in: each is its author's alone, and those who lead see nothing yet."""
    guide = house.people[FACILITATOR].actor()
    placed = live.ask_words(gathering=gathering, kind="word", prompt="", by=guide, at=at)
    assert placed.words is not None
    house.things["words"] = placed.words.words
    for seat, reader in ((1, MEMBER), (2, FELLOW)):
        word = house.plant(f"a word of seat {seat}", reader)
        by = _actor(house.things[f"seat {seat}"])
        live.say_word(gathering=gathering, words=placed.words.words, text=word, by=by, at=at)


def _sheet(
    member: User | None, group: Group, instrument: str, *, occasion: str = "baseline", **when: datetime
) -> Assignment:
    assert member is not None
    return asking.assign(member=member, group=group, instrument=instrument, occasion=occasion, by=SYSTEM, **when)


def _standing_in(house: House) -> None:
    """Somebody steps in at the meeting that is open; somebody else did a fortnight ago, and will in a week."""
    t, at = house.things, house.at
    guide = house.people[FACILITATOR].user
    assert guide is not None
    who = (*LEADING, *STAFF_LIST, SAFETY)
    for name, meetings in ((STAND_IN, ("open gathering",)), (NOT_NOW, ("closed gathering", "planned gathering"))):
        person = house.person(t["organisation"], name, *who, name, role="facilitator")
        house.knocks(name, person, strong=True)
        for meeting in meetings:
            t[name] = StandIn.objects.create(
                gathering=t[meeting], user=person, in_for=guide, place="beside", named_by=guide, named_at=at
            )


def _asking_for_people(house: House) -> None:
    """One alert that waits, one that was acted on and closed, and something unwanted that happened."""
    t, at = house.things, house.at
    guide = house.people[FACILITATOR].actor()
    t["raised alert"] = Alert.objects.get(source_code=t["answered sheet"].code)
    tap = live.send_signal(
        gathering=t["open gathering"], kind="come", client_key=codes.new_code(), by=_actor(t["seat 2"]), at=at
    )
    alert = t["closed alert"] = Alert.objects.select_related("member", "group__organisation").get(source_code=tap.code)
    safety.see(alert=alert, by=guide, at=at)
    safety.act(alert=alert, by=guide, at=at, note=house.plant("note on an alert", *LEADING, SAFETY))
    safety.contacted(alert=alert, by=guide, at=at)
    note = house.plant("closing note of an alert", *LEADING, SAFETY)
    safety.close(alert=alert, by=guide, at=at, reason="plan-agreed", note=note)
    t["harm check"] = _sheet(t["seat 1"], t["group"], "harm-check", opens_at=at - DAY, closes_at=at + DAY)
    said = {"worse": 1, "sleep": 1, "to_know": house.plant("words on a harm check", MEMBER, *LEADING)}
    measures.submit_response(
        assignment=t["harm check"], answers=said, client_key=codes.new_code(), by=house.people[MEMBER].actor(), at=at
    )
    t["adverse event"] = safety.record_adverse_event(
        group=t["group"],
        member=t["seat 1"],
        category="sleep",
        severity=4,
        related="possible",
        happened_on=at.date(),
        what=house.plant("what happened, in an unwanted event", *LEADING, SAFETY),
        by=guide,
        at=at,
    )


def _agreeing(house: House) -> None:
    """A list with a line of its own, a proposal that waits and one set aside, and a line that was not kept."""
    t, at, guide = house.things, house.at, house.people[FACILITATOR].actor()
    group, member = t["group"], t["seat 1"]
    line = Line("", house.plant("line of the agreement", *IN_GROUP, *LEADING))
    groups.confirm_agreement(group=group, lines=[*starter(), line], taken_up=(), seen=0, by=guide, at=at)
    fellow = t["seat 2"]
    groups.answer_agreement(group=group, number=1, answer="talk", member=fellow, by=_actor(fellow), at=at)
    for name in ("proposal set aside", "proposal"):
        t[name] = groups.propose_line(
            group=group, line="", text=house.plant(name, MEMBER, *LEADING), client_key=codes.new_code(),
            author=member, by=_actor(member), at=at,
        )  # fmt: skip
    reason = house.plant("why a proposal was set aside", MEMBER)
    groups.set_aside(proposal=t["proposal set aside"], reason=reason, by=guide, at=at)
    for name in ("repair", "closed repair"):
        t[name] = repairs.note_breach(
            group=group, line="mind-the-time", noticed_on=at.date(), note=house.plant(f"note on a {name}", *LEADING),
            client_key=codes.new_code(), by=guide, at=at,
        )  # fmt: skip
        steps = {"view": repairs.StepWords(note=house.plant(f"step of a {name}", *LEADING))}
        repairs.save_steps(repair=t[name], steps=steps, by=guide, at=at)
    ending = house.plant("how a repair ended", *LEADING)
    repairs.close_repair(repair=t["closed repair"], outcome="mended", ending=ending, by=guide, at=at)


def _parting(house: House) -> None:
    """The middle brought together, a letter, words to keep and words that wait, and a circle that asks for more."""
    t, at, group, guide = house.things, house.at, house.things["group"], house.people[FACILITATOR].actor()
    for seat in range(1, 6):
        member = t[f"seat {seat}"]
        words = {"keep": house.plant(f"what seat {seat} would keep", *LEADING)}
        reviews.write_note(group=group, words=words, practices={}, member=member, by=_actor(member), at=at)
    reviews.gather(group=group, by=guide, at=at)
    lines = [house.plant("what comes of the review", *IN_GROUP, *LEADING)]
    reviews.answer(group=group, lines=lines, by=guide, at=at)
    place = Membership.objects.select_related("group").get(group=group, user=t["seat 1"])
    closing.say_receives(place=place, wish=True, by=_actor(t["seat 1"]), at=at)
    for what, may in (("words that were left", (MEMBER,)), ("kept line", LEADING)):
        t[what] = closing.write_line(
            to=place, text=house.plant(what, *may), client_key=codes.new_code(), author=t["seat 2"],
            by=_actor(t["seat 2"]), at=at,
        )  # fmt: skip
    t["alliance step"] = AllianceStep.objects.create(
        gathering=t["closed gathering"], level="member_member", what="more-pairs", chosen_by_id=guide.user_id,
        chosen_at=at,
    )  # fmt: skip
    closing.decide_line(line=t["words that were left"], give=True, by=guide, at=at)
    for to, what, may in ((place, "letter to one", (MEMBER, *LEADING)), (None, "letter to all", (*IN_GROUP, *LEADING))):
        closing.save_letter(group=group, to=to, text=house.plant(what, *may), give=True, by=guide, at=at)
    lead = house.people[LEAD].actor()
    reason = house.plant("why a group is held", LEAD)
    t["person hold"] = person_holds.ask(
        person=t["seat 2"], reason=house.plant("why a person's words are held", LEAD, SAFETY),
        until=(at + timedelta(days=9)).date(), untold=False, by=lead, at=at,
    )  # fmt: skip
    t["hold"] = keeping.place_hold(group=group, reason=reason, until=(at + timedelta(days=9)).date(), by=lead, at=at)
    guides = [place.user for place in present_places(group, "facilitator")]
    circle, _dates = make_group(t["organisation"], guides, at=at, programme="circle-of-practice", gatherings=12,
                                first_at=at + timedelta(days=40))  # fmt: skip
    t["circle invitation"] = CircleInvitation.objects.create(
        circle=circle, person=t["seat 1"], made_by=guides[0], made_at=at
    )


def _writing(house: House) -> None:
    """A journal entry, a letter on its way, a letter that arrived, and a draft: of the member and of a neighbour."""
    t, at = house.things, house.at
    for person, who, prefix in (
        (t["seat 1"], (MEMBER,), ""),
        (t["neighbour"], (NEIGHBOUR,), "neighbour's "),
    ):
        by = _actor(person)
        own = {"author": person, "by": by, "at": at}
        words = json.dumps({"feelings": house.plant(f"{prefix}journal entry", *who)})
        entry = writing.write_entry(text=words, practice="p09-three-line-day", client_key=codes.new_code(), **own)
        t[f"{prefix}journal entry"] = entry
        for name, readers, days in (
            ("arrived letter", who, 1),
            ("sealed letter", (), 90),
            ("letter for need", (), None),
        ):
            # Nobody sees a sealed letter before its day, or before it is needed: not even its writer.
            letter = writing.write_letter(
                text=f"Dear me, {house.plant(prefix + name, *readers)}",
                deliver_on=at.date() + timedelta(days=days) if days else None,
                client_key=codes.new_code(),
                **own,
            )
            t[prefix + name] = letter
        for kind, box in (("journal", "feelings"), ("letter", "text")):
            draft = house.plant(f"{prefix}{kind} draft", *who)
            writing.save_draft(kind=kind, box=box, text=draft, page=codes.new_code(), version=0, **own)
        t[f"{prefix}play"] = practice.start_play(
            practice=load_practice("p22-soles-of-the-feet"), seconds=60, client_key=codes.new_code(), member=person,
            group=None, by=by, at=at,
        )  # fmt: skip
        choice = Choice(anchor="feet", eyes_open=True, zones=("chest",))
        keep_own_way(choice, member=person, by=by)
        t[f"{prefix}own way"] = OwnWay.objects.get(member=person)
        at_hand.put_at_hand("p22-soles-of-the-feet", member=person, by=by)
        at_hand.note_hard_day(at.date(), member=person, by=by)
        t[f"{prefix}at hand"] = AtHand.objects.get(member=person)
        resonance.turn_on(member=person, by=by, at=at)
        when = resonance.When("p22-soles-of-the-feet", at.astimezone(ZoneInfo(person.zone)).date())
        t[f"{prefix}heart sitting"] = resonance.keep_first(
            data=as_list(resting(1, seconds=70)), part="before", when=when, client_key=codes.new_code(), member=person,
            by=by, at=at,
        )  # fmt: skip
    _to_those_who_lead(house)
    for name in ("arrived letter", "neighbour's arrived letter"):
        # Its day was the day before yesterday, so the worker brings it now, wherever its writer lives.
        Letter.objects.filter(pk=t[name].pk).update(deliver_on=at.date() - timedelta(days=2))
    deliver_due(at=at)
    for name in ("arrived letter", "neighbour's arrived letter"):
        t[name].refresh_from_db()


def _sharing(house: House) -> None:
    """One copy for those who lead, one by name, a handful without names, and one that is read first."""
    t, at, group = house.things, house.at, house.things["group"]
    both, all_of_them = (MEMBER, *LEADING), (MEMBER, FELLOW, *LEADING)

    def put(seat: int, step: Step, what: str, *readers: str) -> Share:
        who, words, key = t[f"seat {seat}"], house.plant(what, *readers), codes.new_code()
        looked = looking.proof(words=words, step=step, group=group, author=who, key=key, at=at)
        row = sharing.share(
            words=words, step=step, source=Ref("journal", codes.new_code()), group=group, author=who, client_key=key,
            looked=looked, by=_actor(who), at=at,
        )  # fmt: skip
        # Its ten minutes are over.
        Share.objects.filter(pk=row.pk).update(seen_from=at)
        return row

    t["share"] = put(1, Step.LEADERS, "what is shared with those who lead", *both)
    t["named share"] = put(1, Step.NAMED, "what is shared by name", *all_of_them)
    for seat in range(1, 5):
        t[f"unnamed share of seat {seat}"] = put(seat, Step.UNNAMED, f"what seat {seat} shares unnamed", *all_of_them)
    gather_due(at=at + DAY)
    review.set_reviews(group=group, reviews=True, by=house.people[FACILITATOR].actor(), at=at)
    t["share to read first"] = put(2, Step.NAMED, "what is read first", FELLOW, *LEADING)


def _caring(house: House) -> None:
    """What the facilitator took to supervision, and how they were after the first meeting."""
    t, guide = house.things, house.people[FACILITATOR].actor()
    t["member's place"] = Membership.objects.get(group=t["group"], user=t["seat 1"])
    t["supervision"] = note_supervision(
        held_on=house.at.date(), minutes=60, with_whom=house.plant("with whom they talked", FACILITATOR),
        taken=house.plant("what they took to supervision", FACILITATOR), same_day=False,
        client_key=codes.new_code(), by=guide, at=house.at,
    )  # fmt: skip
    person = house.people[FACILITATOR].user
    assert person is not None
    t["colleague"] = person
    words = {"mood": house.plant("words of a hand-over", *LEADING)}
    hand_over.write(group=t["group"], words=words, seen_at=None, by=guide, at=house.at)
    lacks = [Missing(person, "", ("safeguarding",), ("",))]
    reason = house.plant("why a group began all the same", LEAD)
    lead = house.people[LEAD].actor()
    note_start(
        group_id=t["another group"].pk,
        organisation=t["organisation"],
        missing=lacks,
        reason=reason,
        by=lead,
        at=house.at,
    )
    t["credential"] = keep(
        person=person, kind="group-skills", held_on=house.at.date(), until=None,
        words=house.plant("what a facilitator brings", FACILITATOR, LEAD), by=guide, at=house.at,
    )  # fmt: skip
    t["debrief line"] = write_line(
        gathering=t["closed gathering"], part="contact", words=house.plant("why somebody is rung", *LEADING),
        member=t["seat 1"], owner=person, due_on=house.at.date(), client_key=codes.new_code(), by=guide, at=house.at,
    )  # fmt: skip
    for part in ("saw", "change"):
        write_line(
            gathering=t["closed gathering"], part=part, words=house.plant(f"debrief: {part}", *LEADING),
            client_key=codes.new_code(), by=guide, at=house.at,
        )  # fmt: skip
    tell_group(
        gathering=t["closed gathering"], heard=house.plant("what the group was heard to say", *IN_GROUP, *LEADING),
        doing="We begin earlier.", agreed=True, client_key=codes.new_code(), by=guide, at=house.at,
    )  # fmt: skip
    keep_own_check(gathering=t["closed gathering"], how=4, ratings={"pace": 5}, by=guide, at=house.at)


def _getting_ready(house: House) -> None:
    """The member said yes, shares a plan and said how to be reached; a fellow keeps a plan alone. A talk was noted."""
    t, at, guide = house.things, house.at, house.people[FACILITATOR].actor()
    yes = yes_to(t["organisation"], house.plant("name under a consent", MEMBER))
    yes |= {"shown": {"short": house.plant("what somebody said yes to", MEMBER), "full": "All of it."}}
    yes |= {"items": [*yes["items"], "safe-contact"]}
    groups.say_yes(person=t["seat 1"], by=_actor(t["seat 1"]), at=at, **yes)
    for seat, readers in ((1, (MEMBER, *LEADING)), (2, (FELLOW,))):
        own = {"person": t[f"seat {seat}"], "by": _actor(t[f"seat {seat}"]), "at": at}
        preparing.keep_plan(lines={"my-signs": house.plant(f"support plan of seat {seat}", *readers)}, **own)
    own = {"person": t["seat 1"], "by": _actor(t["seat 1"]), "at": at}
    preparing.share_plan(**own)
    # Whoever handles an alert of theirs: those who lead, and those who answer for safety.
    helping = (MEMBER, *LEADING, SAFETY)
    preparing.keep_plan(lines={"signs": house.plant("step of a safety plan", *helping)}, kind=SAFETY_PLAN, **own)
    preparing.share_plan(kind=SAFETY_PLAN, **own)
    words = {"way": house.plant("safe way to be reached", *helping), "never": "My neighbour."}
    preparing.keep_contact(lines=words | {"person": house.plant("person to be called", *helping)}, **own)
    where = {name: house.plant(f"{name} of somebody today", MEMBER, *LEADING) for name in ("place", "number")}
    t["whereabouts"] = whereabouts_of(t["open gathering"], t["seat 1"], where, at=at)
    place = t["member's place"]
    t["shared plan"] = plan_facts(place, SupportPlan.objects.get(person=t["seat 1"]))
    preparing.note_talk(
        place=place, held_on=at.date(), minutes=20, how="phone", line=house.plant("line on a talk", *LEADING),
        client_key=codes.new_code(), by=guide, at=at,
    )  # fmt: skip


def _after_practices(house: House) -> None:
    """A practice that was too much, told with the member's yes, one that nobody was told of, and a slower pace."""
    t, at, member = house.things, house.at, house.things["seat 1"]
    own = {"by": _actor(member), "at": at}
    for name in ("landing", "told landing"):
        play = practice.start_play(
            practice=load_practice("p01-three-part-pause"), seconds=180, client_key=name, member=member,
            group=t["group"], **own,
        )  # fmt: skip
        t[name] = backdraft.ask_at_home(play=play, **own)
    backdraft.set_may_tell(member=member, yes=True, **own)
    t["told landing"] = backdraft.say_too_much(landing=t["told landing"], **own)
    t["slower pace"] = SlowerPace.objects.create(place=t["member's place"], reasons="a-lot", raised_at=at)


def whereabouts_of(gathering: Gathering, person: User, lines: dict[str, str], *, at: datetime) -> Whereabouts:
    """Where somebody is, as if the meeting were by screen: the one of this house is in a room, with a video link."""
    row = Whereabouts(gathering=gathering, person=person, told_at=at)
    row.sealed_how = seals.WHEREABOUTS_HOW.seal("alone", code=row.code, holder=person)
    row.sealed_lines = seals.WHEREABOUTS.seal(json.dumps(lines), code=row.code, holder=person)
    row.save()
    return row


def _asking_to_come(house: House) -> None:
    """An intake that is entrusted to the facilitator without a group, and one who asked to come."""
    t, at = house.things, house.at
    home, screener = t["organisation"], house.people[WAITING].user
    assert screener is not None
    t["intake"] = Intake.objects.create(
        organisation=home, name="Evenings in spring", programme=PROGRAMME, programme_version=VERSION, state="open",
        public=True, zone="UTC", created_at=at,
    )  # fmt: skip
    Screener.objects.create(intake=t["intake"], user=screener, since=at)
    applicant = house.person(home, "applicant", APPLICANT, WAITING, SAFETY)
    house.knocks(APPLICANT, applicant)
    t["application"] = Application.objects.create(
        intake=t["intake"], person=applicant, source=Application.Source.PAGE, applied_at=at
    )
    _talked_with(house, _actor(applicant), house.people[WAITING].actor())
    _forming(house, house.people[WAITING].actor())


def _forming(house: House, screener: Actor) -> None:
    """A time of the week, a group that is proposed on it, and two people who must not sit together."""
    t, at = house.things, house.at
    t["weekly slot"] = WeeklySlot.objects.create(intake=t["intake"], weekday=2, starts="18:00")
    t["application"].slots.add(t["weekly slot"])
    other = house.person(t["organisation"], "second applicant", WAITING)
    t["second application"] = apply(
        intake=t["intake"], person=other, answers={"hopes": house.plant("what somebody hopes for", WAITING)},
        source=Application.Source.PAGE, slots=[t["weekly slot"]], by=_actor(other), at=at,
    )  # fmt: skip
    t["proposed group"] = ProposedGroup.objects.create(
        intake=t["intake"], slot=t["weekly slot"], number=1, made_by_id=screener.user_id, made_at=at
    )
    ProposedSeat.objects.create(proposed=t["proposed group"], application=t["application"])
    forming.keep_apart(
        intake=t["intake"], people=[t["application"], t["second application"]], by=screener, at=at,
        why=house.plant("why two are kept apart", WAITING),
    )  # fmt: skip
    t["rule"] = KeepApart.objects.get(organisation=t["organisation"])


def _talked_with(house: House, applicant: Actor, screener: Actor) -> None:
    """Their form, with a yes that asks for a person; a time that is taken, a talk that was noted, and an answer."""
    t, at, application = house.things, house.at, house.things["application"]
    both = (APPLICANT, WAITING)
    form = screening.open_form(application=application, by=applicant, at=at)
    # How to reach somebody safely is for whoever answers an alert, too.
    reach = house.plant("how to reach somebody safely", *both, SAFETY)
    said = {"hopes": {"words": house.plant("form before the talk", *both)}, "safe": {"words": reach}}
    answers = said | {"danger": {"choice": "yes", "words": house.plant("what is not safe", *both)}}
    key = codes.new_code()
    t["screening form"] = keep_part(form=form, answers=answers, page=key, version=0, send=True, by=applicant, at=at)
    t["alert of an applicant"] = alerts_of(form)[0]
    talks.note_talk(
        application=application, took_place=True, how="phone", happened_at=at, client_key=codes.new_code(),
        note=house.plant("note of a talk", WAITING), by=screener, at=at,
    )  # fmt: skip
    t["decision"] = decide(
        application=application, outcome="join-with-plan", reason=house.plant("reason of a decision", WAITING),
        letter=house.plant("letter with an answer", *both), plan=house.plant("plan agreed in the talk", *both),
        checklist={"home": {"ticked": True, "note": house.plant("word on the list", WAITING)}}, by=screener, at=at,
    )  # fmt: skip
    t["talk time"], t["free talk time"] = (
        TalkTime.objects.create(
            intake=t["intake"], screener=house.people[WAITING].user, starts_at=at + timedelta(days=days), how="phone"
        )
        for days in (4, 5)
    )
    talks.book(application=application, talk_time=t["talk time"], by=applicant, at=at)


def _waiting_to_be_done(house: House) -> None:
    """One thing to do for each kind of owner: a group's, one person's, and the house's."""
    other = house.people[OTHER_FACILITATOR].user
    assert other is not None
    owners = {"group task": {"group_id": house.things["group"].pk}, "own task": {"owner": other}}
    owners["finished group task"] = owners["group task"] | {"concerns": house.things["seat 1"]}
    for name in ("group task", "finished group task", "own task", "task of the house"):
        about = Ref("group", house.things["group"].code)
        raise_task(
            Kind.TWO_MISSES, organisation=house.things["organisation"], about=about, once=name, due_at=house.at,
            at=house.at, **owners.get(name, {}),
        )  # fmt: skip
        house.things[name] = Task.objects.get(organisation=house.things["organisation"], once_key__endswith=f":{name}")
    words = house.plant("note on a finished task", *LEADING)
    guide = house.people[FACILITATOR].actor()
    finish(task=house.things["finished group task"], outcome="reached", note=words, by=guide, at=house.at)


def _staying_away(house: House) -> None:
    """Somebody missed the first meeting, and the former member left words for the others."""
    t = house.things
    away = Membership.objects.get(group=t["group"], user=t["seat 5"])
    t["absence"] = Absence.objects.create(gathering=t["closed gathering"], place=away, noticed_at=house.at)
    place = t["place of the former member"]
    t["leaving"] = leaving = Leaving(place=place, left_at=place.left_at, telling=Leaving.Telling.OWN_WORDS)
    words = house.plant("words of who left, for the others", FORMER_MEMBER, *LEADING)
    leaving.sealed_words = seals.GOODBYE.seal(words, code=leaving.code, holder=place.user)
    leaving.save()


def _to_those_who_lead(house: House) -> None:
    """The member wrote to those who lead, and one of them answered. Who left has a place too, to read from."""
    t, at = house.things, house.at
    places = {place.user_id: place for place in member_places().filter(group=t["group"])}
    t["place"] = place = places[t["seat 1"].pk]
    former = house.people[FORMER_MEMBER].user
    assert former is not None
    t["place of the former member"] = places[former.pk]
    words = house.plant("message to those who lead", MEMBER, *LEADING)
    message = write(
        place=place, text=words, phrase="hard-topic", client_key=codes.new_code(), by=_actor(t["seat 1"]), at=at
    )
    t["conversation"] = message.conversation
    words = house.plant("answer of those who lead", MEMBER, *LEADING)
    key = codes.new_code()
    guide = house.people[FACILITATOR].actor()
    answer(conversation=message.conversation, text=words, seen=message.code, client_key=key, by=guide, at=at)
    draft = house.plant("draft of a message", MEMBER)
    writing.save_draft(
        kind=f"message-{place.code}", box="text", text=draft, page=codes.new_code(), version=0, author=t["seat 1"],
        by=_actor(t["seat 1"]), at=at,
    )  # fmt: skip


def _settings(house: House) -> None:
    """Invitations that wait, numbers to call, imported words."""
    t, at = house.things, house.at
    guide, lead = house.people[FACILITATOR].actor(), house.people[LEAD].actor()
    home = t["organisation"]
    _, house.secrets["invitation"] = groups.add_somebody(
        intake=t["group"].intake, name=house.plant("name on an invitation", *LEADING), by=guide, at=at
    )
    groups.make_entry_pass(gathering=t["open gathering"], member=t["seat 3"], by=guide, at=at)
    house.secrets |= {"demo": demo_token(t["seat 1"]), "set-up": set_up_token()}
    line = {"organisation": home, "name": "A line", "hours": "always", "source": "its own page", "by": lead, "at": at}
    t["help line"] = add_helpline(number="116 123", emergency=True, **line)
    for who in (lead, house.people[SAFETY].actor()):
        check_helpline(helpline=t["help line"], by=who, at=at)
    # Two houses with rooms of the same words: each reads its own alone.
    for one, by, may in (
        (home, lead, (LEAD, *LEADING, OTHER_FACILITATOR)),
        (t["another house"], house.people[FOREIGN_LEAD].actor(), (FOREIGN_LEAD, FOREIGN_FACILITATOR)),
    ):
        of = "the house" if one is home else "another house"
        facts = venues.Facts("Room 1", house.plant(f"address of a room of {of}", *may))
        venue = venues.add_venue(organisation=one, kind="room", facts=facts, by=by, at=at)
        t["venue" if one is home else "venue of another house"] = venue
    own = calendars.renew_link(user=t["seat 1"], seen="off", by=house.people[MEMBER].actor(), at=at)
    house.secrets["calendar"] = calendars.secret_of(own)
    t["recording"] = _recording(home, guide, at)
    words = made_up_wording("phq-9")
    measures.import_wording(
        organisation=home,
        definition=definition("phq-9"),
        wording=words,
        source_name=f"{house.plant('name of an imported file', LEAD)}.csv",
        source_bytes=b"made up",
        by=lead,
        at=at,
    )
    t["wording"] = Wording.objects.get(organisation=home, instrument="phq-9")
    t["typed wording"] = _typed_wording(house, lead, at)
    t["release"] = _release(house, at)
    t["trial"] = _trial(house, at)
    for person, who in ((t["seat 1"], (MEMBER,)), (house.people[FACILITATOR].user, (FACILITATOR, WEAK_FACILITATOR))):
        give_second_factors(person, house.plant("name of a passkey", *who))
    t["passkey"] = Authenticator.objects.get(user=t["seat 1"], type=Authenticator.Type.WEBAUTHN)


def _typed_wording(house: House, lead: Actor, at: datetime) -> TypedWording:
    """Typed in by hand by the house's lead, and waiting for a second person."""
    from tests.house.matrix_expected import STAFF_OF_THE_HOUSE  # made of the names in this file

    t, said = house.things, house.plant("words of a questionnaire", *STAFF_OF_THE_HOUSE)
    one = definition("who-5")
    begun = by_hand.begin(organisation=t["organisation"], one=one, language="nl", by=lead, at=at)
    lines = {line.key: f"{line.kind} {said}" for line in lines_of(one)}
    typed = by_hand.save(typed=begun, lines=lines, seen=0, by=lead, at=at)
    whom = house.people[FACILITATOR].user.code  # type: ignore[union-attr]
    return by_hand.hand_in(typed=typed, source=f"Form {said}", terms=True, whom=whom, by=lead, at=at)


def _release(house: House, at: datetime) -> Release:
    """The house's lead asked for rows; what for and for whom is for the two who decide. Too few people for a file."""
    t, lead, safety = house.things, house.people[LEAD].user, house.people[SAFETY].user
    release = Release(
        organisation=t["organisation"], programme=PROGRAMME, study="kindness", days=30, asked_by=lead, asked_at=at,
        asked_to=safety, client_key=codes.new_code(),
    )  # fmt: skip
    words = {part: house.plant(f"{part} of rows for research", LEAD, SAFETY) for part in ("purpose", "recipient")}
    release.sealed_why = seals.RELEASE_WHY.seal(json.dumps(words), code=release.code, holder=t["organisation"])
    release.save()
    return release


def _trial(house: House, at: datetime) -> Trial:
    """The house's lead planned a draw over an offer of its own; it waits for a second person."""
    t, day = house.things, at.date()
    return Trial.objects.create(
        organisation=t["organisation"], intake=make_intake(t["organisation"], [], at=at), title="Kind spring",
        way="seats", seats=12, answer_by=day, later_on=day + timedelta(weeks=12), words="We compare.",
        instrument="illness-burden", version="1.0.0", scale="burden", weeks=8, margin=2, attend=3, df="satterthwaite",
        asked_by=house.people[LEAD].user, asked_at=at, asked_to=house.people[SAFETY].user, client_key=codes.new_code(),
    )  # fmt: skip


def _recording(home: Any, guide: Actor, at: datetime) -> Recording:
    """Somebody's own voice for the shortest practice."""
    with NamedTemporaryFile() as file:
        file.write(recorded())
        file.flush()
        return keep_recording(
            come=Path(file.name), name="voice.wav", practice=load_practice("p03-comforting-contact"), seconds=20,
            organisation=home, by=guide, at=at,
        )  # fmt: skip


def _actor(user: User) -> Actor:
    return actor_for(user)
