"""What a draw means for somebody's place: none before it, for some none before a day, and nothing for most people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kindcircle.rooms.intake.errors import DrawFirst, StartsLater
from kindcircle.rooms.intake.models import Application
from kindcircle.rooms.intake.models_trial import Entrant, Trial

RUNNING = (Trial.State.LOCKED, Trial.State.DRAWN)


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody has no place yet: until the draw where `until` is None, else until that day."""

    until: date | None


def waits(applications: Iterable[Application]) -> dict[int, Waits]:
    """Of these people those whom a draw holds back, by application. Who must not wait is never among them."""
    rows = list(applications)
    trials = {
        one.intake_id: one for one in Trial.objects.filter(intake__in={a.intake_id for a in rows}, state__in=RUNNING)
    }
    if not trials:
        return {}
    entrants = Entrant.objects.filter(trial__in=trials.values()).select_related("application").order_by("pk")
    known = {one.application_id: one for one in entrants}
    # Asking anew is no way past a draw in which the same person was.
    before = {(one.trial_id, one.application.person_id): one for one in entrants}
    found = {}
    for application in rows:
        trial, entrant = trials.get(application.intake_id), known.get(application.pk)
        if trial is None or (entrant is not None and (entrant.outside or entrant.early)):
            continue
        if trial.state == Trial.State.LOCKED:
            found[application.pk] = Waits(None)
            continue
        entrant = entrant or before.get((trial.pk, application.person_id))
        # Whoever came after the draw has nothing to do with it.
        if entrant is not None and not (entrant.arm == Entrant.Arm.NOW or entrant.outside or entrant.early):
            found[application.pk] = Waits(trial.later_on)
    return found


def check_start(application: Application, begins_on: date) -> None:
    """Go on only where no draw stands against a place in a group that begins on this day.

    Raises DrawFirst, StartsLater.
    """
    held = waits([application]).get(application.pk)
    if held is None:
        return
    if held.until is None:
        raise DrawFirst
    if begins_on < held.until:
        raise StartsLater(held.until)
