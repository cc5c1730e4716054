"""After an old copy of the database came back: what was erased since goes again, what was closed is closed again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.apps import apps
from django.db import transaction

from kindcircle.base.lib import erased
from kindcircle.base.lib.erased import Erased
from kindcircle.base.people import shut
from kindcircle.rooms.ending import erasing, shutting
from kindcircle.rooms.ending.with_it import also_gone
from kindcircle.rooms.groups.actions import take_back_yes
from kindcircle.rooms.groups.queries_actors import themselves
from kindcircle.rooms.intake.actions import take_back, withdraw
from kindcircle.rooms.intake.models import Application, Consent
from kindcircle.rooms.preparing.actions import take_plan_back
from kindcircle.rooms.preparing.plans import SAFETY, SUPPORT
from kindcircle.rooms.sharing.again import narrow_again
from kindcircle.spec.ladder import widens

ROWS = (
    "sharing.Share", "writing.JournalEntry", "writing.Letter", "preparing.SupportPlan", "preparing.SafetyPlan",
    "preparing.SafeContact", "resonance.HeartRecording", "resonance.Sitting", "resonance.Willing", "live.Word",
    "live.FeltAnswer", "live.DebriefLine", "feedback.HeardAndDone", "groups.LineProposal", "ending.KeptLine",
    "practice.Recording", "team.Credential", "alliance.Rating", "writing.Draft",
)  # fmt: skip
"""The kinds of rows that somebody can let go of one by one."""

WRITTEN_ON = (
    "preparing.SupportPlan", "preparing.SafetyPlan", "preparing.SafeContact", "team.Credential", "groups.LineProposal",
    "ending.KeptLine", "alliance.Rating", "writing.Draft",
)  # fmt: skip
"""Those of them that go on under the same code, and are changed or answered later."""

UNDER_WAY = timedelta(minutes=10)
"""Longer than any transaction lasts. One that began this long before a copy had ended by then, in it or undone."""


def replay(lines: Iterable[Erased], *, copied_at: datetime | None = None) -> int:
    """Apply each erasure once more, the oldest first. Returns how many found something to take. Twice is once.

    copied_at: when the copy was made. It knows by itself whether an erasure from before then came to an end, and what
    people wrote after it is theirs.
    """
    took, lines = 0, list(lines)
    last = _last_of(lines)
    # Whether an address may stay hangs on which keys are left, so addresses come when all keys have gone.
    lines = sorted(lines, key=lambda line: (line.label == shut.ADDRESS, line.at))

    def undone(line: Erased) -> bool:
        """From so long before the copy that the copy would know, if it had not failed."""
        return copied_at is not None and line.at < copied_at - UNDER_WAY

    keys_gone = {line.person: line.at for line in lines if line.what == erased.KEY and not undone(line)}
    for line in lines:
        with transaction.atomic():
            if line.what == erased.ROW and line.label in ROWS:
                if line.label in WRITTEN_ON and undone(line):
                    continue
                also_gone(line.label, code=line.code, at=line.at)
                rows, _kinds = apps.get_model(line.label)._default_manager.filter(code=line.code).delete()
                took += bool(rows)
            elif line.what == erased.NARROWED and line is last[_about(line)]:
                took += not undone(line) and narrow_again(code=line.code, step=line.step, at=line.at)
            elif line.what == erased.LEFT and line is last[_about(line)]:
                took += not undone(line) and shutting.again(line)
            elif line.what == erased.LEFT and line.label == shut.ROLE and last[_about(line)].what == erased.BACK:
                took += not undone(line) and shutting.role_given_anew(line)
            elif line.what == erased.WITHDRAWN:
                take = shutting.again if line.label in shutting.AGAIN else _withdraw
                took += not undone(line) and take(line)
            elif line.what in (erased.WRITING, erased.EVERYTHING):
                took += erasing.again(
                    person_code=line.person,
                    kind=line.what,
                    at=line.at,
                    key_gone_at=keys_gone.get(line.person),
                    only_if_known=undone(line),
                )
    return took


def _last_of(lines: Iterable[Erased]) -> dict[tuple[str, str, str], Erased]:
    """Of what can be had again and of what stays and shows less: the line that counts, of all about the same thing.

    It is the last. Where clock and list do not agree on which that is, or both say the same moment, the one that closes
    counts: of two mistakes the kinder.
    """
    last: dict[tuple[str, str, str], Erased] = {}
    until: dict[tuple[str, str, str], datetime] = {}
    for line in lines:
        if line.what not in (erased.NARROWED, erased.LEFT, erased.BACK):
            continue
        about = _about(line)
        before = last.get(about)
        if before is None or line.at > until[about] or not _opens_more(line, before):
            last[about] = line
        until[about] = max(line.at, until.get(about, line.at))
    return last


def _opens_more(line: Erased, than: Erased) -> bool:
    if line.what == erased.NARROWED and than.what == erased.NARROWED:
        return widens(than.step, line.step) and not widens(line.step, than.step)
    return line.what == erased.BACK and than.what != erased.BACK


def _about(line: Erased) -> tuple[str, str, str]:
    return line.label, line.person, line.code


def _withdraw(line: Erased) -> bool:
    """A yes, a request to come or a shown plan that was taken back; whoever is to speak with them is asked again."""
    plan = next((kind for kind in (SUPPORT, SAFETY) if kind.model._meta.label == line.label), None)
    if plan is not None:
        # One that was shown anew after that stays shown.
        shown = plan.model.objects.select_related("person").filter(code=line.code, shared_at__lte=line.at).first()
        if shown is not None:
            take_plan_back(person=shown.person, by=themselves(shown.person), at=line.at, kind=plan)
        return shown is not None
    if line.label == "intake.Consent":
        yes = Consent.objects.select_related("person__organisation").filter(code=line.code, withdrawn_at=None).first()
        if yes is not None:
            act = take_back_yes if yes.kind == Consent.Kind.TAKING_PART else withdraw
            act(consent=yes, by=themselves(yes.person), at=line.at)
        return yes is not None
    asked = Application.objects.select_related("person").filter(code=line.code, withdrawn_at=None)
    # One that led to a place meanwhile is not taken back: a place is left.
    found = asked.exclude(state=Application.State.PLACED).first() if line.label == "intake.Application" else None
    if found is not None:
        take_back(application=found, by=themselves(found.person), at=line.at)
    return found is not None
