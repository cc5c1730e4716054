"""Private taps: kept once, seen by facilitators, and one call for a person raises one alert."""

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.errors import KeyTaken, UnknownSignal
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from tests.rooms.live.stage import Stage, later
from tests.world import World, make_world


@pytest.fixture
def stage(world: World) -> Stage:
    stage = Stage(world)
    stage.open()
    stage.come(0, 1, 2)
    return stage


def tap(stage: Stage, kind: str, *, seat: int = 0, key: str | None = None, seconds: float = 0) -> Signal:
    return actions.send_signal(
        gathering=stage.gathering,
        kind=kind,
        client_key=new_code() if key is None else key,
        by=stage.member(seat),
        at=later(stage.at, seconds),
    )


@pytest.mark.parametrize("kind", ["fine", "lot", "step_out"])
def test_only_please_come_raises_an_alert(stage: Stage, kind: str) -> None:
    tap(stage, kind)
    assert Signal.objects.get().kind == kind
    assert not Alert.objects.exists()


def test_please_come_raises_exactly_one_alert_that_points_back(stage: Stage) -> None:
    signal = tap(stage, "come")
    alert = Alert.objects.get()
    assert (alert.source_kind, alert.source_code) == ("signal", signal.code)
    assert (alert.member, alert.group, alert.gathering) == (stage.world.members[0], stage.world.group, stage.gathering)
    assert alert.level == Alert.Level.CONTACT


def test_the_same_tap_again_is_answered_with_the_first(stage: Stage) -> None:
    key = new_code()
    first = tap(stage, "come", key=key)
    again = tap(stage, "come", key=key, seconds=5)
    assert (again.pk, again.at) == (first.pk, first.at)
    assert Signal.objects.count() == Alert.objects.count() == 1
    assert AuditEntry.objects.filter(event="signal sent").count() == 1


def test_a_key_belongs_to_one_person_and_one_tap(stage: Stage) -> None:
    key = new_code()
    tap(stage, "fine", key=key)
    with pytest.raises(KeyTaken):
        tap(stage, "fine", seat=1, key=key)
    with pytest.raises(KeyTaken):
        tap(stage, "come", key=key)
    assert Signal.objects.count() == 1 and not Alert.objects.exists()


def test_calling_again_before_anyone_looked_is_one_alert_and_after_that_a_new_one(stage: Stage) -> None:
    tap(stage, "come")
    tap(stage, "come", seconds=3)
    assert (Signal.objects.count(), Alert.objects.count()) == (2, 1)
    tap(stage, "come", seat=1, seconds=4)
    assert Alert.objects.count() == 2
    for alert in Alert.objects.all():
        safety.see(alert=alert, by=stage.guide, at=later(stage.at, 60))
    tap(stage, "come", seconds=70)
    assert Alert.objects.count() == 3


def test_no_alert_means_no_tap_was_kept_either(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both or neither: a tap that looks sent while nobody is called would be the worst of all."""

    def power_cut(**_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(safety, "raise_alert", power_cut)
    with pytest.raises(OSError, match="disk"):
        tap(stage, "come")
    assert not Signal.objects.exists()


@pytest.mark.parametrize(
    ("kind", "key"), [("dance", "k" * 22), ("", "k" * 22), ("come", ""), ("come", "short"), ("come", "k" * 65)]
)
def test_what_is_not_a_tap_is_refused(stage: Stage, kind: str, key: str) -> None:
    with pytest.raises(UnknownSignal):
        tap(stage, kind, key=key)
    assert not Signal.objects.exists()


def test_only_members_of_this_group_tap_and_only_while_we_meet(stage: Stage) -> None:
    other = make_world()
    send = {"gathering": stage.gathering, "kind": "come", "client_key": new_code(), "at": stage.at}
    for actor in (stage.guide, other.actor(other.member), stage.world.actor(stage.world.safety_lead)):
        with pytest.raises(NotFound):
            actions.send_signal(**send, by=actor)
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
    tap(stage, "fine")
    actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
    with pytest.raises(NotFound):
        tap(stage, "come")
    assert not Alert.objects.exists()


def test_facilitators_read_taps_newest_first_with_the_alert_they_raised(stage: Stage) -> None:
    tap(stage, "lot", seat=1, seconds=1)
    tap(stage, "come", seat=2, seconds=2)
    newest, older = queries.taps(stage.gathering)
    assert (newest.kind, newest.name, newest.alert) == ("come", "Wren", Alert.objects.get().code)
    assert (older.kind, older.name, older.alert) == ("lot", "Tomas", None)
    assert queries.newest([stage.gathering.pk])[stage.gathering.pk].signal == Signal.objects.latest("pk").pk


def test_the_record_names_no_kind_of_tap(stage: Stage) -> None:
    tap(stage, "lot")
    entry = AuditEntry.objects.get(event="signal sent")
    assert entry.reason == "" and "lot" not in (entry.about_kind, entry.about_code)
