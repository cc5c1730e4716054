"""Every place in which a sealed text lies: which seal it has, and which code it is bound to.

What walks over all of them (turning keys, looking whether all opens) walks over this list. A test finds a place that is
missing, one that is no more, and one whose seal or code is another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, Func, Model

from kindcircle.base.vault import seals
from kindcircle.base.vault.seals import CODE, VERSION, Seal
from kindcircle.rooms.sharing.wording import seal_of_copy

HEAD = len(VERSION) + CODE
"""How many bytes of a sealed text say with which key it was sealed."""


@dataclass(frozen=True, slots=True)
class Place:
    """One field of one kind of row: its seal, or how to tell it from a row, and to which code its text is bound."""

    label: str
    field: str
    seal: Seal | Callable[[Any], Seal]
    code: Callable[[Any], str]

    def seal_of(self, row: Any) -> Seal:
        """The seal of this row's text."""
        return self.seal if isinstance(self.seal, Seal) else self.seal(row)

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    def sealed_with(self, key_code: str) -> Iterator[Any]:
        """The rows whose text was sealed with this key."""
        head = Func(self.field, 1, HEAD, function="substr", output_field=BinaryField())
        rows = self.model._default_manager.annotate(sealed_head=head)
        return iter(rows.filter(sealed_head=VERSION + key_code.encode()).order_by("pk"))


def _own(row: Any) -> str:
    code: str = row.code
    return code


def _part(name: str) -> Callable[[Any], str]:
    return lambda row: f"{row.code}:{name}"


def _of_its_consent(row: Any) -> str:
    code: str = row.consent.code
    return code


PLACES = tuple(
    Place(label, field, seal, code)
    for label, field, seal, code in (
        ("people.User", "sealed_name", seals.NAME, _own),
        ("people.User", "sealed_email", seals.ADDRESS, _own),
        ("vault.BoxKey", "sealed_private", seals.BOX_KEY, _own),
        ("tasks.Task", "sealed_note", seals.TASK_NOTE, _own),
        ("intake.Consent", "sealed_signature", seals.SIGNATURE, _own),
        ("intake.ConsentCopy", "sealed_words", seals.CONSENT_COPY, _of_its_consent),
        ("intake.Trial", "sealed_secret", seals.TRIAL_SECRET, _own),
        ("intake.Application", "sealed_answers", seals.APPLICATION, _own),
        ("intake.KeepApart", "sealed_why", seals.KEEP_APART, _own),
        ("intake.ScreeningForm", "sealed_answers", seals.SCREENING_FORM, _own),
        ("intake.Talk", "sealed_note", seals.TALK_NOTE, _own),
        ("intake.Decision", "sealed_reason", seals.DECISION, _part("reason")),
        ("intake.Decision", "sealed_letter", seals.DECISION, _part("letter")),
        ("intake.Decision", "sealed_plan", seals.DECISION, _part("plan")),
        ("intake.Decision", "sealed_signature", seals.SIGNATURE, _own),
        ("intake.Decision", "sealed_checklist", seals.SCREENING_NOTE, _own),
        ("team.HandOver", "sealed_words", seals.HAND_OVER, _own),
        ("team.Credential", "sealed_words", seals.CREDENTIAL, _own),
        ("team.StartedWithout", "sealed_reason", seals.START_REASON, _own),
        ("groups.Invitation", "sealed_name", seals.INVITED, _own),
        ("groups.Gathering", "sealed_note", seals.GROUP_NOTE, _own),
        ("groups.Gathering", "sealed_next_reminder", seals.REMINDER, _own),
        ("groups.StepRecord", "sealed_why", seals.STEP_REASON, _own),
        ("groups.MemberNote", "sealed_line", seals.MEMBER_NOTE, _own),
        ("groups.Leaving", "sealed_words", seals.GOODBYE, _own),
        ("groups.Agreement", "sealed_lines", seals.AGREEMENT, _own),
        ("groups.LineProposal", "sealed_text", seals.PROPOSAL, _own),
        ("groups.LineProposal", "sealed_answer", seals.PROPOSAL_ANSWER, _own),
        ("groups.Repair", "sealed_note", seals.REPAIR, _own),
        ("groups.Repair", "sealed_ending", seals.REPAIR_ENDING, _own),
        ("groups.RepairStep", "sealed_note", seals.REPAIR_STEP, _own),
        ("groups.CalendarLink", "sealed_secret", seals.CALENDAR_LINK, _own),
        ("preparing.SupportPlan", "sealed_lines", seals.SUPPORT_PLAN, _own),
        ("preparing.SafeContact", "sealed_lines", seals.SAFE_CONTACT, _own),
        ("preparing.OneToOne", "sealed_line", seals.ONE_TO_ONE, _own),
        ("preparing.SafetyPlan", "sealed_lines", seals.SAFETY_PLAN, _own),
        ("safety.AlertStep", "sealed_note", seals.ALERT_NOTE, _own),
        ("safety.AdverseEvent", "sealed_what", seals.ADVERSE_EVENT, _own),
        ("safety.AlertAnswer", "sealed_answer", seals.ALERT_ANSWER, _own),
        ("safety.StopReview", "sealed_why", seals.STOP_REVIEW, _own),
        ("safety.AlertReview", "sealed_line", seals.ALERT_REVIEW, _own),
        ("conversations.Message", "sealed_words", seals.MESSAGE, _own),
        ("measures.Response", "sealed_answers", seals.ANSWERS, _own),
        ("measures.AnswerDraft", "sealed_answers", seals.ANSWER_DRAFT, _own),
        ("measures.PaperSheet", "sealed_first", seals.PAPER_ENTRY, _part("1")),
        ("measures.PaperSheet", "sealed_second", seals.PAPER_ENTRY, _part("2")),
        ("research.Release", "sealed_why", seals.RELEASE_WHY, _own),
        ("writing.JournalEntry", "sealed_body", seals.JOURNAL, _own),
        ("writing.JournalEntry", "sealed_felt", seals.JOURNAL_FELT, _own),
        ("writing.AddedLater", "sealed_body", seals.JOURNAL_ADDED, _own),
        ("writing.OwnPhrases", "sealed_body", seals.OWN_PHRASES, _own),
        ("writing.Letter", "sealed_body", seals.LETTER, _own),
        ("writing.Letter", "sealed_line", seals.LETTER_LINE, _own),
        ("writing.Draft", "sealed_body", seals.DRAFT, _own),
        ("writing.OwnKey", "sealed_keys", seals.OWN_KEY, _own),
        ("sharing.Share", "sealed_words", seal_of_copy, _own),
        ("sharing.Share", "sealed_line", seals.SHARED_LINE, _own),
        ("live.DebriefLine", "sealed_words", seals.DEBRIEF_LINE, _own),
        ("live.PairWish", "sealed_apart", seals.PAIR_WISH, _own),
        ("live.Steadying", "sealed_said", seals.STEADYING, _own),
        ("live.Whereabouts", "sealed_how", seals.WHEREABOUTS_HOW, _own),
        ("live.Whereabouts", "sealed_lines", seals.WHEREABOUTS, _own),
        ("live.Word", "sealed_text", seals.WORD, _own),
        ("live.FeltAnswer", "sealed_answer", seals.FELT, _own),
        ("practice.OwnWay", "sealed_choice", seals.OWN_WAY, _own),
        ("practice.AtHand", "sealed_shelf", seals.AT_HAND, _own),
        ("feedback.HeardAndDone", "sealed_words", seals.HEARD_AND_DONE, _own),
        ("resonance.HeartRecording", "sealed_beats", seals.HEARTBEATS, _own),
        ("care.LookedOver", "sealed_text", seals.LOOKED_OVER, _own),
        ("care.Supervision", "sealed_with", seals.SUPERVISION_WITH, _own),
        ("care.Supervision", "sealed_taken", seals.SUPERVISION, _own),
        ("care.OwnCheck", "sealed_answers", seals.OWN_CHECK, _own),
        ("alliance.Rating", "sealed_values", seals.RATING, _own),
        ("reminders.Reminder", "sealed_words", seals.REMINDER, _own),
        ("reminders.AddressChange", "sealed_address", seals.ADDRESS, _own),
        ("ending.Review", "sealed_words", seals.REVIEW_WORDS, _own),
        ("ending.Review", "sealed_answer", seals.REVIEW_ANSWER, _own),
        ("ending.ReviewNote", "sealed_words", seals.REVIEW_NOTE, _own),
        ("ending.KeptLine", "sealed_line", seals.KEPT_LINE, _own),
        ("ending.ClosingLetter", "sealed_words", seals.CLOSING_LETTER, _own),
        ("ending.Hold", "sealed_reason", seals.HOLD_REASON, _own),
        ("ending.PersonHold", "sealed_reason", seals.HOLD_REASON, _own),
    )
)
