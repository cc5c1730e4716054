"""Which tablets serve a gathering now."""

from kindcircle.base.access import Actor
from kindcircle.rooms.groups.models import MEETING, Gathering
from kindcircle.rooms.live.models_tablet import Tablet

TABLETS = Tablet.objects.select_related("gathering__group__organisation")


def serves(tablet: Tablet) -> bool:
    """Whether it may be handed round: let in, not ended, and the meeting goes on."""
    return tablet.claimed_at is not None and tablet.ended_at is None and tablet.gathering.state in MEETING


def tablet_by_code(code: str) -> Tablet | None:
    """The tablet of a device that says it is one, if it still serves."""
    found = TABLETS.filter(code=code).first()
    return found if found is not None and serves(found) else None


def holder_of(tablet: Tablet) -> Actor:
    """The tablet while nobody has tapped their name: it is nobody, in this one gathering."""
    return Actor(tablet_of=tablet.gathering_id, organisation_id=tablet.gathering.group.organisation_id)


def tablets_of(gathering: Gathering) -> list[Tablet]:
    """Those that were let in and have not been ended, oldest first."""
    return list(
        Tablet.objects.filter(gathering=gathering, claimed_at__isnull=False, ended_at=None).order_by("claimed_at")
    )
