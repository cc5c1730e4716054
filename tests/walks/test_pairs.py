"""Talking in pairs: six people are asked, each says for themselves, wishes not to be together are kept, a pair is left
and another found, and everybody comes back for one line each.

Everything happens by pages without script. Wren has no device; Ada asks her quietly and marks it.
"""

import re
from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live import pairs, queries
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.live.models_pairs import PairsAnswer, PairsDraft, PairWish
from kindcircle.rooms.safety.models import Alert
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

INES, TOMAS, WREN, OLUWA, MEI, FARID = range(6)
NAMES = ["Ines", "Tomas", "Wren", "Oluwa", "Mei", "Farid"]


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """The second meeting begins in five minutes; a week ago all six met for the first time."""
    world = make_world(members=6, at=clock.now() - timedelta(days=7) + timedelta(minutes=5))
    first, ada = world.gathering, world.actor(world.facilitator)
    live.open_gathering(gathering=first, online=False, by=ada, at=world.at)
    first.refresh_from_db()
    for member in world.members:
        live.arrive(gathering=first, by=world.actor(member), at=world.at)
    live.start_closing(gathering=first, by=ada, at=world.at + timedelta(minutes=50))
    live.close(gathering=first, by=ada, at=world.at + timedelta(minutes=60))
    return world


def code_of(world: World, member: int) -> str:
    return Membership.objects.get(group=world.group, user=world.members[member]).code


def heading(visitor: Visitor) -> str:
    """With whom this phone says that one talks."""
    found = re.search(r"You talk with (\w+(?: and \w+)?) ", visitor.text)
    return found.group(1) if found else ""


def test_pairs_from_the_question_to_one_line_each(running_site: RunningSite, world: World) -> None:
    gathering = world.gatherings[1]
    page, desk = f"/gathering/{gathering.code}/", f"/desk/gatherings/{gathering.code}/lead/"
    ada = Visitor(running_site, world.facilitator).open(desk)
    ada.press("Open in person")
    phones = {who: Visitor(running_site, world.members[who]).open(page) for who in range(6) if who != WREN}
    ada.open(desk).press("Is here", which={"member": code_of(world, WREN)})
    sharing = [slot.id for slot in queries.session_of(gathering).agenda].index("sharing")
    ada.open(desk).press("Go to this part", which={"step": str(sharing)})

    # Ada asks. Nobody has to answer, and both answers look the same.
    ada.open(desk).press("Ask: in pairs?")
    assert "Not said yet." in ada.open(desk).text and "Nobody has said yes so far." in ada.text
    ines = phones[INES].open(page)
    assert "Both are welcome, and nobody needs a reason." in ines.text

    # Ines would rather not be with Tomas. She ticks it on a page that only she can open.
    ines.follow("Somebody you would rather not be with?").press("Save", {"who": code_of(world, TOMAS)})
    assert "nobody is told" in ines.text
    ticked = Visitor(running_site, world.members[INES]).open(f"{page}pairs/apart/").form("Save")[0].fields
    assert [value for name, value in ticked if name == "who"] == [code_of(world, TOMAS)]
    for who in (INES, TOMAS, OLUWA):
        phones[who].open(page).press("Yes, in a pair")
    phones[FARID].open(page).press("I would rather stay with a facilitator")
    assert "Good. You stay here, and somebody who leads is with you." in phones[FARID].open(page).text
    ada.open(desk).press("Yes", which={"member": code_of(world, WREN), "said": "yes"})

    # The desk shows who stays and who said nothing, and pairs in which the wish is kept and not named.
    ada.open(desk)
    assert "With you: Farid" in ada.text and "Begin the pairs" in ada.text
    proposed = pairs.proposal(talk(gathering)).groups
    assert sorted(map(len, proposed)) == [2, 2] and len({who for group in proposed for who in group}) == 4
    together = {frozenset(group) for group in proposed}
    assert frozenset((code_of(world, INES), code_of(world, TOMAS))) not in together
    beside_ines = next(
        who for group in proposed if code_of(world, INES) in group for who in group if who != code_of(world, INES)
    )
    ada.press("Swap these two", {"one": beside_ines, "other": code_of(world, TOMAS)})
    assert "That does not go with the wishes that the pairs keep." in ada.text
    other = next(who for who in (code_of(world, WREN), code_of(world, OLUWA)) if who != beside_ines)
    ada.open(desk).press("Swap these two", {"one": beside_ines, "other": other})
    assert pairs.proposal(talk(gathering)).groups != proposed, "any other two may change places"

    # They begin. Each phone names whom one talks with; who stayed or said nothing is with those who lead.
    ada.open(desk).press("Begin the pairs", {"minutes": "6"})
    with_ines = next(name for name in ("Wren", "Oluwa") if code_of(world, NAMES.index(name)) == other)
    assert heading(ines.open(page)) == with_ines
    third = "Oluwa" if with_ines == "Wren" else "Wren"
    assert heading(phones[TOMAS].open(page)) == third
    for who in (MEI, FARID):
        assert "The others talk in pairs" in phones[who].open(page).text and not heading(phones[who])
    wall = Visitor(running_site, world.facilitators[1]).open(f"/desk/gatherings/{gathering.code}/wall/")
    assert f"{with_ines}" in wall.text and "Ines" in wall.text and "Tomas" in wall.text
    assert "Farid" not in wall.text and "Mei" not in wall.text
    assert not PairsDraft.objects.filter(gathering=gathering).exists()

    # Ines's pair calls. Those who lead see at once whom, and with whom.
    assert 'form="tap-form" name="kind" value="come"' in ines.html
    ines.press("Please come")
    assert f"Ines asks you to come, in the pair with {with_ines}" in ada.open(desk).text
    assert Alert.objects.filter(group=world.group, member=world.members[INES]).count() == 1
    ada.press("One minute more for all")
    assert queries.placed(gathering, at=clock.now()).pairs.seconds == 7 * 60  # type: ignore[union-attr]

    # Tomas goes back to the room, without a reason. Whoever was with him is told kindly; a place is found with Ines.
    phones[TOMAS].open(page).press("Back to the room now")
    assert "The others talk in pairs" in phones[TOMAS].text and "Go back to my pair" in phones[TOMAS].text
    left = NAMES.index(third)
    ada.open(desk)
    assert f"{third} has no pair right now." in ada.text
    if left in phones:
        assert "It has nothing to do with you." in phones[left].open(page).text
        phones[left].press("I would like another pair")
        assert "Somebody finds a pair for you" in phones[left].text
    ada.open(desk).press("To ", which={"member": code_of(world, left)})
    assert set(heading(ines.open(page)).split(" and ")) == {with_ines, third}
    assert "has no pair right now" not in ada.open(desk).text

    # Farid thinks again and comes in too late for a three: those who lead see it, and nothing waits.
    phones[FARID].open(page).press("I would like a pair after all")
    assert "Farid has no pair right now." in ada.open(desk).text

    # Back in the circle: one line each. What anybody said when asked is gone; the list of Ines stays hers.
    ada.press("Everybody back in the circle")
    assert not PairsAnswer.objects.filter(gathering=gathering).exists()
    ada.open(desk).press("One line each")
    assert Event.objects.filter(gathering=gathering).order_by("-n")[0].kind == "round_started"
    assert not heading(ines.open(page))
    assert PairWish.objects.filter(group=world.group).count() == 1
    ada.press("End the round")

    # A second talk the same evening: somebody else first.
    ada.open(desk).press("Ask: in pairs?")
    for who in (INES, TOMAS, OLUWA, FARID):
        phones[who].open(page).press("Yes, in a pair")
    before = {frozenset((code_of(world, INES), code_of(world, NAMES.index(with_ines))))}
    again = pairs.proposal(talk(gathering)).groups
    assert before.isdisjoint(map(frozenset, again))
    assert frozenset((code_of(world, INES), code_of(world, TOMAS))) not in set(map(frozenset, again))


def talk(gathering: Gathering) -> pairs.Talk:
    """The talk as it stands now."""
    found = pairs.talk_of(gathering, queries.placed(gathering, at=clock.now()))
    assert found is not None
    return found
