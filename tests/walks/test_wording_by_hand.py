"""By hand: Odile has a printed form and no file. She types its words, Ada holds the original beside them, and only
then can anybody be asked. Nothing typed is lost, and nobody compares their own lines.
"""

from datetime import timedelta

import pytest

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.base.people.models import StaffRole
from kindcircle.base.vault import seals
from kindcircle.rooms.measures import by_hand
from kindcircle.rooms.measures.asking import assign
from kindcircle.rooms.measures.models import Wording
from kindcircle.rooms.measures.models_typing import TypedWording
from kindcircle.rooms.measures.queries import words_for
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.typed_words import lines_of
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_staff, make_world

ONE = load_instrument("fscrs-22")
PER_PAGE = 12


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=2, first_at=clock.now() + timedelta(minutes=5))


def begin(site: RunningSite, world: World) -> tuple[Visitor, TypedWording]:
    odile = Visitor(site, world.organisation_lead).open("/organisation/wordings/")
    odile.press("Begin to type", {"instrument": ONE.id, "language": "nl"})
    return odile, TypedWording.objects.get(organisation=world.organisation)


def boxes(visitor: Visitor, button: str, words: str) -> dict[str, str | bool]:
    """Made-up words for every line on the page that is open."""
    form, _pressed = visitor.form(button)
    return {name: f"{words} {name}" for name in form.names if name.startswith("w-")}


def type_all(odile: Visitor, words: str = "Regel") -> None:
    for _page in range(-(-len(lines_of(ONE)) // PER_PAGE) - 1):
        odile.press("Save and go on", boxes(odile, "Save and go on", words))
    odile.press("Save", boxes(odile, "Save", words))


def hand_over(odile: Visitor, world: World, whom: str = "") -> None:
    filled = {"source": "Printed form, 2004", "whom": whom or world.facilitator.code, "terms": True}
    odile.press("Hand over to be compared", filled)


def look_at_all(visitor: Visitor, typed: TypedWording, last: str = "") -> None:
    """Say of every line that it is the same, page by page, and press `last` on the last one."""
    visitor.open(f"/organisation/wordings/by-hand/{typed.code}/check/")
    pages = -(-len(lines_of(ONE)) // PER_PAGE)
    for page in range(1, pages + 1):
        button = "Save and go on" if page < pages else last
        form, _pressed = visitor.form(button)
        visitor.press(button, {name: "same" for name in form.choices if name.startswith("m-")})


def test_one_types_another_compares_and_then_people_are_asked(running_site: RunningSite, world: World) -> None:
    odile, typed = begin(running_site, world)
    assert "Every line you leave is kept" in odile.text and "The answer that counts 0" in odile.text
    type_all(odile)
    assert "0 of" in odile.text
    hand_over(odile, world)
    assert "waits to be compared" in odile.text
    assert Wording.objects.filter(organisation=world.organisation).count() == 0
    assert words_for(world.organisation, ONE, "nl") is None, "nobody answers before the second yes"

    # Ada has it on her list, from the task straight to the lines.
    ada = Visitor(running_site, world.facilitator).open("/desk/tasks/")
    ada.follow("Compare a questionnaire with its original").follow("Look at the lines")
    assert "Printed form, 2004" in ada.text and "Question 1 answered 0 to 4" in ada.text
    # She finds a slip, and may not let it pass: a line that differs goes back with a note.
    ada.press("Save and go on", {"m-1": "same", "m-3": "differs", "n-3": "It says Helemaal niet"})
    ada.open(f"/organisation/wordings/by-hand/{typed.code}/check/?part=3")
    ada.press("Yes, every line is the same")
    assert ada.status == 422 and "Some lines were not looked at yet." in ada.text
    ada.press("Send it back with my notes")
    assert "Sent back with your notes" in ada.text and ada.path == "/desk/tasks/"

    # Odile sees the note beside its line, cannot hand it over as it is, and mends it.
    odile.open("/desk/tasks/").follow("Mend some lines of a questionnaire").follow("See the lines")
    assert "It says Helemaal niet" in odile.text
    odile.open(f"/organisation/wordings/by-hand/{typed.code}/?part=3")
    hand_over(odile, world)
    assert odile.status == 422 and "change those lines first" in odile.text
    assert "Printed form, 2004" in odile.html, "what was typed stays"
    odile.open(f"/organisation/wordings/by-hand/{typed.code}/").press("Save", {"w-3": "Helemaal niet"})
    odile.open(f"/organisation/wordings/by-hand/{typed.code}/?part=3")
    hand_over(odile, world)

    # Only the mended line and those never looked at are open; her yes to line 1 still stands.
    typed.refresh_from_db()
    assert by_hand.marks_of(typed)["title"].same and len(typed.marks) == 1
    look_at_all(ada, typed, "Yes, every line is the same")
    assert "These words are in use now." in ada.text
    row = Wording.objects.get(organisation=world.organisation)
    typed.refresh_from_db()
    assert (typed.typed_by, typed.checked_by, row.language) == (world.organisation_lead, world.facilitator, "nl")
    assert (row.terms_accepted_by, row.source_name) == (world.organisation_lead, "Printed form, 2004")
    assert row.terms_accepted_at == typed.handed_in_at and row.imported_at == typed.checked_at
    words = words_for(world.organisation, ONE, "nl")
    assert words is not None and words.labels[lines_of(ONE)[2].key.partition(":")[2]] == "Helemaal niet"
    assert len(words.items) == 22

    # The page says who and when, and gives the lines as they were typed.
    odile.open("/organisation/wordings/")
    for name in (world.organisation_lead, world.facilitator):
        assert seals.name_of(name) in odile.text
    assert "Compared by" in odile.text and "Terms accepted" in odile.text
    odile.follow("The lines as typed")
    assert odile.answer.content == bytes(row.source_file)
    assert "attachment" in odile.answer.headers["Content-Disposition"]

    # And a member can answer now.
    asked = assign(
        member=world.member, group=world.group, instrument=ONE.id, occasion="baseline", by=SYSTEM,
        opens_at=clock.now() - timedelta(hours=1), closes_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    type(world.member).objects.filter(pk=world.member.pk).update(language="nl")
    ines = Visitor(running_site, world.member).open(f"/check/{asked.code}/")
    assert ines.status == 200 and "Helemaal niet" in ines.text
    # Both acts are in the record, and who did them.
    acts = AuditEntry.objects.filter(about_code=typed.code).order_by("number").values_list("event", "actor")
    lead, other = world.organisation_lead.code, world.facilitator.code
    assert list(acts) == [
        (Event.WORDING_TYPED, lead), (Event.WORDING_SENT_BACK, other), (Event.WORDING_TYPED, lead),
        (Event.WORDING_CHECKED, other),
    ]  # fmt: skip
    assert not Task.objects.filter(about_code=typed.code, done_at=None).exists()


def test_nobody_compares_their_own_lines(running_site: RunningSite, world: World) -> None:
    odile, typed = begin(running_site, world)
    type_all(odile)
    _form, sent = odile.filled("Hand over to be compared", {"source": "Printed form, 2004", "terms": True})
    odile.post(str(odile.answer.url), sent | {"whom": [world.organisation_lead.code]})
    assert odile.status == 422 and "choose a colleague" in odile.text
    hand_over(odile, world)
    # By the page she is led back; by a form sent straight there, too.
    odile.open(f"/organisation/wordings/by-hand/{typed.code}/check/")
    assert odile.path == f"/organisation/wordings/by-hand/{typed.code}/" and "Somebody else" in odile.text
    with pytest.raises(by_hand.SamePerson):
        by_hand.confirm(typed=typed, by=world.actor(world.organisation_lead), at=clock.now())
    # No member, and nobody of another house.
    other = make_world(members=1)
    for who in (world.member, other.organisation_lead, other.facilitator):
        assert Visitor(running_site, who).open(f"/organisation/wordings/by-hand/{typed.code}/check/").status == 404
    # A facilitator compares, and does not type.
    ada = Visitor(running_site, world.facilitator)
    assert ada.open(f"/organisation/wordings/by-hand/{typed.code}/").status == 404
    # She takes it back: Ada's page says so, kindly.
    ada.open(f"/organisation/wordings/by-hand/{typed.code}/check/")
    _form, sent = ada.filled("Save and go on", {"m-1": "same"})
    odile.open(f"/organisation/wordings/by-hand/{typed.code}/").press("Take it back and go on typing")
    ada.post(ada.path, sent)
    assert ada.status == 409 and "Something has happened with these words meanwhile." in ada.text


def test_two_windows_and_two_people_lose_nothing(running_site: RunningSite, world: World) -> None:
    odile, typed = begin(running_site, world)
    path = odile.path
    first, second = (Visitor(running_site, world.organisation_lead).open(path) for _window in range(2))
    first.press("Save", {"w-1": "Naam", "w-2": "Lees elke zin."})
    # The other window is older: it is told, keeps what was typed in its boxes, and shows what is stored.
    second.press("Save", {"w-1": "Een andere naam"})
    assert second.status == 409 and "Een andere naam" in second.html and "Naam" in second.text
    assert TypedWording.objects.get(pk=typed.pk).lines["title"] == "Naam"
    # Having seen both, she decides.
    second.press("Save", {"w-1": "Een andere naam"})
    assert TypedWording.objects.get(pk=typed.pk).lines["title"] == "Een andere naam"
    # The same form twice is once.
    _form, sent = second.filled("Save", {"w-3": "Nooit"})
    for _time in range(2):
        assert second.post(path, sent).status == 200
    # A line that is left is kept by itself, and the answer is one line for the foot of the form.
    left = second.client.post(
        path, data={**sent, "w-4": "Soms", "seen": "99"},
        headers={"Origin": running_site.url, "HX-Request": "true"},
    )  # fmt: skip
    assert left.status_code == 200 and "changed on another page" in left.text
    _form, quietly = second.open(path).filled("Save", {"w-4": "Soms"})
    left = second.client.post(path, data=quietly, headers={"Origin": running_site.url, "HX-Request": "true"})
    assert "Saved at" in left.text and "25 of 29 lines are still to type." in left.text
    # A second lead who begins the same goes on to the same draft, and may read it.
    otto = make_staff(world.organisation, "Otto", StaffRole.Role.ORGANISATION_LEAD, at=world.at)
    other = Visitor(running_site, otto).open("/organisation/wordings/")
    other.press("Begin to type", {"instrument": ONE.id, "language": "NL "})
    assert other.path == path and "types these words in" in other.text and "Een andere naam" in other.text
    token = {
        "csrfmiddlewaretoken": other.open("/organisation/wordings/").filled("Begin to type")[1]["csrfmiddlewaretoken"]
    }
    assert other.post(path, sent | token).status == 404 and other.post(path, token | {"do": ["drop"]}).status == 404
    # She throws it away; whoever stood on its page is told.
    odile.open(path).press("Throw it away")
    assert "The draft is gone." in odile.text
    assert second.post(path, sent).status == 409
    assert TypedWording.objects.get(pk=typed.pk).lines == {}


def test_two_who_look_at_the_same_time_each_look_at_all(running_site: RunningSite, world: World) -> None:
    odile, typed = begin(running_site, world)
    type_all(odile)
    hand_over(odile, world)
    ada, bo = (Visitor(running_site, who) for who in world.facilitators)
    look_at_all(ada, typed, "Save")
    # What Ada looked at does not count for Bo.
    bo.open(f"/organisation/wordings/by-hand/{typed.code}/check/?part=3").press("Yes, every line is the same")
    assert bo.status == 422 and "not looked at" in bo.text
    look_at_all(ada, typed, "Yes, every line is the same")
    assert "in use now" in ada.text
    _form, sent = bo.filled("Yes, every line is the same")
    bo.post(bo.path, sent)
    assert bo.status == 409 and "There is nothing to compare any more." in bo.text
    assert Wording.objects.filter(organisation=world.organisation).count() == 1


@pytest.mark.parametrize("strange", ["", "a\x00b", "x" * 20_000, "\u202eדברים", "<script>alert(1)</script>"])
def test_strange_words_are_answered_kindly(running_site: RunningSite, world: World, strange: str) -> None:
    odile, _typed = begin(running_site, world)
    path = odile.path
    for fields in (
        {"w-1": strange},
        {"w-1": "Naam", "seen": strange},
        {"do": strange},
        {"whom": strange, "do": "hand-in"},
    ):
        odile.open(path)
        _form, sent = odile.filled("Save")
        odile.post(path, sent | {name: [value] for name, value in fields.items()})
        assert odile.status in (200, 409, 422)
    odile.open(f"{path}?part={strange or 'none'}".replace("\x00", "%00"))
    assert odile.status == 200
    odile.open("/organisation/wordings/")
    _form, sent = odile.filled("Begin to type")
    for instrument, language in ((strange, "nl"), (ONE.id, strange), ("wcc-6", "en")):
        odile.post("/organisation/wordings/by-hand/", sent | {"instrument": [instrument], "language": [language]})
        assert odile.status == 200
    # A strange language and our own questionnaires begin nothing; nl is the draft that is there.
    assert TypedWording.objects.filter(organisation=world.organisation).count() == 1
