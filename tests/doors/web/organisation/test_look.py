"""A house says its own words and wears its own colours: inside, nowhere else, and never in what people wrote."""

import ast
import re
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from kindcircle.base.people.models import Organisation
from kindcircle.base.people.terms import FORMS, FacilitatorWord, GroupWord, MeetingWord, MemberWord, speaking, terms_of
from tests.doors.web.organisation.test_house import enter
from tests.world import World, make_world

SOURCE = Path(__file__).parents[4] / "src/kindcircle"
USUAL = {
    "says_group": "group",
    "says_facilitator": "facilitator",
    "says_member": "member",
    "says_meeting": "meeting",
    "palette": "plum",
    "header_name": "",
    "header_for": "inside",
}
SCHOOL = {"says_group": "class", "says_facilitator": "teacher", "says_member": "participant", "says_meeting": "session"}
WORDS = terms_of(SCHOOL)
LATER = gettext_lazy("Start a group")


@pytest.fixture
def lead(client, world: World) -> Client:
    return enter(client, world.organisation_lead)


def choose(house: Organisation, **wanted: str) -> None:
    Organisation.objects.filter(pk=house.pk).update(**wanted)


def test_sentences_take_the_words_of_the_house_in_every_form():
    with translation.override("en-gb"), speaking(WORDS):
        assert gettext("Start a group") == "Start a class"
        assert str(LATER) == "Start a class"
        assert gettext("Groups that a facilitator leads") == "Classes that a teacher leads"
        assert gettext("Your facilitators' group") == "Your teachers' class"
        assert gettext("Your group is meeting now") == "Your class is meeting now"
        assert gettext("no comparison group") == "no comparison group"
        assert ngettext("%(n)s meeting", "%(n)s meetings", 1) == "%(n)s session"
        assert ngettext("%(n)s meeting", "%(n)s meetings", 3) == "%(n)s sessions"
        assert gettext("%(group)s and {member} <a class='group'>meet</a>") == (
            "%(group)s and {member} <a class='group'>meet</a>"
        )
        assert pgettext("calendar", "Meeting") == "Meeting"
        assert translation.get_language() == "en-gb"


def test_outside_and_without_own_words_nothing_is_touched():
    with translation.override("en-gb"):
        before = gettext("Start a group")
        with speaking(WORDS):
            pass
        with speaking(()):
            assert gettext("Start a group") == before == "Start a group"
    translation.deactivate()
    with speaking(WORDS):
        assert gettext("Start a group") == "Start a class"
    assert gettext("Start a group") == "Start a group"


def test_a_language_without_checked_words_keeps_its_own():
    with translation.override("fr"), speaking(WORDS):
        assert gettext("Start a group") == "Start a group"


def test_every_word_that_is_offered_has_its_forms_and_stays_right_after_a():
    offered = {word for words in (GroupWord, FacilitatorWord, MemberWord, MeetingWord) for word in words.values}
    assert offered == set(FORMS["en"])
    assert not [word for word in offered if word[0] in "aeiou"]


def sentences() -> set[str]:
    """Every sentence of the pages, as it stands in the code and in the templates."""
    found: set[str] = set()
    names = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
                found |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    for file in SOURCE.rglob("*.html"):
        text = file.read_text()
        found |= set(re.findall(r'(?:{% translate |_\()"([^"]*)"', text))
        for block in re.findall(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, flags=re.S):
            found |= {re.sub(r"{{\s*(\w+)[^}]*}}", r"%(\1)s", part) for part in block.split("{% plural %}")}
    return found


def test_in_no_sentence_of_ours_is_a_word_left_over_or_an_article_wrong():
    all_of_them = sentences()
    assert len(all_of_them) > 700
    usual = re.compile(r"(?<![%(\w])\b(groups?|facilitators?|members?|meetings?)\b(?!\)s)", re.IGNORECASE)
    left: dict[str, str] = {}
    with translation.override("en-gb"), speaking(WORDS):
        for one in all_of_them:
            said = gettext(one)
            assert not re.search(r"\ban (class|teacher|participant|session)", said, re.IGNORECASE), said
            bare = re.sub(r"<[^<>]*>|\{[^{}]*\}", "", said)
            if usual.search(bare):
                left[one] = said
    # Each of these means something else there. A new one is read before it joins them.
    assert {found.group(0).lower() for said in left.values() for found in usual.finditer(said)} <= {"group", "meeting"}
    assert not [
        said for said in left.values() if not re.search(r"comparison group|(is|are) meeting|Meeting people", said)
    ]


def test_the_lead_chooses_and_members_and_facilitators_read_it(lead, world):
    chosen = USUAL | SCHOOL | {"palette": "sea", "header_name": "Harbour House"}
    assert lead.post("/organisation/look/", chosen).status_code == 302
    page = lead.get("/organisation/look/").content.decode()
    assert "each participant of your class can come to every session, and two teachers are there" in page
    assert 'data-palette="sea"' in page and "css/palettes" in page and "Harbour House" in page
    # What can be chosen is offered by its own name.
    assert re.search(r'value="group"[^>]*>\s*<span>group</span>', page)
    for person in (world.facilitator, world.member):
        page = enter(Client(), person).get("/", follow=True).content.decode()
        assert "Harbour House" in page and 'data-palette="sea"' in page
        assert re.search("session", page, re.IGNORECASE)
        assert "<title>" in page and "Harbour" not in re.search("<title>(.*?)</title>", page).group(1)


def test_what_people_wrote_keeps_their_words(client, world):
    choose(world.organisation, **SCHOOL)
    page = enter(client, world.organisation_lead).get("/organisation/").content.decode()
    world.group.name = "The meeting group"
    world.group.save(update_fields=["name"])
    page = client.get("/organisation/").content.decode()
    assert "The meeting group" in page


def test_another_house_with_the_same_words_is_not_changed(client, world):
    other = make_world()
    choose(world.organisation, **SCHOOL, palette="clay", header_name="Harbour House")
    page = enter(client, other.member).get("/today/").content.decode()
    assert "Harbour House" not in page and "data-palette" not in page
    assert "session" not in page.lower().replace("sessions.js", "")
    assert enter(client, other.organisation_lead).post("/organisation/look/", USUAL | {"palette": "moss"}).status_code
    world.organisation.refresh_from_db()
    assert world.organisation.palette == "clay"


def test_visitors_see_the_usual_name_unless_the_only_house_wants_otherwise(client, world):
    Organisation.objects.exclude(pk=world.organisation.pk).delete()
    choose(world.organisation, palette="dusk", header_name="Harbour House")
    assert "Harbour House" not in client.get("/").content.decode()
    choose(world.organisation, header_for="everyone")
    page = client.get("/").content.decode()
    assert "Harbour House" in page and 'data-palette="dusk"' in page
    make_world()
    assert "Harbour House" not in client.get("/").content.decode()


def test_class_cannot_mean_two_things(lead, world):
    answer = lead.post("/organisation/look/", USUAL | {"says_group": "class", "says_meeting": "class"})
    assert answer.status_code == 422 and "choose another for one" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        choose(world.organisation, says_group="class", says_meeting="class")


@pytest.mark.parametrize(("name", "typed"), [("says_group", "cult"), ("palette", "red"), ("header_name", "a" * 41)])
def test_only_what_is_offered_is_taken_and_nothing_else_is_lost(lead, world, name, typed):
    answer = lead.post("/organisation/look/", USUAL | {"header_name": "Harbour House", name: typed})
    assert answer.status_code == 422
    assert name == "header_name" or "Harbour House" in answer.content.decode()
    world.organisation.refresh_from_db()
    assert world.organisation.header_name == ""
