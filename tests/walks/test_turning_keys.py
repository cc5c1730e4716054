"""Keys are turned at three levels while a group writes and reads through a real server: nobody meets a closed text."""

import itertools
import threading
import time
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import connection

from kindcircle.base.lib import clock, codes, keyfiles, last_copy
from kindcircle.base.vault import keys, seals
from kindcircle.base.vault.models import DataKey
from kindcircle.rooms.ending import turning
from kindcircle.rooms.writing.models import JournalEntry
from tests.doors.web.member.people import mid_course
from tests.site import RunningSite
from tests.walks.visitor import Visitor

READERS, WRITERS, ROUNDS = 4, 2, 4


class Load:
    """People who read and write until they are told to stop; what each answer was is counted."""

    def __init__(self, site: RunningSite, people: list[Visitor]) -> None:
        self.answers: Counter[str] = Counter()
        self.words: list[str] = []
        self._lock, self._stop, self._number = threading.Lock(), threading.Event(), itertools.count()
        acts = [self._read] * READERS + [self._write] * WRITERS
        self._threads = [
            threading.Thread(target=self._go, args=(act, person)) for act, person in zip(acts, people, strict=True)
        ]

    def __enter__(self) -> "Load":
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for one in self._threads:
            one.join(30)

    def _go(self, act, person: Visitor) -> None:
        while not self._stop.is_set():
            act(person)

    def _note(self, what: str, status: int) -> None:
        with self._lock:
            self.answers[f"{what} {status}"] += 1

    def _read(self, person: Visitor) -> None:
        for path in ("/today/", "/journal/", "/support-plan/"):
            self._note("read", person.client.get(path).status_code)
        for _name, path in person.open("/journal/").page.links[:80]:
            if path.startswith("/journal/") and len(path) > 25 and "new" not in path:
                self._note("opened", person.client.get(path).status_code)
                return

    def _write(self, person: Visitor) -> None:
        words = f"round {next(self._number)} {codes.new_code()}"
        person.open("/journal/new/day/").press("Save", {"feelings": words})
        self._note("wrote", person.status)
        if person.status == 200:
            with self._lock:
                self.words.append(words)


def test_nobody_meets_a_closed_text_while_keys_are_turned(running_site: RunningSite) -> None:
    world = mid_course(clock.now())
    someone = [world.member] * READERS + [world.members[1], world.member]
    people = [Visitor(running_site, user) for user in someone]
    people[0].open("/journal/new/day/").press("Save", {"feelings": "before it all"})
    assert people[0].status == 200
    turned = turning.Turned()
    with Load(running_site, people) as load:
        for _ in range(ROUNDS):
            for turn in (
                lambda: turning.turn_root(at=clock.now()),
                lambda: turning.turn_house(world.organisation, at=clock.now()),
                lambda: turning.turn_holder(world.organisation, at=clock.now()),
                lambda: turning.turn_holder(world.member, at=clock.now()),
                lambda: turning.turn_holder(world.members[1], at=clock.now()),
                lambda: turning.finish(at=clock.now()),
            ):
                turned += turn()
                time.sleep(0.1)
    # The last of it, when nobody is at it any more.
    later = clock.now() + turning.QUIET + timedelta(seconds=5)
    last_copy.file().write_text(later.isoformat(), encoding="ascii")  # and a copy was made meanwhile
    turned += turning.finish(at=later)
    last_copy.file().unlink()
    print(f"\n{turned.anew} keys and texts made anew, {turned.gone} old keys let go; answers: {dict(load.answers)}")
    assert {answer.split()[1] for answer in load.answers} == {"200"}, load.answers
    assert load.answers["wrote 200"] >= 5 and load.answers["read 200"] >= 20 and load.answers["opened 200"] >= 5
    assert turned.not_opening == 0

    # Everything that was said to be saved is there, once, and opens with the keys that are left.
    keys.forget_opened()
    assert not DataKey.objects.exclude(retired_at=None).filter(holder__contains=world.member.code).exists()
    assert len(keyfiles.read(settings.ROOT_KEY_FILE)) == 1
    there: Counter[str] = Counter()
    for entry in JournalEntry.objects.filter(author__in=[world.member, world.members[1]]).select_related("author"):
        text = seals.JOURNAL.open(entry.sealed_body, code=entry.code, holder=entry.author)
        there.update(words for words in load.words if words in text)
    assert there == Counter(load.words)
    connection.close()
