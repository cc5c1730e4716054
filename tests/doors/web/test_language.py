"""Reading in another language: how it is chosen, how long it holds, and where it reaches."""

import re
import time

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.outbox.messages import MESSAGES
from kindcircle.base.people.language import spoken
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.help_page import help_file, help_language, write_help_page
from kindcircle.rooms.groups.actions.places import make_person
from tests.doors.web.test_checks import open_sheet
from tests.world import World


@pytest.fixture(autouse=True)
def usual_language():
    """A page leaves its language with the thread that made it; the next test begins with the usual one."""
    yield
    translation.deactivate()


def spoken_by(page: str) -> str:
    return re.search(r'<html lang="([^"]+)" dir="ltr"', page)[1]


def test_a_visitor_reads_in_the_language_their_browser_asks_for(client: Client, db: None):
    asked = client.get("/", headers={"accept-language": "de-AT,de;q=0.8,en;q=0.5"})
    assert (spoken_by(asked.content.decode()), asked.headers["Content-Language"]) == ("de", "de")
    assert spoken_by(client.get("/", headers={"accept-language": "fr"}).content.decode()) == "en-gb"


def test_every_page_leads_to_the_languages_in_their_own_words(client: Client, db: None):
    assert (
        '<a href="/language/"><span><span lang="en-gb">Language</span> · <span lang="de">Sprache</span></span></a>'
        in (client.get("/").content.decode())
    )
    page = client.get("/language/").content.decode()
    assert re.search(r'value="en-gb" lang="en-gb" aria-current="true">English<', page)
    assert re.search(r'value="de" lang="de">Deutsch<', page)


def test_what_a_visitor_chose_holds_in_this_browser_and_leads_back(client: Client, db: None):
    page = client.get("/language/", headers={"referer": "http://testserver/join/"}).content.decode()
    assert '<input type="hidden" name="back" value="/join/">' in page
    answer = client.post("/language/", {"language": "de", "back": "/join/"})
    assert answer.headers["Location"] == "/join/"
    assert spoken_by(client.get("/join/", headers={"accept-language": "en"}).content.decode()) == "de"


@pytest.mark.parametrize("back", ["//example.org/", "https://example.org/", "/\\example.org", "/nowhere/", "/lock/"])
def test_choosing_never_leads_to_another_site_or_into_nothing(client: Client, db: None, back: str):
    assert client.post("/language/", {"language": "de", "back": back}).headers["Location"] == "/"


def test_a_language_that_is_not_there_is_refused_with_a_sentence(client: Client, db: None):
    refused = client.post("/language/", {"language": "xx"})
    assert refused.status_code == 422
    assert "one of the languages" in refused.content.decode()


def test_what_somebody_chose_goes_with_their_account(client: Client, world: World):
    client.force_login(world.member)
    client.post("/language/", {"language": "de"})
    assert User.objects.get(pk=world.member.pk).language == "de"
    assert AuditEntry.objects.filter(event="language chosen").count() == 1
    elsewhere = Client()
    elsewhere.force_login(world.member)
    today = elsewhere.get("/today/", headers={"accept-language": "en"})
    assert (spoken_by(today.content.decode()), today.headers["Content-Language"]) == ("de", "de")
    # After signing out, the page to sign in speaks as theirs did.
    assert elsewhere.cookies["language"].value == "de"


def test_one_persons_language_never_reaches_the_next(client: Client, world: World):
    User.objects.filter(pk=world.member.pk).update(language="de")
    client.force_login(world.member)
    assert spoken_by(client.get("/today/").content.decode()) == "de"
    other = Client()
    other.force_login(world.members[1])
    assert spoken_by(other.get("/today/").content.decode()) == "en-gb"


def test_a_language_that_went_away_falls_back_to_the_usual_one(client: Client, world: World):
    User.objects.filter(pk=world.member.pk).update(language="xx")
    client.force_login(world.member)
    assert spoken_by(client.get("/today/").content.decode()) == "en-gb"
    assert spoken("xx") == "en-gb"


def test_whoever_joins_in_a_language_goes_on_in_it(world: World):
    with translation.override("de"):
        assert make_person(organisation=world.organisation, name="Ada", email="", at=world.at).language == "de"


def test_a_code_is_mailed_in_the_language_of_its_person(client: Client, world: World, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    person = make_person(organisation=world.organisation, name="Ada", email="ada@example.org", at=world.at)
    User.objects.filter(pk=person.pk).update(language="de")
    mail.outbox.clear()
    client.post("/account/login/", {"login": "ada@example.org"}, headers={"accept-language": "en"})
    for _ in range(200):
        if mail.outbox:
            break
        time.sleep(0.01)
    assert mail.outbox[0].subject == "Dein Code"


def test_help_lies_ready_in_every_language(db: None):
    write_help_page()
    assert 'lang="en-gb"' in help_file().read_text()
    assert 'lang="de"' in help_file("de").read_text()


@pytest.mark.parametrize(
    ("cookie", "wishes", "language"),
    [
        ("de", "en", "de"),
        ("", "de-CH,en;q=0.5", "de"),
        ("", "fr,de;q=0.5", "de"),
        ("", "", "en-gb"),
        ("../x", "*", "en-gb"),
    ],
)
def test_help_speaks_as_the_reader_chose_or_as_their_browser_asks(cookie: str, wishes: str, language: str):
    assert help_language(cookie, wishes) == language


def test_dates_are_written_as_each_language_writes_them(world: World):
    with translation.override("de"):
        assert date_format(world.at.replace(year=2026, month=5, day=4), "l j F Y") == "Montag, 4. Mai 2026"
    with translation.override("en-gb"):
        assert date_format(world.at.replace(year=2026, month=5, day=4), "l j F Y") == "Monday 4 May 2026"


def test_english_questions_are_marked_as_english_for_whoever_reads_german(client: Client, world: World):
    sheet = open_sheet(world)
    client.force_login(world.member)
    assert 'lang="en"' not in client.get(f"/check/{sheet.code}/").content.decode()
    User.objects.filter(pk=world.member.pk).update(language="de")
    page = client.get(f"/check/{sheet.code}/").content.decode()
    assert re.search(r'<legend class="ask" lang="en" dir="auto">', page)


def test_numbers_in_drawings_are_the_same_in_every_language(client: Client, world: World):
    """A browser reads 3.5; a comma would break the drawing, or worse, an answer."""
    User.objects.filter(pk=world.member.pk).update(language="de")
    client.force_login(world.member)
    for path in ("/today/", "/hard-day/", "/practice/p22-soles-of-the-feet/"):
        page = client.get(path).content.decode()
        assert re.search(r' r="\d+\.\d+"', page) or path != "/today/"
        assert re.findall(r' [a-z0-9-]+="-?\d+,\d+"', page) == []


def test_every_message_says_itself_in_german_and_still_leads_to_the_site():
    for words in MESSAGES.values():
        english = (str(words.subject), str(words.body))
        with translation.override("de"):
            german = (str(words.subject), str(words.body).format(link="https://example.org/"))
        assert german[0] != english[0]
        assert "https://example.org/" in german[1] or "{link}" not in english[1]
