"""Staff read programmes and practices whole, everybody reads the library, and a draft says what to mend."""

import io
import shutil

import pytest
from django.conf import settings
from django.test import Client
from pypdf import PdfReader

from kindcircle.base.people.models import StaffRole
from kindcircle.spec.library import all_library
from kindcircle.spec.practices import all_practices
from kindcircle.spec.programmes import all_programmes
from kindcircle.spec.released import release
from kindcircle.spec.texts import SHIPPED
from tests.content import own
from tests.doors.web.organisation.test_house import enter
from tests.world import World, make_person

KIND = "kind-to-a-body-that-hurts"


@pytest.fixture
def guide(client, world: World):
    kim = make_person(world.organisation, "Kim", at=world.at)
    StaffRole.objects.create(user=kim, role="facilitator", given_at=world.at)
    return enter(client, kim)


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_every_programme_and_every_session_opens(guide):
    for plan in all_programmes():
        assert plan.title in page(guide, f"/words/programmes/{plan.id}/{plan.version}/")
        for session in plan.sessions:
            page(guide, f"/words/programmes/{plan.id}/{plan.version}/{session.number}/")


def test_every_practice_opens_with_each_length_and_each_other_way(guide):
    for practice in all_practices():
        shown = page(guide, f"/words/practices/{practice.id}/{practice.version}/")
        assert shown.count("<summary>") >= len(practice.durations)


def test_every_page_of_the_library_opens_for_a_member(client, world):
    member = enter(client, world.member)
    listed = page(member, "/words/library/")
    for one in all_library():
        assert f"/words/library/{one.id}/" in listed
        page(member, f"/words/library/{one.id}/")
    assert member.get("/words/programmes/").status_code == 404


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"/words/programmes/{KIND}/1/manual.pdf", "Kind to a body"),
        (f"/words/programmes/{KIND}/1/2/handout.pdf", "Two hurts"),
        ("/words/practices/p22-soles-of-the-feet/1/script.pdf", "Soles of the feet"),
    ],
)
def test_paper_is_a_pdf_under_a_plain_name(guide, address, words):
    answer = guide.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('inline; filename="')
    reader = PdfReader(io.BytesIO(answer.content))
    assert words in "".join(one.extract_text() for one in reader.pages[:8])


@pytest.mark.parametrize(
    "address",
    [
        "/words/programmes/no-such/1/",
        f"/words/programmes/{KIND}/99/",
        f"/words/programmes/{KIND}/1/77/",
        f"/words/programmes/{KIND}/1/77/handout.pdf",
        "/words/programmes/..%2F..%2Fetc/1/",
        "/words/practices/p99-none/1/",
        "/words/practices/p22-soles-of-the-feet/99/script.pdf",
        "/words/library/no-such-page/",
        f"/words/programmes/{'a' * 300}/1/",
        f"/words/programmes/{KIND}/{'1' * 300}/",
        f"/words/practices/{'a' * 300}/1/script.pdf",
        f"/words/library/{'a' * 300}/",
        "/words/library/%00/",
    ],
)
def test_what_is_not_there_is_not_found(guide, address):
    assert guide.get(address).status_code == 404


def test_a_search_gives_reasons_and_keeps_the_question(guide):
    shown = page(guide, "/words/practices/?minutes=3&stirs=low&without=breath&element=grounding")
    assert "Soles of the feet" in shown
    assert "3 minutes, trains grounding, no breath focus, gentle." in shown
    assert "Nothing fits all of this" in page(guide, "/words/practices/?text=zeppelin")
    # A question that makes no sense shows everything, as if nothing had been asked.
    assert "49 practices" in page(guide, "/words/practices/?minutes=soon&element=flying")


@pytest.fixture
def own_shelf():
    shelf = settings.SITE_CONTENT
    yield shelf
    shutil.rmtree(shelf, ignore_errors=True)


def test_a_draft_of_the_site_is_read_with_what_is_still_to_mend(guide, own_shelf):
    home = own_shelf / "programmes" / "our-own" / "1"
    shutil.copytree(SHIPPED / "programmes" / KIND / "2", home)
    frame = home / "programme.yaml"
    text = (
        frame.read_text(encoding="utf-8").replace(f"id: {KIND}", "id: our-own").replace('version: "2"', 'version: "1"')
    )
    frame.write_text(text.replace("version: '2'", "version: '1'", 1), encoding="utf-8")
    listed = page(guide, "/words/programmes/")
    assert "Your own drafts" in listed
    assert "/words/programmes/our-own/1/" in listed
    assert "Nothing to mend" in page(guide, "/words/programmes/our-own/1/")
    session = home / "session-1.yaml"
    session.write_text(
        session.read_text(encoding="utf-8").replace("aim:", "aim: You must relax now. #", 1), encoding="utf-8"
    )
    assert "an order; invite" in page(guide, "/words/programmes/our-own/1/")
    session.write_text(session.read_text(encoding="utf-8").replace("number: 1", "number: one", 1), encoding="utf-8")
    assert "cannot be opened yet" in page(guide, "/words/programmes/")


def test_a_draft_that_names_what_is_not_there_says_so(guide, own_shelf):
    own.write(own_shelf)
    own.put(own_shelf, 2, "practice-b", "practice", "practice: p90-slow-cup, seconds: 120")
    home = "/words/programmes/five-weeks/1/"
    page(guide, f"{home}2/")
    (own_shelf / own.CUP).unlink()
    for address in (f"{home}2/", f"{home}manual.pdf"):
        answer = guide.get(address)
        assert answer.status_code == 409
        assert "p90-slow-cup version 1 (120 s)" in answer.content.decode()
    page(guide, f"{home}1/")
    # The same for a page to read, and for a practice.
    assert "p90" not in page(guide, "/words/library/our-page/")
    own.write(own_shelf)
    own.plant(own_shelf, own.CUP, "  practice: p22-soles-of-the-feet", "  practice: p91-none")
    page(guide, "/words/practices/p90-slow-cup/1/")


def test_members_read_no_page_that_is_not_released(client, guide, world, own_shelf):
    own.write(own_shelf)
    addresses = ("/words/library/our-page/", "/words/library/our-page/page.pdf")
    member = enter(Client(), world.member)

    def seen() -> str:
        assert {member.get(one).status_code for one in addresses} == {200}
        return page(member, addresses[0])

    assert "our-page" not in page(member, "/words/library/")
    assert {member.get(one).status_code for one in addresses} == {404}
    assert "our-page" in page(guide, "/words/library/")
    assert "A kind word" in page(guide, addresses[0])
    release(own_shelf)
    assert "our-page" in page(member, "/words/library/")
    assert "A kind word" in seen()
    # While the next version is written, they read the one that is out.
    first = own_shelf / own.PAGE
    text = first.read_text(encoding="utf-8").replace('version: "1"', 'version: "2"')
    first.with_name("our-page.v2.md").write_text(text.replace("A kind word can", "A soft word can"), encoding="utf-8")
    assert "A kind word can" in seen()
    assert "A soft word can" in page(guide, addresses[0])
    # A page that was changed after its release is no page that anybody released.
    first.write_text(first.read_text(encoding="utf-8") + "And more.\n", encoding="utf-8")
    assert {member.get(one).status_code for one in addresses} == {404}
