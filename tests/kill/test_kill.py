"""The server is killed in the middle of everything, again and again: what said Saved is there, once (TRUST T12).

Eight people at a time send their sheets through a real server process, which is ended with SIGKILL at random moments
and started again. They do what people do: press the button once more, or open the page again. SIGKILL is not a power
cut: it proves that nothing is acknowledged before it is committed, not that the disk has it.
"""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.rooms.measures.asking import assign
from kindcircle.rooms.measures.models import Response, Score
from kindcircle.rooms.measures.queries import answers_of
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import AlertAnswer
from tests.site import RunningSite
from tests.world import World, make_world

MEMBERS, OCCASIONS, CLIENTS, KILLS = 15, ("arrival", "leaving", "weekly", "baseline"), 8, 6
PATIENCE = 180  # seconds in all, on a busy machine; 20 on a free one
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|key)" value="([^"]+)"')
SAVED = re.compile(r"<h1[^>]*>\s*Saved\s*</h1>")


@dataclass
class Sheet:
    """One sheet as its member knows it: what was answered, under which key, and whether the page said Saved."""

    code: str
    member: User
    answers: dict[str, str]
    key: str = ""
    saved: bool = False
    tries: int = 0

    @property
    def rules(self) -> set[str]:
        low = {"steadiness_low"} if int(self.answers["steadiness"]) <= 3 else set()
        return low | ({"contact_asked"} if self.answers.get("contact") == "1" else set())

    @property
    def positive(self) -> bool:
        return bool(self.rules)


@dataclass
class Load:
    """All sheets, the people who send them, and how far they are."""

    site: RunningSite
    sheets: list[Sheet]
    sessions: dict[int, str]
    saved: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    until: float = 0.0

    def send_all(self) -> list[threading.Thread]:
        self.until = time.monotonic() + PATIENCE
        threads = [threading.Thread(target=self._send_some, args=(self.sheets[n::CLIENTS], n)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def _send_some(self, sheets: list[Sheet], number: int) -> None:
        dice = random.Random(number)
        for sheet in sheets:
            cookies = {settings.SESSION_COOKIE_NAME: self.sessions[sheet.member.pk]}
            with httpx.Client(base_url=self.site.url, cookies=cookies, follow_redirects=True, timeout=10) as client:
                form: dict[str, str] = {}
                while not sheet.saved and time.monotonic() < self.until:
                    try:
                        form = self._try(client, sheet, form)
                    except httpx.TransportError:
                        time.sleep(0.05)
                        if dice.random() < 0.3:
                            form = {}  # closes the page and opens it again
        connection.close()

    def _try(self, client: httpx.Client, sheet: Sheet, form: dict[str, str]) -> dict[str, str]:
        """Open the page if it is not open, press the button, and look whether it says Saved."""
        if not form:
            page = client.get(f"/check/{sheet.code}/")
            if self._says_saved(sheet, page):
                return {}
            form = dict(HIDDEN.findall(page.text)) | sheet.answers
            if "key" not in form:
                self.strange.append(f"no form: {page.status_code}")
                return {}
        sheet.tries += 1
        answer = client.post(f"/check/{sheet.code}/", data=form)
        if not self._says_saved(sheet, answer):
            self.strange.append(f"not saved: {answer.status_code} at {answer.url.path.split('/')[1]}")
            return {}
        return form

    def _says_saved(self, sheet: Sheet, page: httpx.Response) -> bool:
        if page.status_code == 200 and page.url.path.endswith("/done/") and SAVED.search(page.text):
            sheet.saved = True
            self.saved[sheet.code] += 1
        return sheet.saved


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=MEMBERS)


@pytest.fixture
def load(running_site: RunningSite, world: World) -> Iterator[Load]:
    dice = random.Random(7)
    sheets = []
    for member in world.members:
        for gathering in world.gatherings:
            for occasion in OCCASIONS:
                sheet = assign(
                    member=member, group=world.group, gathering=gathering, instrument="after-session", by=SYSTEM,
                    occasion=occasion, opens_at=world.at, closes_at=world.at + timedelta(days=1),
                )  # fmt: skip
                answers = {"ease": "7", "fit": "6", "steadiness": str(dice.randint(0, 10)), "to_know": sheet.code}
                if dice.random() < 0.15:
                    answers["contact"] = "1"
                sheets.append(Sheet(sheet.code, member, answers))
    dice.shuffle(sheets)
    yield Load(running_site, sheets, {member.pk: session_of(member) for member in world.members})


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.mark.slow
def test_what_said_saved_is_there_once_after_every_kill(running_site: RunningSite, world: World, load: Load) -> None:
    connection.close()  # the test holds no part of the database while the server dies
    began, dice = time.monotonic(), random.Random()
    moments = sorted(dice.sample(range(5, len(load.sheets) - 15), KILLS))
    threads = load.send_all()
    kills = []
    for moment in moments:
        while len(load.saved) < moment and time.monotonic() < load.until:
            time.sleep(0.002)
        time.sleep(dice.random() * 0.02)
        kills.append(len(load.saved))
        running_site.kill()
        running_site.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began

    positive = {sheet.code for sheet in load.sheets if sheet.positive}
    again = sum(sheet.tries - 1 for sheet in load.sheets)
    print(
        f"\n{len(load.sheets)} sheets from {CLIENTS} people at a time, {len(positive)} positive; killed after {kills} "
        f"were saved; the button was pressed {again} times more; {len(load.saved)} said Saved; {took:.1f} s"
    )
    assert len(kills) == KILLS
    assert load.strange == []
    assert all(sheet.saved for sheet in load.sheets)
    everything_is_there_once(world, load, positive)


def everything_is_there_once(world: World, load: Load, positive: set[str]) -> None:
    """Against what people were told: sheets, scores, alerts, messages and the record."""
    rows = Response.objects.filter(assignment__group=world.group).select_related(
        "assignment__member", "assignment__group__organisation"
    )
    found = {row.assignment.code: row for row in rows}
    assert len(rows) == len(found) == len(load.sheets)
    assert set(found) == {sheet.code for sheet in load.sheets}
    for sheet in load.sheets:
        answers = answers_of(found[sheet.code], by=world.actor(sheet.member), at=clock.now())
        assert {name: str(value) for name, value in answers.items() if name != "contact"} == {
            name: value for name, value in sheet.answers.items() if name != "contact"
        }
    scores = Counter(Score.objects.filter(response__in=rows).values_list("response__assignment__code", flat=True))
    assert scores == dict.fromkeys(found, 3)

    alerts = list(Alert.objects.filter(group=world.group))
    # Every answer that asked for a person is in exactly one alert, and each person has one for the day.
    spoke = AlertAnswer.objects.filter(alert__in=alerts)
    rules = {(sheet.code, rule) for sheet in load.sheets for rule in sheet.rules}
    assert Counter(spoke.values_list("source_code", "rule")) == dict.fromkeys(rules, 1)
    assert set(spoke.values_list("source_code", flat=True)) == positive
    people = Counter(alert.member_id for alert in alerts)
    assert people == dict.fromkeys({sheet.member.pk for sheet in load.sheets if sheet.positive}, 1)
    told = Delivery.objects.filter(user__organisation=world.organisation, about_kind="alert")
    assert Counter(told.values_list("about_code", flat=True)) == {alert.code: 1 for alert in alerts}

    entries = AuditEntry.objects.filter(chain=world.organisation.code)
    kept = entries.filter(event=Event.RESPONSE_SUBMITTED).values_list("about_code", flat=True)
    raised = entries.filter(event=Event.ALERT_RAISED).values_list("about_code", flat=True)
    assert Counter(kept) == {row.code: 1 for row in rows}
    sheets_in = Counter(code for code, _source in spoke.values_list("alert__code", "source_code").distinct())
    assert Counter(raised) == sheets_in
    assert [flaw for flaw in log.verify() if flaw.chain == world.organisation.code] == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert cursor.execute("PRAGMA foreign_key_check").fetchall() == []
