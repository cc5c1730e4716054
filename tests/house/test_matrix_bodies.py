"""A form may name somebody else's things in its body: then, too, nothing of theirs is touched.

The address is one's own and allowed; the trick is in what is sent. Whatever the answer, the tables named beside each
form stay as they are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from kindcircle.base.lib import codes
from kindcircle.rooms.groups.agreements import starter
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live.models import Event, Signal
from kindcircle.rooms.measures.models import Response
from tests.house.matrix import Cell, Doors
from tests.house.matrix_expected import PAGES, address, notes_seen
from tests.house.matrix_house import (
    CO_FACILITATOR,
    FACILITATOR,
    FELLOW,
    FOREIGN_FACILITATOR,
    FOREIGN_LEAD,
    LEAD,
    MEMBER,
    WAITING,
    House,
)

WORDED = {f"line-{line.id}": line.text for line in starter()}


@dataclass(frozen=True)
class Trick:
    """Who sends what to which of their own pages, and the tables that must not be written to."""

    name: str
    who: str
    page: str
    about: str
    form: Callable[[House], dict[str, Any]]
    untouched: tuple[str, ...]


def place_of(house: House, person: str) -> str:
    """The neighbour's seat in their own group."""
    return Membership.objects.get(user=house.things[person]).code


def elsewhere(house: House) -> str:
    """A member's seat in another group of the house."""
    return Membership.objects.filter(group=house.things["another group"], role="member")[0].code


def foreign(house: House, name: str) -> str:
    return house.people[name].user.code  # type: ignore[union-attr]


def plan(house: House, **more: str) -> dict[str, Any]:
    days = [(house.at + timedelta(days=365 + 7 * week)).strftime("%Y-%m-%dT18:00") for week in range(4)]
    fixed = {"name": "New", "programme": "kind-to-a-body-that-hurts/1", "zone": "UTC", "place": "x", "do": "start"}
    fixed["reason"] = "Their papers come next week."
    return fixed | {"first_at": days[0]} | {f"when_{n}": day for n, day in enumerate(days, start=1)} | more


def event(house: House, member: str) -> dict[str, Any]:
    return {"member": member, "category": "sleep", "severity": "2", "related": "no", "what": "x",
            "happened_on": house.at.date().isoformat()}  # fmt: skip


def first_key(house: House) -> str:
    return Signal.objects.filter(user=house.things["seat 2"]).values_list("client_key", flat=True)[0]


def round_of(house: House) -> str:
    return Event.objects.get(gathering=house.things["open gathering"], kind="round_started").data["round"]


def hand_to(house: House, person: str) -> dict[str, Any]:
    return {"do": "move", "round": round_of(house), "holder": place_of(house, "seat 1"), "to": place_of(house, person)}


def order_of(house: House, person: str) -> dict[str, Any]:
    return {"do": "order", "round": round_of(house), "order": f"first {place_of(house, person)}"}


TRICKS = [
    Trick("a pass for a member of another group", FACILITATOR, "facilitator:entry-pass", "open gathering",
          lambda h: {"member": place_of(h, "neighbour")}, ("groups_entrypass", "audit_auditentry")),
    Trick("marking a member of another group as here", FACILITATOR, "facilitator:lead-do", "open gathering",
          lambda h: {"do": "here", "member": place_of(h, "neighbour")}, ("groups_attendance",)),
    Trick("handing the piece to a member of another group", FACILITATOR, "facilitator:lead-do", "open gathering",
          lambda h: hand_to(h, "neighbour"), ("live_event",)),
    Trick("bringing a member of another group into the round", FACILITATOR, "facilitator:lead-do", "open gathering",
          lambda h: {"do": "add", "round": round_of(h), "who": place_of(h, "neighbour")}, ("live_event",)),
    Trick("putting a member of another group first", FACILITATOR, "facilitator:lead-do", "open gathering",
          lambda h: order_of(h, "neighbour"), ("live_event",)),
    Trick("a sign for somebody who does not speak", FELLOW, "member:piece", "open gathering",
          lambda h: {"round": round_of(h), "what": "with", "holder": place_of(h, "seat 3")}, ("live_event",)),
    Trick("a hand for somebody else", FELLOW, "member:piece", "open gathering",
          lambda h: {"round": round_of(h), "what": "up", "who": place_of(h, "seat 6")}, ("live_event",)),
    Trick("starting a practice that is not on the run-sheet", FACILITATOR, "facilitator:lead-do", "open gathering",
          lambda h: {"do": "practice", "practice": "../../secrets", "seconds": "180"}, ("live_event",)),
    Trick("marking a member of another group as having come", FACILITATOR, "facilitator:after", "closed gathering",
          lambda h: {f"came-{h.things['neighbour'].code}": "on", f"line-{h.things['neighbour'].code}": "x"}
          | {f"came-{h.things[f'seat {n}'].code}": "on" for n in range(1, 5)} | {"seen_at": notes_seen(h)},
          ("groups_attendance",)),
    Trick("an unwanted event of a member of another group", FACILITATOR, "facilitator:unwanted", "group",
          lambda h: event(h, h.things["neighbour"].code), ("safety_adverseevent", "outbox_delivery")),
    Trick("a group led by another house's people", LEAD, "organisation:start-group", "",
          lambda h: plan(h, owner=foreign(h, FOREIGN_FACILITATOR), backup=foreign(h, FACILITATOR)),
          ("groups_group", "groups_membership")),
    Trick("a group of one's own house led by this house's people", FOREIGN_LEAD, "organisation:start-group", "",
          lambda h: plan(h, owner=foreign(h, FACILITATOR), backup=foreign(h, FOREIGN_FACILITATOR)),
          ("groups_group", "groups_membership")),
    Trick("a group led by members", LEAD, "organisation:start-group", "",
          lambda h: plan(h, owner=h.things["seat 1"].code, backup=h.things["seat 2"].code),
          ("groups_group", "groups_membership")),
    Trick("a role that nobody can be invited to", LEAD, "organisation:invite", "",
          lambda h: {"name": "x", "role": "operator"}, ("groups_invitation",)),
    Trick("a tap under somebody else's key", MEMBER, "member:signal", "open gathering",
          lambda h: {"kind": "come", "key": first_key(h)}, ("safety_alert", "outbox_delivery")),
    Trick("a sheet under the key of another sheet", MEMBER, "member:check", "sheet of the closing gathering",
          lambda h: {"key": Response.objects.first().client_key, "steadiness": "1", "asked": "1"},  # type: ignore[union-attr]
          ("safety_alert", "measures_score", "outbox_delivery")),
    Trick("taking another member's turn", FELLOW, "member:piece", "open gathering",
          lambda h: {"round": round_of(h), "what": "done", "holder": place_of(h, "seat 1")}, ("live_event",)),
    Trick("a sign for what only those who lead read", FELLOW, "member:circle-sign", "group",
          lambda h: {"share": h.things["share"].code, "sign": "heard"}, ("sharing_warmth",)),
    Trick("a sign for words of one's own", FELLOW, "member:circle-sign", "group",
          lambda h: {"share": h.things["unnamed share of seat 2"].code, "sign": "heard"}, ("sharing_warmth",)),
    Trick("sharing without having looked", MEMBER, "member:share", "journal entry",
          lambda h: {"words": "x", "step": "named", "do": "go", "looked": f"{int(h.at.timestamp()) // 60}.x"},
          ("sharing_share",)),
    Trick("a step that shows more without having looked", MEMBER, "member:share-one", "share",
          lambda h: {"step": "named", "do": "go"}, ("sharing_share",)),
    Trick("letting in what does not wait", FACILITATOR, "facilitator:shared-first", "group",
          lambda h: {"do": "in", "share": h.things["share"].code}, ("sharing_share",)),
    Trick("a wish about somebody of another group", MEMBER, "member:pairs-apart", "open gathering",
          lambda h: {"who": elsewhere(h)}, ("live_pairwish",)),
    Trick("a step of mending given to a member", FACILITATOR, "facilitator:repair", "repair",
          lambda h: {"do": "save", "who-view": h.things["seat 1"].code}, ("groups_repairstep",)),
    Trick("a proposal that is none, taken up", FACILITATOR, "facilitator:agreement-wording", "group",
          lambda h: {"seen": "1", f"take-{codes.new_code()}": "on"} | WORDED, ("groups_agreement",)),
    Trick("a yes to a version that is none", MEMBER, "member:agreement-answer", "group",
          lambda h: {"number": "7", "answer": "agree"}, ("groups_agreementanswer",)),
    Trick("a draft of a kind that does not exist", MEMBER, "member:draft", "kind of draft",
          lambda h: {"key": codes.new_code(), "body": "x", "version": "0"}, ("writing_draft",)),
    Trick("a close by a reason of one's own making", FACILITATOR, "facilitator:alert", "raised alert",
          lambda h: {"step": "closed", "reason": "because", "note": "x"}, ("safety_alert", "safety_alertstep")),
]  # fmt: skip


# The same forms about one's own people: they do write, so that the ones above are refused for whom they name.
HONEST = [
    Trick("a pass for a member", FACILITATOR, "facilitator:entry-pass", "open gathering",
          lambda h: {"member": place_of(h, "seat 3")}, ("groups_entrypass",)),
    Trick("marking a member as here", FACILITATOR, "facilitator:lead-do", "open gathering",
          lambda h: {"do": "here", "member": place_of(h, "seat 6")}, ("groups_attendance",)),
    Trick("handing the piece to a member", FACILITATOR, "facilitator:lead-do", "open gathering",
          lambda h: hand_to(h, "seat 3"), ("live_event",)),
    Trick("putting a member first", FACILITATOR, "facilitator:lead-do", "open gathering",
          lambda h: order_of(h, "seat 3"), ("live_event",)),
    Trick("a sign for the one who speaks", FELLOW, "member:piece", "open gathering",
          lambda h: {"round": round_of(h), "what": "with", "holder": place_of(h, "seat 1")}, ("live_event",)),
    Trick("an unwanted event of a member", FACILITATOR, "facilitator:unwanted", "group",
          lambda h: event(h, h.things["seat 1"].code), ("safety_adverseevent",)),
    Trick("a group led by this house's people", LEAD, "organisation:start-group", "",
          lambda h: plan(h, owner=foreign(h, WAITING), backup=foreign(h, FACILITATOR)), ("groups_group",)),
    Trick("a role", LEAD, "organisation:invite", "",
          lambda h: {"name": "x", "role": "facilitator"}, ("groups_invitation",)),
    Trick("a step of mending", FACILITATOR, "facilitator:repair", "repair",
          lambda h: {"do": "save", "who-view": foreign(h, CO_FACILITATOR)}, ("groups_repairstep",)),
    Trick("a proposal, taken up", FACILITATOR, "facilitator:agreement-wording", "group",
          lambda h: {"seen": "1", f"take-{h.things['proposal'].code}": "on"} | WORDED, ("groups_agreement",)),
    Trick("a yes", MEMBER, "member:agreement-answer", "group",
          lambda h: {"number": "1", "answer": "agree"}, ("groups_agreementanswer",)),
    Trick("a tap", MEMBER, "member:signal", "open gathering",
          lambda h: {"kind": "come", "key": codes.new_code()}, ("safety_alert",)),
    Trick("a sheet", MEMBER, "member:check", "sheet of the closing gathering",
          lambda h: {"key": codes.new_code(), "steadiness": "1", "asked": "1"}, ("safety_alert", "measures_score")),
    Trick("a wish about somebody of one's own", MEMBER, "member:pairs-apart", "open gathering",
          lambda h: {"who": place_of(h, "seat 2")}, ("live_pairwish",)),
    Trick("one's own turn", MEMBER, "member:piece", "open gathering",
          lambda h: {"round": round_of(h), "what": "done"}, ("live_event",)),
]  # fmt: skip


@pytest.fixture
def doors(house: House, request: pytest.FixtureRequest) -> Iterator[Doors]:
    found = Doors(house, house.people[request.param])
    yield found
    found.close()


@pytest.mark.parametrize(("doors", "trick"), [(one.who, one) for one in TRICKS], indirect=["doors"],
                         ids=[one.name for one in TRICKS])  # fmt: skip
def test_a_form_touches_nothing_of_somebody_else(doors: Doors, trick: Trick) -> None:
    house = doors.house
    page = PAGES[trick.page]
    cell = Cell(trick.page, trick.about, "POST", trick.form(house), page, address(house, trick.page, trick.about))
    answer = doors.knock(cell)
    assert answer.status < 500
    written = {table for sql, _ in answer.writes for table in trick.untouched if f'"{table}"' in sql}
    assert not written, f"answered {answer.status} and wrote to {sorted(written)}"
    assert house.strange_words(answer.everything(), trick.who) == []


@pytest.mark.parametrize(("doors", "honest"), [(one.who, one) for one in HONEST], indirect=["doors"],
                         ids=[one.name for one in HONEST])  # fmt: skip
def test_the_same_form_about_ones_own_does_its_work(doors: Doors, honest: Trick) -> None:
    house = doors.house
    page = PAGES[honest.page]
    cell = Cell(honest.page, honest.about, "POST", honest.form(house), page, address(house, honest.page, honest.about))
    answer = doors.knock(cell)
    assert answer.status in (200, 204, 302, 303), answer.status
    assert all(any(f'"{table}"' in sql for sql, _ in answer.writes) for table in honest.untouched)


def test_the_tables_are_real(house: House) -> None:
    """A misspelt table would never be written to."""
    assert {table for trick in TRICKS for table in trick.untouched} <= set(connection.introspection.table_names())
