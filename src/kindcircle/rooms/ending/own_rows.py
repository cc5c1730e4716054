"""Every row that is about one person and theirs by right, beside their words: what it is, when, and what it says.

Which kinds of row there are stands here in full, and beside it why each other kind is not among them. A test walks all
models and fails where one is in neither list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, Field, ForeignKey, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.base.vault.seals import Seal

AT_ONCE = 500

# What stands in a row for the machine's sake alone, and what would open a door.
NOT_SAID = {
    "id", "client_key", "once_key", "session_key", "secret_hash", "password", "proof", "hash", "page", "email",
    "about_code", "about_kind", "leased_until", "attempts", "wrong_tries", "source_code", "source_kind", "lead_ms",
    "short_code", "held", "first_key",
    # A level or a rule would read like a grade. That somebody was told, and when, is said.
    "level", "rules", "review", "with_person", "administration", "reasons", "rule",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row. whose: the way from the row to the person; opens: what is sealed in it, by field."""

    title: str | Promise
    whose: str
    opens: tuple[tuple[str, Seal, str], ...] = ()  # field, seal, what follows the row's code
    only: tuple[tuple[str, Any], ...] = ()


def _sealed(field: str, seal: Seal, after: str = "") -> tuple[tuple[str, Seal, str], ...]:
    return ((field, seal, after),)


ROWS: dict[str, Kind] = {
    "people.User": Kind(_("My account"), "pk", (("sealed_name", seals.NAME, ""), ("sealed_email", seals.ADDRESS, ""))),
    "people.SignIn": Kind(_("Where I signed in"), "user"),
    "outbox.MailWish": Kind(_("What I would like to hear"), "user"),
    "outbox.ReturnedMail": Kind(_("Mail to me that came back"), "user"),
    "outbox.Delivery": Kind(_("Messages to me"), "user"),
    "reminders.AddressChange": Kind(_("Another address I asked for"), "user", _sealed("sealed_address", seals.ADDRESS)),
    "intake.Application": Kind(_("What I asked to come to"), "person", _sealed("sealed_answers", seals.APPLICATION)),
    "intake.ScreeningForm": Kind(
        _("The form before the talk"), "application__person", _sealed("sealed_answers", seals.SCREENING_FORM)
    ),
    "intake.TalkTime": Kind(_("Times for a talk"), "application__person"),
    "intake.Talk": Kind(_("Talks before the group"), "application__person"),
    "intake.Decision": Kind(
        _("How I was answered"),
        "application__person",
        (("sealed_letter", seals.DECISION, ":letter"), ("sealed_plan", seals.DECISION, ":plan")),
    ),
    "intake.Entrant": Kind(_("Where chance decided"), "application__person"),
    "intake.Consent": Kind(_("What I said yes to"), "person", _sealed("sealed_signature", seals.SIGNATURE)),
    "groups.Membership": Kind(_("My groups"), "user"),
    "groups.KeptPlace": Kind(_("Places kept for me"), "application__person"),
    "groups.Invitation": Kind(_("How I was invited"), "person"),
    "groups.Attendance": Kind(_("When I was there"), "user"),
    "groups.EntryPass": Kind(_("Codes that let me in"), "user"),
    "groups.SaidAway": Kind(_("When I said that I could not come"), "member"),
    "groups.Absence": Kind(_("When I was missed"), "place__user"),
    "groups.CatchUp": Kind(_("Meetings I caught up on"), "place__user"),
    "groups.Leaving": Kind(_("When I left a group"), "place__user", _sealed("sealed_words", seals.GOODBYE)),
    "groups.LineProposal": Kind(
        _("Lines I proposed"),
        "proposed_by",
        (("sealed_text", seals.PROPOSAL, ""), ("sealed_answer", seals.PROPOSAL_ANSWER, "")),
    ),
    "groups.AgreementAnswer": Kind(_("What I said to the agreement"), "member"),
    "groups.CalendarLink": Kind(_("My calendar link"), "user"),
    "preparing.SupportPlan": Kind(_("My support plan"), "person", _sealed("sealed_lines", seals.SUPPORT_PLAN)),
    "preparing.SafetyPlan": Kind(_("My safety plan"), "person", _sealed("sealed_lines", seals.SAFETY_PLAN)),
    "preparing.SafeContact": Kind(_("How to reach me safely"), "person", _sealed("sealed_lines", seals.SAFE_CONTACT)),
    "preparing.PreparedStep": Kind(_("How I got ready"), "person"),
    "preparing.OneToOne": Kind(_("Talks of my own"), "place__user"),
    "safety.Alert": Kind(_("When I asked for a person, or an answer did"), "member"),
    "measures.Assignment": Kind(_("Sheets I was asked to fill in"), "member"),
    "measures.AnswerDraft": Kind(
        _("Sheets I began"), "assignment__member", _sealed("sealed_answers", seals.ANSWER_DRAFT)
    ),
    "live.Presence": Kind(_("When my device was in a meeting"), "user"),
    "live.Signal": Kind(_("What I tapped in a meeting"), "user"),
    "live.PairsAnswer": Kind(_("Whether I talked in a pair"), "member"),
    "live.PairWish": Kind(_("With whom I would rather not be in a pair"), "member"),
    "live.Steadying": Kind(_("When somebody looked after me"), "member"),
    "live.DropOff": Kind(_("When my device fell silent"), "user"),
    "live.Whereabouts": Kind(
        _("Where I was during a meeting"),
        "person",
        (("sealed_how", seals.WHEREABOUTS_HOW, ""), ("sealed_lines", seals.WHEREABOUTS, "")),
    ),
    "live.Word": Kind(_("Words I gave without my name"), "author", _sealed("sealed_text", seals.WORD)),
    "live.FeltAnswer": Kind(_("What I answered without my name"), "author", _sealed("sealed_answer", seals.FELT)),
    "practice.Play": Kind(_("What I practised"), "member"),
    "practice.OwnWay": Kind(_("How I practise"), "member", _sealed("sealed_choice", seals.OWN_WAY)),
    "practice.AtHand": Kind(_("What I have at hand"), "member", _sealed("sealed_shelf", seals.AT_HAND)),
    "feedback.TalkedAbout": Kind(_("What was talked about with me"), "member"),
    "feedback.MemberSaid": Kind(_("Whether it was talked about"), "member"),
    "backdraft.Landing": Kind(_("How a practice was for me"), "member"),
    "backdraft.MayTell": Kind(_("Who may hear of hard practices"), "member"),
    "backdraft.SlowerPace": Kind(_("When I went more slowly"), "place__user"),
    "resonance.Willing": Kind(_("When I turned heart recordings on"), "member"),
    "alliance.Rating": Kind(_("How I was towards the others"), "rater__user", _sealed("sealed_values", seals.RATING)),
    "sharing.Warmth": Kind(_("Warm signs I gave"), "giver"),
    "ending.ReviewNote": Kind(_("What I wrote in the middle"), "member", _sealed("sealed_words", seals.REVIEW_NOTE)),
    "ending.Coming": Kind(_("Whether I come to the last meeting"), "member"),
    "ending.CircleInvitation": Kind(_("Circles I was invited to"), "person"),
    "ending.WritingClock": Kind(_("When I was told that my words go"), "person"),
    "ending.Erasure": Kind(_("What I erased"), "person_code"),
    "ending.PersonHold": Kind(_("When the house held my words"), "person", only=(("untold", False),)),
}

IN_WORDS = "stands among their own words (own_words.all_of)"
A_KEY = "opens a door or a text; the text itself is in the file"
TEAM = "a note or a step of those who lead, in the house's record; whoever wants to read it asks them"
WORK = "about somebody's work here, not about anybody who takes part"
COMMON = "what a group or a house has in common; nobody's own"
OTHERS = "about somebody else, or shows what another did"
TRACE = "the trace itself; what concerns a person is told as who looked (who_saw)"
NOT_HERE: dict[str, str] = {
    **dict.fromkeys(
        (
            "writing.JournalEntry", "writing.AddedLater", "writing.OwnPhrases", "writing.Letter", "writing.Draft",
            "measures.Response", "conversations.Conversation", "conversations.Message", "resonance.Sitting",
            "resonance.HeartRecording", "ending.KeptLine", "sharing.Share",
            "ending.ClosingLetter", "intake.ConsentCopy",
        ),
        IN_WORDS,
    ),
    **dict.fromkeys(
        ("vault.DataKey", "vault.BoxKey", "writing.OwnKey", "writing.Parcel", "live.Tablet"), A_KEY
    ),
    **dict.fromkeys(
        (
            "groups.MemberNote", "groups.StepRecord", "safety.AlertStep", "safety.AlertAnswer", "safety.AlertRung",
            "safety.AdverseEvent", "safety.StopReview", "live.DebriefLine", "live.Debrief", "live.SteadyingStep",
            "care.LookedOver", "tasks.Task", "measures.PaperSheet", "live.SlowDown", "live.LighterMeeting",
        ),
        TEAM,
    ),
    **dict.fromkeys(
        (
            "intake.ConsentFacts", "intake.Trial", "intake.Screener", "intake.Checklist", "team.StandIn",
            "team.HandOver", "team.Credential", "team.StartedWithout", "safety.HelplineCheck", "safety.HouseProtocol",
            "safety.Duty", "safety.DutyDay", "safety.Away", "safety.AlertReview", "safety.EnoughPeople",
            "forming.ProposedGroup", "forming.ProposedSeat", "measures.Wording", "measures.LicenceNumber",
            "measures.StoppedAsking", "measures.TypedWording", "research.Release", "research.Taking",
            "research.ProgrammePlan", "practice.Recording", "care.Supervision", "care.OwnCheck", "alliance.Guess",
            "alliance.Step", "alliance.RatingRound", "reminders.Reminder", "ending.KeepingTimes",
            "sharing.GroupSharing", "ending.Hold",
        ),
        WORK,
    ),
    **dict.fromkeys(
        (
            "groups.Group", "groups.Gathering", "groups.Agreement", "groups.Repair", "groups.RepairStep",
            "sharing.Handful",
            "feedback.HeardAndDone", "alliance.Reading", "ending.Review", "ending.Ending",
        ),
        COMMON,
    ),
    "intake.KeepApart": OTHERS,
    "audit.AuditEntry": TRACE,
}  # fmt: skip
"""Every other kind of row that holds something private or personal, and why it is not in the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as pairs of what is said and what it says."""

    says: tuple[tuple[str, str], ...]


def rows_of(person: User, *, by: Actor) -> Iterator[tuple[str, str | Promise, Iterator[Row]]]:
    """Kind by kind: its label, its title, and its rows, which are fetched a few hundred at a time."""
    require(by, Permission.OWN_WORDS_KEEP)
    require(by, Permission.IN_OWN_NAME, person)
    for label, kind in ROWS.items():
        yield label, kind.title, _rows(apps.get_model(label), kind, person)


def _rows(model: type[Model], kind: Kind, person: User) -> Iterator[Row]:
    whose: Any = {"pk": person.pk, "person_code": person.code}.get(kind.whose, person)
    fields = [field for field in model._meta.get_fields() if field.concrete and field.name not in NOT_SAID]
    named = [one.name for one in fields if isinstance(one, ForeignKey) and one.name in SHOWN]
    rows = model._default_manager.filter(**{kind.whose: whose}, **dict(kind.only)).order_by("pk")
    for row in rows.select_related(*named).iterator(AT_ONCE):
        says = [(str(one.name), _plain(row, one)) for one in fields]  # type: ignore[arg-type]
        says += [
            (name.removeprefix("sealed_"), _opened(row, name, seal, after, person)) for name, seal, after in kind.opens
        ]
        yield Row(tuple((name.replace("_", " "), words) for name, words in says if words))


# What a link is told as. All other links name other people or the machine's own things.
SHOWN: dict[str, Callable[[Any], str]] = {
    "group": lambda one: one.name,
    "circle": lambda one: one.name,
    "gathering": lambda one: one.starts_at.isoformat(),
    "intake": lambda one: one.name,
}


def _plain(row: Model, field: Field) -> str:  # type: ignore[type-arg]
    if isinstance(field, BinaryField):
        return ""
    if isinstance(field, ForeignKey):
        one = getattr(row, field.name) if field.name in SHOWN else None
        return SHOWN[field.name](one) if one is not None else ""
    value = getattr(row, field.name)
    if value is None or value in ("", [], {}):
        return ""
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)


def _opened(row: Any, name: str, seal: Seal, after: str, person: User) -> str:
    sealed = getattr(row, name)
    if not sealed:
        return ""
    try:
        return seal.open(sealed, code=row.code + after, holder=person)
    except CannotOpen:
        return "–"  # one that does not open costs nobody the rest
