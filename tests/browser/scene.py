"""One house in the middle of its life, so that every page of the site has something to show."""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.care.models import Supervision
from kindcircle.rooms.care.own_check import keep_own_check
from kindcircle.rooms.care.supervision import note_supervision
from kindcircle.rooms.conversations import absence_notes
from kindcircle.rooms.conversations.actions import answer, write
from kindcircle.rooms.conversations.models import Conversation
from kindcircle.rooms.conversations.queries import member_places
from kindcircle.rooms.ending import circles, closing, finishing, person_holds, reviews
from kindcircle.rooms.ending.models import CircleInvitation
from kindcircle.rooms.ending.models_privacy import PersonHold
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups import repairs, venues
from kindcircle.rooms.groups.absences import absences
from kindcircle.rooms.groups.agreements import Line, starter
from kindcircle.rooms.groups.models import Gathering, Group, Invitation, Membership
from kindcircle.rooms.groups.models_absence import Absence, Leaving
from kindcircle.rooms.groups.models_agreement import Repair
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live import debrief, queries, whereabouts
from kindcircle.rooms.measures import by_hand
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.models_typing import TypedWording
from kindcircle.rooms.practice.recordings import keep_recording
from kindcircle.rooms.preparing import actions as preparing
from kindcircle.rooms.preparing.plans import SAFETY
from kindcircle.rooms.research.models import Release
from kindcircle.rooms.resonance.models import Sitting
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import AdverseEvent, Alert, Helpline, HelplineCheck
from kindcircle.rooms.safety.unwanted import Facts
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.tasks.actions import finish, raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.again import mark_line
from kindcircle.rooms.writing.models import JournalEntry, Letter
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.practices import load_practice
from kindcircle.spec.typed_words import lines_of
from tests.browser.scene_asking import Asked, asked_to_come
from tests.browser.scene_course import course_of
from tests.browser.scene_heart import sat
from tests.browser.scene_offer import Offer, offered
from tests.browser.scene_sharing import let_others_read
from tests.browser.scene_together import asked_together, heard, rates_others
from tests.rooms.measures.sheets import bring_wording, send, sheet
from tests.rooms.practice.recorded import recorded
from tests.rooms.research.trying import agrees, drawn, locked, may_join
from tests.rooms.research.trying import offer as make_offer
from tests.world import World, join, make_group, make_world

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Scene:
    """The people, by what they are called in the list of pages, and the things they have pages about."""

    world: World
    people: dict[str, User | None]
    meetings: dict[str, Gathering]  # by what is going on in each
    sheets: dict[str, Assignment]
    alerts: dict[str, Alert]
    letters: dict[str, Letter]
    entry: JournalEntry
    share: Share
    sitting: Sitting
    place: Membership
    conversation: Conversation
    invitations: dict[str, str]
    address: str
    supervision: Supervision
    repair: Repair
    tasks: dict[str, Task]
    absences: dict[str, Absence]
    leaving: Leaving
    venue: Venue
    offer: Offer
    ended: Group
    circle: CircleInvitation
    asked: Asked
    typed: TypedWording
    release: Release
    person_hold: PersonHold
    trial: Trial


def make_scene() -> Scene:
    """Week two of one group: the first meeting is over, the second is on, the third is planned; and three more groups
    in the middle of a practice, of a round and of the closing."""
    world = make_world(at=clock.now() - 7 * DAY, first_at=clock.now() - 7 * DAY)
    over, now, planned = world.gatherings[:3]
    add_helplines(world)
    first_meeting(world, over)
    guide = world.actor(world.facilitator)
    live.open_gathering(gathering=now, online=True, by=guide, at=clock.now() - 5 * MINUTE)
    now.refresh_from_db()
    for member in world.members[:5]:
        live.arrive(gathering=now, by=world.actor(member), at=clock.now())
    taps(world, now)
    told_where(world, now)

    ines = world.actor(world.member)
    arrived, sealed, for_need = (letter(world, days) for days in (-1, 30, None))
    Letter.objects.filter(pk=arrived.pk).update(delivered_at=clock.now() - HOUR)
    arrived.refresh_from_db()
    mark_line(letter=arrived, line="Dear me, rest now.", by=ines, at=clock.now())
    entry = writing.write_entry(
        text='{"feelings": "A long day.", "kind": "Tea."}',
        practice="p09-three-line-day",
        client_key=codes.new_code(),
        author=world.member,
        by=ines,
        at=clock.now() - DAY,
    )
    own_voice(world)
    course_of(world)
    asked = asked_to_come(world)
    made_ready(world)
    gone, late = left(world), begun_long_ago()
    staff = with_second_key(world.facilitators[1])
    scene = Scene(
        world=world,
        people={
            "nobody": None,
            "member": world.member,
            "facilitator": world.facilitator,
            "facilitator with a second key": staff,
            "safety lead": world.safety_lead,
            "organisation lead": world.organisation_lead,
            "one who left": gone.place.user,
            "one who is late": late.members[3],
            "applicant": asked.new.person,
            "applicant with a time": asked.booked.person,
            "applicant with an answer": asked.answered.person,
            "one who is asked": asked_anew(late.members[2]),
            "one who helps research": rates_others(world, world.members[3]),
        },
        meetings={"over": over, "on": now, "planned": planned, "late": late.gathering} | other_meetings(),
        sheets=answered(world),
        alerts=alerts(world, over),
        letters={"arrived": arrived, "sealed": sealed, "for need": for_need},
        entry=entry,
        share=let_others_read(world),
        sitting=sat(world),
        place=member_places().get(user=world.member),
        conversation=conversation(world),
        invitations=invitations(world),
        address=str(seals.address_of(world.member)),
        supervision=cared_for(world, over),
        repair=agreed(world),
        tasks=to_do(world),
        absences=missed(world, over),
        leaving=gone,
        venue=somewhere(world),
        offer=offered(world),
        asked=asked,
        typed=typed_words(world),
        release=asked_for_rows(world),
        person_hold=asked_to_hold(world),
        trial=drawn_for(world),
        **dict(zip(("ended", "circle"), parted(world), strict=True)),
    )
    asked_together(world, scene.ended)
    heard(world, over)
    return scene


def typed_words(world: World) -> TypedWording:
    """A questionnaire that the house's lead typed in by hand, and that waits for a second person."""
    lead, one = world.actor(world.organisation_lead), load_instrument("who-5")
    typed = by_hand.begin(organisation=world.organisation, one=one, language="nl", by=lead, at=clock.now())
    lines = {line.key: f"Made-up words for {line.kind} {line.number}" for line in lines_of(one)}
    typed = by_hand.save(typed=typed, lines=lines, seen=0, by=lead, at=clock.now())
    whom = world.facilitator.code
    return by_hand.hand_in(typed=typed, source="Printed form", terms=True, whom=whom, by=lead, at=clock.now())


def asked_to_hold(world: World) -> PersonHold:
    """The house's lead asks to hold what one member wrote; nobody has confirmed it."""
    at = clock.now()
    return person_holds.ask(
        person=world.members[2], reason="A complaint that is being looked into, file 12.",
        until=(at + timedelta(days=60)).date(), untold=False, by=world.actor(world.organisation_lead), at=at,
    )  # fmt: skip


def asked_for_rows(world: World) -> Release:
    """Coded rows that the house's lead asked for, let go by its safety lead."""
    lead, safety, at = world.organisation_lead, world.safety_lead, clock.now()
    release = Release(
        organisation=world.organisation, programme=world.group.programme, study="kindness-2027", days=90,
        asked_by=lead, asked_at=at, asked_to=safety, client_key=codes.new_code(), state=Release.State.LET_GO,
        decided_by=safety, decided_at=at, until=at + 90 * DAY,
    )  # fmt: skip
    words = json.dumps({"purpose": "To learn what helps people stay.", "recipient": "R. Example, Far University"})
    release.sealed_why = seals.RELEASE_WHY.seal(words, code=release.code, holder=world.organisation)
    release.save()
    return release


def drawn_for(world: World) -> Trial:
    """Six people for three seats: who starts now is drawn."""
    people = may_join(world, over := make_offer(world), 6)
    trial = locked(world, over, seats=3)
    for one in people:
        agrees(world, one)
    return drawn(world, trial)


def parted(world: World) -> tuple[Group, CircleInvitation]:
    """An earlier group of the same people that spoke in the middle and parted, and a circle they hear of."""
    at = clock.now() - 40 * DAY
    group, meetings = make_group(world.organisation, world.facilitators, at=at, first_at=at)
    guide = world.actor(world.facilitator)
    for person in world.members[:5]:
        join(group, person, Membership.Role.MEMBER, at=at)
    for one in meetings:
        rows = Gathering.objects.filter(pk=one.pk)
        rows.update(state=Gathering.State.CLOSED, opened_at=one.starts_at, closed_at=one.ends_at, recorded_at=at)
    for person in world.members[:5]:
        words = {"keep": "The quiet at the start.", "need": "A little more time."}
        reviews.write_note(group=group, words=words, practices={}, member=person, by=world.actor(person), at=at)
    reviews.gather(group=group, by=guide, at=at)
    reviews.answer(group=group, lines=["We begin with three quiet minutes."], by=guide, at=at)
    finishing.finish_group(group=group, by=guide, at=clock.now())
    group.refresh_from_db()
    place = Membership.objects.select_related("user", "group").get(group=group, user=world.member)
    closing.say_receives(place=place, wish=True, by=world.actor(world.member), at=clock.now())
    for person in (world.member, world.members[1]):
        closing.write_line(
            to=place, text="Thank you for waiting.", client_key=codes.new_code(), author=person,
            by=world.actor(person), at=clock.now(),
        )  # fmt: skip
    circle, _dates = make_group(
        world.organisation, world.facilitators, at=clock.now(), first_at=clock.now() + 9 * DAY,
        programme="circle-of-practice", gatherings=12,
    )  # fmt: skip
    circles.invite(circle=circle, groups=[group], by=world.actor(world.organisation_lead), at=clock.now())
    invited = CircleInvitation.objects.select_related("circle__organisation", "person").filter(circle=circle)
    other = invited.get(person=world.members[1])
    circles.answer(invitation=other, yes=True, by=world.actor(world.members[1]), at=clock.now())
    return group, invited.get(person=world.member)


def somewhere(world: World) -> Venue:
    """A room and a video room of the house."""
    by, at = world.actor(world.organisation_lead), clock.now()
    keep = partial(venues.add_venue, organisation=world.organisation, by=by, at=at)
    room = venues.Facts("Blue room", "3 Mill Lane", "The green door beside the bakery. Ring twice.", "yes", 14)
    keep(kind="video", facts=venues.Facts("Quiet room", link="https://video.example.org/quiet"))
    return keep(kind="room", facts=room)


def agreed(world: World) -> Repair:
    """A list with a second version, proposals that wait, one of each answer, and a line that was not kept."""
    group, guide, at = world.group, world.actor(world.facilitator), clock.now()
    new = Line("", "We may stretch at any time.")
    confirm = {"group": group, "taken_up": (), "by": guide, "at": at}
    groups.confirm_agreement(lines=[*starter(), new], seen=0, **confirm)
    says = {"group": group, "answer": "agree", "at": at}
    groups.answer_agreement(number=1, member=world.member, by=world.actor(world.member), **says)
    groups.confirm_agreement(lines=[*starter()[:6], *starter()[7:], Line("", "We begin slowly.")], seen=1, **confirm)
    tomas = world.members[1]
    groups.answer_agreement(number=2, member=tomas, by=world.actor(tomas), **says)
    for line in ("", "mind-the-time"):
        groups.propose_line(
            group=group, line=line, text="We face each other when we speak.", client_key=codes.new_code(),
            author=world.member, by=world.actor(world.member), at=at,
        )  # fmt: skip
    return repairs.note_breach(
        group=group, line="mind-the-time", noticed_on=at.date(), note="Somebody was cut short.",
        client_key=codes.new_code(), by=guide, at=at,
    )  # fmt: skip


def missed(world: World, over: Gathering) -> dict[str, Absence]:
    """Two who were not there: a note that waits, and one that was sent to somebody who caught up."""
    by, at = world.actor(world.facilitator), clock.now()
    groups.correct_attendance(gathering=over, member=world.members[6], came=False, by=by, at=at)
    rows = {row.place.user_id: row for row in absences().filter(gathering=over)}
    found = {"waiting": rows[world.members[7].pk], "sent": rows[world.members[6].pk]}
    absence_notes.send(absence=found["sent"], text="Dear Greta, your seat is kept.", by=by, at=at)
    groups.note_catch_up(
        absence=found["sent"], held_on=at.date(), minutes=12, how="alone", today=at.date(), by=by, at=at
    )
    return found


def asked_anew(member: User) -> User:
    """Somebody who said yes before the house's words changed."""
    Consent.objects.filter(person=member).update(facts_number=0)
    return member


def made_ready(world: World) -> None:
    """A plan that is shared, a safe way to be reached, and a talk that was noted."""
    own = {"person": world.member, "by": world.actor(world.member), "at": clock.now()}
    preparing.keep_plan(lines={"my-signs": "I go quiet.", "please-do": "Sit near me."}, **own)
    preparing.share_plan(**own)
    preparing.keep_plan(lines={"signs": "I stop eating.", "people": "My sister."}, kind=SAFETY, **own)
    preparing.share_plan(kind=SAFETY, **own)
    preparing.keep_contact(lines={"way": "A text.", "never": "My landlord."}, **own)
    place = Membership.objects.get(group=world.group, user=world.member)
    preparing.note_talk(
        place=place, held_on=clock.now().date(), minutes=20, how="phone", line="Would like the chair by the door.",
        client_key=codes.new_code(), by=world.actor(world.facilitator), at=clock.now(),
    )  # fmt: skip


def left(world: World) -> Leaving:
    """Somebody who came once and stopped, with words for the others."""
    gone = world.stranger("Sani")
    place = join(world.group, gone, "member", at=world.at)
    return groups.leave_group(
        place=place, reason="too-upsetting", telling="my-own-words", words="It was good to sit with you.", worse="yes",
        wants_talk=True, by=world.actor(gone), at=clock.now(),
    )  # fmt: skip


def begun_long_ago() -> World:
    """A meeting that is well under way; three of four are there."""
    world = make_world(members=4, at=clock.now() - 20 * MINUTE)
    live.open_gathering(gathering=world.gathering, online=True, by=world.actor(world.facilitator), at=world.at)
    world.gathering.refresh_from_db()
    for member in world.members[:3]:
        live.arrive(gathering=world.gathering, by=world.actor(member), at=world.at)
    return world


def to_do(world: World) -> dict[str, Task]:
    """Somebody to ring, long due; something done; and one thing that waits for the house."""
    group, at = world.group, clock.now()
    raised = {"organisation": world.organisation, "about": Ref("group", group.code), "at": at - 3 * DAY}
    of_group = {"group_id": group.pk, "concerns": world.member}
    raise_task(Kind.TWO_MISSES, once="open", due_at=at - DAY, **of_group, **raised)
    raise_task(Kind.MISS_AFTER_LOW, once="done", due_at=at, **of_group, **raised)
    raise_task(Kind.ROTA_GAP, once="house", due_at=at + DAY, **raised)
    found = {
        name: Task.objects.get(organisation=world.organisation, once_key__endswith=name) for name in ("open", "done")
    }
    finish(task=found["done"], outcome="reached", note="All is well.", by=world.actor(world.facilitator), at=at)
    return found


def own_voice(world: World) -> None:
    """The shortest practice in somebody's own voice."""
    with NamedTemporaryFile() as file:
        file.write(recorded())
        file.flush()
        keep_recording(
            come=Path(file.name), name="voice.wav", practice=load_practice("p03-comforting-contact"), seconds=20,
            organisation=world.organisation, by=world.actor(world.facilitator), at=clock.now(),
        )  # fmt: skip


def cared_for(world: World, over: Gathering) -> Supervision:
    """The facilitator was low after the first meeting, and took it to supervision."""
    by = world.actor(world.facilitator)
    keep_own_check(gathering=over, how=3, ratings={"pace": 4, "warmth": 5}, by=by, at=clock.now())
    return note_supervision(
        held_on=clock.now().date() - DAY, minutes=60, with_whom="Kim", taken="How to slow down.", same_day=True,
        client_key=codes.new_code(), by=by, at=clock.now(),
    )  # fmt: skip


def add_helplines(world: World) -> None:
    """A number that two people have dialled, and one that waits for the second."""
    for name, checks in (("Night line", world.facilitators), ("Day line", world.facilitators[:1])):
        line = Helpline.objects.create(
            organisation=world.organisation, country="GB", name=name, number="0300 555 0100", hours="Day and night",
            source="dialled",
        )  # fmt: skip
        for person in checks:
            HelplineCheck.objects.create(helpline=line, by=person, at=world.at)


def first_meeting(world: World, gathering: Gathering) -> None:
    """As it went: all but one came, and the notes are written."""
    guide, at = world.actor(world.facilitator), gathering.starts_at
    live.open_gathering(gathering=gathering, online=False, by=guide, at=at)
    gathering.refresh_from_db()
    for member in world.members[:7]:
        live.arrive(gathering=gathering, by=world.actor(member), at=at + MINUTE)
    live.start_step(gathering=gathering, step=0, by=guide, at=at + 2 * MINUTE)
    live.start_closing(gathering=gathering, by=guide, at=at + 55 * MINUTE)
    for number, member in enumerate(world.members[:6]):
        one = Assignment.objects.get(gathering=gathering, member=member, instrument="after-session")
        answers = {"ease": 6 + number % 3, "fit": 7, "steadiness": 5 + number % 4, "to_know": "The room was cold"}
        send(world, one, answers, at=at + 56 * MINUTE)
    live.close(gathering=gathering, by=guide, at=at + HOUR)
    groups.record_after(
        gathering=gathering,
        steps={"open": groups.StepNote("done"), "teach": groups.StepNote("adapted", "Shorter")},
        note="A warm start.",
        lines={world.member: "Sat near the window."},
        by=guide,
        at=at + HOUR + 5 * MINUTE,
    )


def taps(world: World, gathering: Gathering) -> None:
    """Two private taps in the meeting that is on."""
    for seat, kind in ((1, "fine"), (2, "lot")):
        live.send_signal(
            gathering=gathering,
            kind=kind,
            client_key=codes.new_code(),
            by=world.actor(world.members[seat]),
            at=clock.now(),
        )


def told_where(world: World, gathering: Gathering) -> None:
    """One of them said where they are; and those who led the first meeting talked it over."""
    by, at = world.actor(world.members[3]), clock.now()
    lines = {"place": "14 Amber Lane, Leeds", "number": "07700 900 455", "contact": "yes", "headphones": "yes"}
    whereabouts.tell(gathering=gathering, how="alone", lines=lines, by=by, at=at)
    words = {"part": "saw", "words": "People were slow to arrive.", "client_key": codes.new_code()}
    debrief.write_line(gathering=world.gatherings[0], by=world.actor(world.facilitator), at=at, **words)


def other_meetings() -> dict[str, Gathering]:
    """One meeting in each state that a live page can be in, each of a house of its own."""
    found = {}
    for state in ("practice", "round", "closing"):
        world = make_world(members=4)
        guide, at, gathering = world.actor(world.facilitator), clock.now(), world.gathering
        live.open_gathering(gathering=gathering, online=False, by=guide, at=at)
        gathering.refresh_from_db()
        for member in world.members:
            live.arrive(gathering=gathering, by=world.actor(member), at=at)
        live.start_step(gathering=gathering, step=1, by=guide, at=at)
        if state == "practice":
            use = queries.session_of(gathering).agenda[0].practice
            assert use is not None
            live.start_practice(gathering=gathering, practice=use.practice, seconds=use.seconds, by=guide, at=at)
            practice = queries.placed(gathering, at=at).practice
            assert practice is not None
            live.pause_practice(gathering=gathering, play=practice.play, by=guide, at=at + 10 * MINUTE / 60)
        elif state == "round":
            live.start_round(gathering=gathering, prompt="checkin", by=guide, at=at)
        else:
            live.start_closing(gathering=gathering, by=guide, at=at)
        found[state] = gathering
    return found


def conversation(world: World) -> Conversation:
    """A tap, an answer to it, and words that wait longer than they should, with the wish to be rung."""
    ines, place = world.actor(world.member), member_places().get(user=world.member)
    said = write(place=place, phrase="late", client_key=codes.new_code(), by=ines, at=clock.now() - 5 * DAY)
    talk, ada = said.conversation, world.actor(world.facilitator)
    answer(
        conversation=talk, text="Thank you.", seen=said.code, client_key=codes.new_code(), by=ada,
        at=clock.now() - 5 * DAY,
    )  # fmt: skip
    write(
        place=place, text="May I leave early?", please_ring=True, client_key=codes.new_code(), by=ines,
        at=clock.now() - 4 * DAY,
    )  # fmt: skip
    return talk


def letter(world: World, days: int | None) -> Letter:
    """A letter of the first member that comes so many days from now; None: when it is needed."""
    written_at = clock.now() - 20 * DAY
    return writing.write_letter(
        text="Dear me, rest now.",
        deliver_on=None if days is None else (clock.now() + days * DAY).date(),
        client_key=codes.new_code(),
        author=world.member,
        by=world.actor(world.member),
        at=written_at,
    )


def answered(world: World) -> dict[str, Assignment]:
    """Sheets of the first member: to fill in, sent, sent and worrying, closed; and one in words brought from a file."""
    bring_wording(world, "phq-9")
    wide = {"opens_at": world.at, "closes_at": clock.now() + DAY}
    last = world.gatherings[3]
    made = {
        "open": sheet(world, "wcc-6", occasion="weekly", **wide),
        "brought": sheet(world, "phq-9", occasion="after", **wide),
        "sent": sheet(world, "arrival-check", occasion="arrival", gathering=last, **wide),
        "worse": told_worse(world),
        "worrying": sheet(world, "after-session", occasion="leaving", gathering=last, **wide),
    }
    send(world, made["sent"], {"steadiness": 7}, at=clock.now())
    send(world, made["worrying"], {"steadiness": 2, "contact": 1}, at=clock.now())
    return made


def alerts(world: World, gathering: Gathering) -> dict[str, Alert]:
    """One that waits, one that may wait for the week's notes, one that was closed; and something unwanted."""
    waiting = Alert.objects.get(group=world.group)
    guide = world.actor(world.facilitator)
    closed = safety.raise_alert(
        member=world.members[3],
        group=world.group,
        gathering=gathering,
        level=Alert.Level.CONTACT,
        rules=["live-please-come"],
        source=signal(),
        at=clock.now() - DAY,
    )
    safety.see(alert=closed, by=guide, at=clock.now() - DAY)
    safety.act(alert=closed, by=guide, at=clock.now() - DAY)
    safety.contacted(alert=closed, by=guide, at=clock.now() - DAY, note="We spoke.")
    safety.close(alert=closed, by=guide, at=clock.now() - DAY, reason="plan-agreed", note="All well.")
    safety.raise_alert(
        member=world.members[4],
        group=world.group,
        gathering=gathering,
        level=Alert.Level.REVIEW,
        rules=["steadiness_low"],
        source=signal(),
        at=clock.now() - DAY,
    )
    safety.record_adverse_event(
        group=world.group,
        member=world.members[3],
        category=AdverseEvent.Category.DISTRESS,
        severity=4,
        related=AdverseEvent.Related.PROBABLE,
        happened_on=(clock.now() - DAY).date(),
        what="Three days of strong distress, and a night in the clinic.",
        facts=Facts(duration="days", impact=3, expected="no", done="urgent", outcome="better"),
        by=guide,
        at=clock.now() - 2 * DAY,
    )
    safety.record_adverse_event(
        group=world.group,
        member=world.members[2],
        category=AdverseEvent.Category.SLEEP,
        severity=2,
        related=AdverseEvent.Related.POSSIBLE,
        happened_on=(clock.now() - DAY).date(),
        what="Slept badly after the second practice.",
        by=guide,
        at=clock.now(),
    )
    return {"waiting": waiting, "closed": closed}


def told_worse(world: World) -> Assignment:
    """Somebody who said, when all were asked, that something became worse."""
    asked = sheet(world, "harm-check", member=world.members[4], occasion="weekly", closes_at=clock.now() + DAY)
    said = {"worse": 1, "sleep": 1, "relationships": 1, "how_long": 2, "daily": 1, "because": 1}
    send(world, asked, said | {"to_know": "I lie awake after the evenings."}, at=clock.now())
    return asked


def signal() -> Ref:
    """A tap of long ago, as an alert points to it."""
    return Ref("signal", codes.new_code())


def invitations(world: World) -> dict[str, str]:
    """A link for a member, one for somebody who will work here, and one that is no more."""
    _, member = groups.add_somebody(
        intake=world.group.intake, name="Uma", by=world.actor(world.facilitator), at=clock.now()
    )
    _, staff = groups.invite(
        role=Invitation.Role.SAFETY_LEAD, organisation=world.organisation, name="Uli", by=SYSTEM, at=clock.now()
    )
    return {"member": member, "staff": staff, "gone": codes.new_token()}


def with_second_key(person: User) -> User:
    """Somebody who has a code app and recovery codes."""
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    return person
