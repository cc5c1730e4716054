"""Reading one's own: whether it is on, which practices have recordings, and what a pair of them tells."""

from dataclasses import dataclass

from django.db.models import QuerySet

from kindcircle.base.access import Actor
from kindcircle.base.people.models import User
from kindcircle.rooms.resonance.actions import open_recording
from kindcircle.rooms.resonance.models import HeartRecording, Sitting, Willing
from kindcircle.stats.hrv_pairs import Compared, Measured, compare_rmssd, compare_sdnn, measure
from kindcircle.stats.results import Undefined


@dataclass(frozen=True, slots=True)
class Opened:
    """A practice with what its recordings show; a missing recording is None, and so is what needs both."""

    before: Measured | None
    after: Measured | None
    rmssd: Compared | Undefined | None
    sdnn: Compared | Undefined | None


def is_on(actor: Actor) -> bool:
    """Whether this person said yes."""
    return Willing.objects.filter(member_id=actor.user_id).exists()


def sittings_of(actor: Actor) -> QuerySet[Sitting]:
    """One's own, newest first, with the parts that are there. No beat is opened."""
    own = Sitting.objects.filter(member_id=actor.user_id).select_related("member")
    return own.prefetch_related("recordings").order_by("-on", "-pk")


def count_of(member: User) -> int:
    """How many recordings somebody has, without opening any."""
    return HeartRecording.objects.filter(sitting__member=member).count()


def opened(sitting: Sitting, *, by: Actor) -> Opened:
    """What the recordings of one practice show. A recording that a newer rule would refuse shows nothing."""
    found: dict[str, Measured] = {}
    for recording in HeartRecording.objects.filter(sitting=sitting).select_related("sitting__member"):
        shown = measure(open_recording(recording=recording, by=by).rr_ms)
        if not isinstance(shown, Undefined):
            found[recording.part] = shown
    before, after = found.get("before"), found.get("after")
    if before is None or after is None:
        return Opened(before, after, None, None)
    return Opened(before, after, compare_rmssd(before, after), compare_sdnn(before, after))
