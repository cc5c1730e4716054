"""What tells the live room that somebody came, fell silent or went, for many gatherings at once."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kindcircle.rooms.live import actions
from kindcircle.rooms.live.queries_faces import faces
from tests.rooms.live.stage import Stage, later
from tests.world import make_world


def test_a_face_changes_whenever_somebody_comes_falls_silent_or_goes(db: None) -> None:
    stage = Stage(make_world(members=3))
    stage.open()
    gathering = stage.gathering
    seen = [faces([gathering.pk], at=stage.at)[gathering.pk]]
    codes = stage.come(0, 1)
    seen += [faces([gathering.pk], at=later(stage.at, seconds))[gathering.pk] for seconds in (1, 44, 46)]
    actions.mark_left(gathering=gathering, member_code=codes[0], by=stage.guide, at=later(stage.at, 47))
    seen.append(faces([gathering.pk], at=later(stage.at, 47))[gathering.pk])
    assert seen == [(0, 0, 0, 0), (2, 2, 2, 0), (2, 2, 2, 0), (2, 0, 2, 0), (2, 0, 2, 1)]


def test_however_many_gatherings_it_is_two_questions(db: None) -> None:
    stages = [Stage(make_world(members=1)) for _ in range(3)]
    for stage in stages[:2]:
        stage.open()
        stage.come(0)
    ids = [stage.gathering.pk for stage in stages]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        seen = faces(ids, at=later(stages[0].at, 1))
    assert len(asked) == 2
    assert [seen[one] for one in ids] == [(1, 1, 1, 0), (1, 1, 1, 0), (0, 0, 0, 0)]
    assert faces([], at=stages[0].at) == {}
