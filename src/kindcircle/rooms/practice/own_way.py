"""How somebody likes to practise: one small choice, kept for them alone, and what it means for the words they hear."""

import json
from dataclasses import asdict, dataclass
from typing import Literal, cast, get_args

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.practice.models import OwnWay
from kindcircle.spec.practices import Needs, Way, Zone

Anchor = Literal["breath", "feet", "sounds", "hands"]
Voice = Literal["recorded", "made", "device", "text"]
Data = Literal["device", "little", "all"]
ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
VOICES: tuple[Voice, ...] = get_args(Voice)
DATA: tuple[Data, ...] = get_args(Data)
ZONES: tuple[Zone, ...] = get_args(Zone)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose. Untouched, it is each practice as it was written.

    anchor      what to come back to; anything but the breath also means words without the breath
    zones       parts of the body to leave out, in the order of the body
    shorter     open practices in their shortest length
    voice       recorded (the house's own if there is one, else made), made, device, or text and bells only
    still       the shape to breathe with keeps still
    buzz        the phone moves a little at each step
    one_by_one  sheets come one question at a time, in large letters
    data        little: a sound is fetched only after a tap on its size; device: as the browser asks
    """

    anchor: Anchor = "breath"
    eyes_open: bool = False
    no_touch: bool = False
    seated: bool = False
    no_writing: bool = False
    zones: tuple[Zone, ...] = ()
    shorter: bool = False
    voice: Voice = "recorded"
    still: bool = False
    buzz: bool = False
    one_by_one: bool = False
    data: Data = "device"

    @property
    def needs(self) -> Needs:
        """Which words this person hears."""
        asked: dict[Way, bool] = {
            "no_touch": self.no_touch,
            "no_breath": self.anchor != "breath",
            "seated": self.seated,
            "eyes_open": self.eyes_open,
            "low_literacy": self.no_writing,
        }
        return Needs(frozenset(way for way, wanted in asked.items() if wanted), frozenset(self.zones))


AS_WRITTEN = Choice()


def own_way(member: User, *, by: Actor) -> Choice:
    """What this person chose, or everything as written. Only they can ask."""
    row = OwnWay.objects.filter(member=member).first()
    if row is None:
        require(by, Permission.IN_OWN_NAME, member)
        return AS_WRITTEN
    require(by, Permission.OWN_WAY_USE, row)
    return _read(seals.OWN_WAY.open(row.sealed_choice, code=row.code, holder=member))


def keep_own_way(choice: Choice, *, member: User, by: Actor) -> None:
    """Remember how this person likes to practise. As written means that nothing is kept at all."""
    require(by, Permission.IN_OWN_NAME, member)
    with transaction.atomic():
        if choice == AS_WRITTEN:
            OwnWay.objects.filter(member=member).delete()
            return
        row, _ = OwnWay.objects.select_for_update(no_key=True).get_or_create(
            member=member, defaults={"sealed_choice": b""}
        )
        row.sealed_choice = seals.OWN_WAY.seal(json.dumps(asdict(choice)), code=row.code, holder=member)
        row.save(update_fields=["sealed_choice"])


def _read(text: str) -> Choice:
    """A choice as it was kept. What a later Kindcircle no longer knows falls back to as written."""
    kept = json.loads(text)
    known = {name: bool(kept.get(name)) for name in ("eyes_open", "no_touch", "seated", "no_writing", "shorter")}
    return Choice(
        anchor=cast(Anchor, kept["anchor"]) if kept.get("anchor") in ANCHORS else AS_WRITTEN.anchor,
        zones=tuple(zone for zone in ZONES if zone in kept.get("zones", ())),
        voice=cast(Voice, kept["voice"]) if kept.get("voice") in VOICES else AS_WRITTEN.voice,
        still=bool(kept.get("still")),
        buzz=bool(kept.get("buzz")),
        one_by_one=bool(kept.get("one_by_one")),
        data=cast(Data, kept["data"]) if kept.get("data") in DATA else AS_WRITTEN.data,
        **known,
    )
