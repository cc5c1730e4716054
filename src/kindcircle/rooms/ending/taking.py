"""What goes with what: a group's own words, somebody's private words, the clinic's record. Deletes; decides nothing.

Everything here runs inside the caller's transaction. Who was in which group, what was decided and agreed to on the way
in, and the audit record stay.
"""

from datetime import datetime

from django.db.models import Max, Model

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.base.vault.box import drop_box
from kindcircle.rooms.alliance.models import Guess, Rating, RatingRound, Reading
from kindcircle.rooms.alliance.models import Step as AllianceStep
from kindcircle.rooms.backdraft.models import Landing, SlowerPace
from kindcircle.rooms.care.models import LookedOver
from kindcircle.rooms.conversations.models import Conversation, Message
from kindcircle.rooms.ending.models import ClosingLetter, Coming, Hold, KeptLine, Review, ReviewNote
from kindcircle.rooms.feedback.models import HeardAndDone, LastLook, MemberSaid, TalkedAbout
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, MemberNote, Membership, StepRecord
from kindcircle.rooms.groups.models_absence import Absence, CatchUp, Leaving, SaidAway
from kindcircle.rooms.groups.models_agreement import Agreement, LineProposal, Repair
from kindcircle.rooms.intake.models import Application, ScreeningForm, Talk
from kindcircle.rooms.intake.models_trial import Entrant
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.live.models_debrief import DebriefLine
from kindcircle.rooms.live.models_pairs import PairsAnswer, PairsDraft, PairWish
from kindcircle.rooms.live.models_steadying import DropOff, Steadying
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.live.models_words import Asked, FeltAnswer, Word
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.models_paper import PaperSheet
from kindcircle.rooms.practice.models import AtHand, OwnWay
from kindcircle.rooms.preparing.models import OneToOne, SafeContact, SupportPlan
from kindcircle.rooms.preparing.models_safety_plan import SafetyPlan
from kindcircle.rooms.reminders.models import Reminder
from kindcircle.rooms.resonance.models import HeartRecording, Sitting, Willing
from kindcircle.rooms.safety.models import AdverseEvent, Alert
from kindcircle.rooms.safety.models_watch import AlertReview
from kindcircle.rooms.sharing import gone as shared
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.team.models import HandOver, StartedWithout
from kindcircle.rooms.writing.models import AddedLater, Draft, JournalEntry, Letter, OwnPhrases
from kindcircle.rooms.writing.queries import still_coming

GIVEN = KeptLine.State.GIVEN


def take_space(group: Group) -> None:
    """The words that a group had in common."""
    ReviewNote.objects.filter(review__group=group).delete()
    Review.objects.filter(group=group).update(sealed_words=b"", sealed_answer=b"")
    HeardAndDone.objects.filter(gathering__group=group).delete()
    for kind in (Repair, LineProposal, Agreement, PairWish):
        kind._default_manager.filter(group=group).delete()
    # What members left for one another stays with whoever it is for; what nobody handed on goes.
    KeptLine.objects.filter(to__group=group).exclude(state=GIVEN).delete()
    ClosingLetter.objects.filter(group=group, to=None).delete()
    ClosingLetter.objects.filter(group=group, given_at=None).delete()
    Coming.objects.filter(gathering__group=group).delete()
    Asked.objects.filter(gathering__group=group).delete()
    shared.take_group(group, at=clock.now())
    Reminder.objects.filter(gathering__group=group).delete()
    Gathering.objects.filter(group=group).update(sealed_next_reminder=b"", reminder_confirmed_at=None)


def take_writing(person: User, *, let_come: bool = False) -> None:
    """Everything that somebody wrote or kept for themselves, and what was left for them.

    let_come: a letter that is still on its way stays until it has come. Who erases by their own hand erases it too.
    """
    shared.take_of(person, at=clock.now())
    Sitting.objects.filter(member=person).delete()
    Willing.objects.filter(member=person).delete()
    JournalEntry.objects.filter(author=person).delete()  # what was added later goes with its entry
    OwnPhrases.objects.filter(author=person).delete()
    letters = Letter.objects.filter(author=person)
    (letters.exclude(still_coming()) if let_come else letters).delete()
    Draft.objects.filter(author=person).delete()
    AtHand.objects.filter(member=person).delete()
    drop_box(person)  # so that a phone that was off the line brings none of it back
    Word.objects.filter(author=person).delete()
    FeltAnswer.objects.filter(author=person).delete()
    KeptLine.objects.filter(to__user=person, state=GIVEN).delete()
    ClosingLetter.objects.filter(to__user=person).exclude(given_at=None).delete()


def take_own_plans(person: User) -> None:
    """What somebody wrote down to be well looked after. While they are in a group it is changed, not erased."""
    SupportPlan.objects.filter(person=person).delete()
    SafetyPlan.objects.filter(person=person).delete()
    SafeContact.objects.filter(person=person).delete()
    OwnWay.objects.filter(member=person).delete()


def take_records(group: Group) -> None:
    """What the clinic kept about the people of a group: answers, scores, notes, alerts, messages, attendance."""
    Score.every.filter(response__assignment__group=group).delete()
    Response.objects.filter(assignment__group=group).delete()
    PaperSheet.objects.filter(assignment__group=group).delete()
    Assignment.objects.filter(group=group).delete()
    Message.objects.filter(conversation__group=group).delete()
    of_group: tuple[type[Model], ...] = (
        Landing, Conversation, Alert, AdverseEvent, HandOver, StartedWithout, Task, Hold, LastLook,
    )  # fmt: skip
    for kind in of_group:
        kind._default_manager.filter(group=group).delete()
    # A line about a week goes once nothing of that week is left.
    AlertReview.objects.filter(organisation=group.organisation, looked_at__gt=0, alerts=None).delete()
    of_meeting: tuple[type[Model], ...] = (
        MemberNote, LookedOver, Signal, Steadying, DropOff, StepRecord, Attendance, Absence, CatchUp, SaidAway,
        DebriefLine, Whereabouts, PairsAnswer, PairsDraft, Guess, Reading, AllianceStep, TalkedAbout, MemberSaid,
    )  # fmt: skip
    for kind in of_meeting:
        kind._default_manager.filter(gathering__group=group).delete()
    of_place: tuple[type[Model], ...] = (Leaving, SlowerPace, OneToOne)
    for kind in of_place:
        kind._default_manager.filter(place__group=group).delete()
    Gathering.objects.filter(group=group).update(sealed_note=b"")
    Rating.objects.filter(rater__group=group).delete()
    RatingRound.objects.filter(group=group).delete()
    _take_way_in(group)


def _take_way_in(group: Group) -> None:
    """What its people wrote, said and filled in around their coming; the answer, which proves their place, stays.

    Not yet where the same request brought somebody into another group whose record stands.
    """
    standing = Membership.objects.exclude(group__ending__records_gone_at__isnull=False).exclude(group=group)
    here = Application.objects.filter(decisions__places__group=group)
    gone = here.exclude(decisions__in=standing.exclude(admission=None).values("admission"))
    pks = set(gone.values_list("pk", flat=True))
    for intake, person in gone.values_list("intake", "person"):
        sheets = Assignment.objects.filter(intake=intake, member=person)
        Score.every.filter(response__assignment__in=sheets).delete()
        Response.objects.filter(assignment__in=sheets).delete()
        sheets.delete()
    # How chance fell stays, which anybody can work out again; why somebody could not wait goes.
    Entrant.objects.filter(application__in=pks).update(outside="", outside_by=None, early="", early_by=None)
    ScreeningForm.objects.filter(application__in=pks).update(sealed_answers=b"")
    Talk.objects.filter(application__in=pks).update(sealed_note=b"")
    Application.objects.filter(pk__in=pks).update(sealed_answers=b"")


def last_written(person: User) -> datetime | None:
    """When somebody wrote or kept something for themselves last, or was left a line, or a letter of theirs came."""
    found = [
        HeartRecording.objects.filter(sitting__member=person)
        .order_by("-kept_at").values_list("kept_at", flat=True).first(),
        JournalEntry.objects.filter(author=person).order_by("-written_at").values_list("written_at", flat=True).first(),
        AddedLater.objects.filter(entry__author=person)
        .order_by("-written_at").values_list("written_at", flat=True).first(),
        OwnPhrases.objects.filter(author=person).values_list("saved_at", flat=True).first(),
        *Letter.objects.filter(author=person)
        .aggregate(Max("written_at"), Max("delivered_at"), Max("came_again_at")).values(),
        Letter.objects.filter(author=person).order_by("-written_at").values_list("written_at", flat=True).first(),
        Share.objects.filter(author=person).order_by("-since").values_list("since", flat=True).first(),
        KeptLine.objects.filter(to__user=person, state=GIVEN)
        .order_by("-written_at").values_list("written_at", flat=True).first(),
        ClosingLetter.objects.filter(to__user=person).order_by("-given_at").values_list("given_at", flat=True).first(),
    ]  # fmt: skip
    return max((one for one in found if one is not None), default=None)


def writers(person: User | None = None) -> set[int]:
    """Everybody who has private words or plans of their own here; or this person alone, if they have."""
    found: set[int] = set()
    owned: tuple[tuple[type[Model], str], ...] = (
        (JournalEntry, "author_id"),
        (OwnPhrases, "author_id"),
        (Letter, "author_id"),
        (Share, "author_id"),
        (SupportPlan, "person_id"),
        (SafetyPlan, "person_id"),
        (SafeContact, "person_id"),
        (OwnWay, "member_id"),
        (Sitting, "member_id"),
    )
    for kind, whose in owned:
        rows = kind._default_manager.all()
        if kind is Letter:
            rows = rows.exclude(still_coming())  # its time begins when it comes
        found |= set((rows.filter(**{whose: person.pk}) if person else rows).values_list(whose, flat=True))
    left = KeptLine.objects.filter(state=GIVEN).values_list("to__user_id", flat=True)
    letters = ClosingLetter.objects.filter(to__isnull=False).values_list("to__user_id", flat=True)
    found |= set(left.filter(to__user=person) if person else left)
    return found | set(letters.filter(to__user=person) if person else letters)
