"""Turning heart recordings on and off, keeping one, erasing one. Only ever by the person themselves."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import erased
from kindcircle.base.lib.codes import digest
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.resonance.errors import Enough, NotAsked, NotBeats, NothingToTell, OtherDay
from kindcircle.rooms.resonance.models import HeartRecording, Sitting, Willing
from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.documents.heartbeats import Heartbeats, Source, read_heartbeats
from kindcircle.stats.hrv_pairs import measure
from kindcircle.stats.results import Undefined

Part = HeartRecording.Part
MOST = 100  # sittings of one person: two years of one a week
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class When:
    """Which practice a recording belongs to: its name, or none, and the day."""

    practice: str
    on: date


def turn_on(*, member: User, by: Actor, at: datetime) -> Willing:
    """Somebody would like to keep heart recordings, for themselves."""
    require(by, Permission.RESONANCE_KEEP)
    require(by, Permission.IN_OWN_NAME, member)
    with transaction.atomic():
        _one_at_a_time(member)
        row, new = Willing.objects.get_or_create(member=member, defaults={"since": at})
        if new:
            _record(Event.RESONANCE_ON, by, member, at)
    return row


def turn_off(*, member: User, by: Actor, at: datetime) -> None:
    """No more of it: every recording goes in the same moment, and nobody can bring them back."""
    require(by, Permission.RESONANCE_SEE)
    require(by, Permission.IN_OWN_NAME, member)
    with transaction.atomic():
        _one_at_a_time(member)
        rows = [
            (kind._meta.label, code)
            for kind in (Sitting, Willing)
            for code in kind._default_manager.filter(member=member).values_list("code", flat=True)
        ]
        Sitting.objects.filter(member=member).delete()
        gone, _counts = Willing.objects.filter(member=member).delete()
        if gone:
            _record(Event.RESONANCE_OFF, by, member, at)
        for label, code in rows:
            erased.note(erased.ROW, label=label, code=code, at=at)


def keep_first(
    *, data: bytes, part: str, when: When, client_key: str, member: User, by: Actor, at: datetime
) -> Sitting:
    """Keep the first recording of a practice. The same key again is the same sitting, answered with the first.

    Raises NotAsked, NotBeats, NothingToTell, OtherDay, Enough.
    """
    require(by, Permission.RESONANCE_KEEP)
    require(by, Permission.IN_OWN_NAME, member)
    today = at.astimezone(ZoneInfo(member.zone)).date()
    if not today - FURTHEST <= when.on <= today:
        raise OtherDay
    beats = _read(data)
    with transaction.atomic():
        _one_at_a_time(member)
        _asked_for(member)
        key = digest(f"{member.code} {client_key}")  # nobody's key can ever meet somebody else's
        kept = Sitting.objects.filter(client_key=key).first()
        if kept is not None:
            return kept
        if Sitting.objects.filter(member=member).count() >= MOST:
            raise Enough(MOST)
        sitting = Sitting.objects.create(member=member, practice=when.practice, on=when.on, client_key=key)
        _keep(sitting, part, beats, by=by, at=at)
    return sitting


def keep_other(*, sitting: Sitting, data: bytes, part: str, by: Actor, at: datetime) -> None:
    """Keep the other recording of a practice, or another file in the place of one. Raises as `keep_first` does."""
    require(by, Permission.RESONANCE_KEEP)
    require(by, Permission.RESONANCE_OPEN, sitting)
    beats = _read(data)
    with transaction.atomic():
        _one_at_a_time(sitting.member)
        _asked_for(sitting.member)
        _keep(sitting, part, beats, by=by, at=at)


def open_recording(*, recording: HeartRecording, by: Actor) -> Heartbeats:
    """The beats of one's own recording."""
    sitting = recording.sitting
    require(by, Permission.RESONANCE_OPEN, sitting)
    told = json.loads(seals.HEARTBEATS.open(recording.sealed_beats, code=recording.code, holder=sitting.member))
    return Heartbeats(tuple(told["rr_ms"]), Source(told["source"]))


def erase(*, sitting: Sitting, by: Actor, at: datetime, part: str = "") -> None:
    """One recording goes, or all of a practice. A practice without recordings goes too."""
    require(by, Permission.RESONANCE_OPEN, sitting)
    with transaction.atomic():
        _one_at_a_time(sitting.member)
        of_it = HeartRecording.objects.filter(sitting=sitting)
        which = of_it.filter(part=part) if part else of_it
        recordings = list(which.values_list("code", flat=True))
        which.delete()
        if not of_it.exists():
            Sitting.objects.filter(pk=sitting.pk).delete()
        if recordings:
            _record(Event.HEART_RECORDING_ERASED, by, sitting.member, at)
        for code in recordings:
            erased.note(erased.ROW, label="resonance.HeartRecording", code=code, at=at)


def _read(data: bytes) -> Heartbeats:
    """The beats of a file, when a number can be made of them: what tells nothing is not kept."""
    try:
        beats = read_heartbeats(data)
    except DocumentError as problem:
        raise NotBeats(problem) from problem
    found = measure(beats.rr_ms)
    if isinstance(found, Undefined):
        raise NothingToTell(found)
    return beats


def _keep(sitting: Sitting, part: str, beats: Heartbeats, *, by: Actor, at: datetime) -> None:
    HeartRecording.objects.filter(sitting=sitting, part=part).delete()
    row = HeartRecording(sitting=sitting, part=part, kept_at=at)
    told = json.dumps({"source": beats.source, "rr_ms": beats.rr_ms}, separators=(",", ":"))
    row.sealed_beats = seals.HEARTBEATS.seal(told, code=row.code, holder=sitting.member)
    row.save(force_insert=True)
    _record(Event.HEART_RECORDING_KEPT, by, sitting.member, at)


def _one_at_a_time(member: User) -> None:
    """Hold this person's row, so that turning off and keeping never pass each other. For one transaction."""
    User.objects.select_for_update(no_key=True).get(pk=member.pk)


def _asked_for(member: User) -> None:
    if not Willing.objects.filter(member=member).exists():
        raise NotAsked


def _record(event: Event, by: Actor, member: User, at: datetime) -> None:
    about, chain = log.Ref("person", member.code), member.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=member.code)
