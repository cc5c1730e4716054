"""Rules that every page keeps, for everybody who can open it (TRUST G16, 2.7, 2.8, 5.1).

Nothing inline, nothing from elsewhere, never kept by a cache, a neutral title, Help now and Leave on every one of
them, one heading, and beside every box for words a line that says who reads them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.conf import settings as site
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import StaffRole
from kindcircle.base.vault import keys
from kindcircle.rooms.groups.models import Attendance, Group, Membership
from kindcircle.rooms.resonance.actions import When, keep_first, turn_on
from kindcircle.rooms.safety.actions import raise_alert
from kindcircle.rooms.safety.helplines import add_helpline, check_helpline
from kindcircle.rooms.writing.actions import write_entry, write_letter
from tests.house.matrix import Doors, cells
from tests.house.matrix_expected import EVERYBODY
from tests.house.matrix_house import CANARY, House
from tests.stats.hearts import as_list, resting
from tests.world import World, join, make_group, make_person, make_staff

# Parts that are drawn into a page that is already open, and answers to scripts and files to keep.
FRAGMENTS = {
    "facilitator:holder-time",
    "facilitator:lead-desk",
    "facilitator:lead-pairs",
    "facilitator:lead-people",
    "facilitator:lead-round",
    "facilitator:lead-sheet",
    "facilitator:lead-taps",
    "facilitator:lead-voices",
    "facilitator:lead-words",
    "facilitator:slower",
    "facilitator:wall-pairs",
    "facilitator:wall-words",
    "member:gathering-sheets",
    "member:pairs",
    "member:ring",
    "member:words",
}
SOUNDS = {"member:sound", "facilitator:recording-made", "facilitator:recording-sound"}
PAPER = {
    "facilitator:notes-paper",
    "facilitator:cards",
    "facilitator:report-paper",
    "organisation:evidence-paper",
    "member:consent-paper",
    "member:prepare-paper",
    "member:safety-plan-paper",
    "member:support-plan-paper",
    "organisation:consent-paper",
    "organisation:trial-paper",
    "words:agreement",
    "words:library-paper",
    "words:manual",
    "words:script",
    "words:session-handout",
}
FILES = {"organisation:wording-file", "facilitator:report-record", "organisation:evidence-record"}
CALENDARS = {"application-date", "calendar:feed", "calendar:meeting"}
NOT_PAGES = (
    CALENDARS
    | SOUNDS
    | PAPER
    | FILES
    | {
        "member:own-key-pieces",
        "member:own-key-piece",
        "member:events",
        "member:facts",
        "member:worker",
        "member:manifest",
        "member:box",
        "member:phone-parts",
        "mfa_download_recovery_codes",
    }
)

CSP = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "font-src": "'self'",
    "media-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "manifest-src": "'self'",
    "base-uri": "'none'", "object-src": "'none'", "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'", "trusted-types": "htmx default",
}  # fmt: skip
# A sound runs nothing and shows nothing, whatever is in it.
SOUND_CSP = {"sandbox": "", "default-src": "'none'"}
HEADERS = {
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FETCHED = {"src", "srcset", "poster", "data", "action", "formaction", "xlink:href", "background", "hx-get", "hx-post"}
TELLING = re.compile(
    r"compassion|\bkind|\bpain|\bbody\b|circle|therap|mental|health|suicid|depress|anxi|trauma|mindful|meditat|clinic",
    re.I,
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    """One element of a page with what is inside it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def every(self) -> Iterator["Element"]:
        for child in self.children:
            yield child
            yield from child.every()

    def is_a(self, name: str) -> bool:
        return name in self.attributes.get("class", "").split()

    def is_shown(self) -> bool:
        return "hidden" not in self.attributes and (self.parent is None or self.parent.is_shown())

    def text(self) -> str:
        return " ".join([*self.words, *(child.text() for child in self.children)]).strip()


class Page(HTMLParser):
    """A page as a tree."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self._here = Element("", {})
        self.feed(html)
        self.all = list(self.root.every())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._here)
        self._here.children.append(element)
        if tag not in VOID:
            self._here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._here.children.append(Element(tag, {name: value or "" for name, value in attrs}, self._here))

    def handle_endtag(self, tag: str) -> None:
        here: Element | None = self._here
        while here is not None and here.tag != tag:
            here = here.parent
        if here is not None and here.parent is not None:
            self._here = here.parent

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._here.words.append(data.strip())

    def named(self, tag: str) -> list[Element]:
        return [one for one in self.all if one.tag == tag]


def broken_rules(html: str, *, links: set[str], whole: bool = True) -> Iterator[str]:
    """Every rule that this page breaks. links: addresses outside the site that it may point to."""
    page = Page(html)
    for one in page.all:
        yield from _inline(one)
        yield from _elsewhere(one, links)
    twice = [name for name, n in Counter(one.attributes.get("id") for one in page.all).items() if name and n > 1]
    if twice:
        yield f"says the id {twice[0]!r} more than once"
    for box in page.named("textarea"):
        if "readonly" not in box.attributes and not _has_reader(page, box):
            yield f"does not say who reads the box {box.attributes.get('name')!r}"
    for box in page.named("input"):
        if _takes_words(page, box) and not _has_reader_nearby(box):
            yield f"does not say who reads the line {box.attributes.get('name')!r}"
    if whole:
        yield from _as_a_whole(page)
        yield from _way_out(page)


def _inline(one: Element) -> Iterator[str]:
    if one.tag == "script" and not one.attributes.get("src") and one.attributes.get("type") != "application/json":
        yield "has a script inside it"
    if one.tag == "style" or "style" in one.attributes:
        yield f"has a style inside it, at <{one.tag}>"
    for name, value in one.attributes.items():
        if re.fullmatch(r"on[a-z]+|hx-on.*", name):
            yield f"has a script in {name}"
        if value.strip().lower().startswith(("javascript:", "vbscript:", "data:")):
            yield f"has a script or data in {name}"


def _elsewhere(one: Element, links: set[str]) -> Iterator[str]:
    for name, value in one.attributes.items():
        outside = value.startswith("//") or re.match(r"[a-z][a-z0-9+.-]*:", value, re.I)
        if name in FETCHED or (name == "href" and one.tag in {"link", "base", "use", "image"}):
            if outside:
                yield f"fetches {name}={value!r} from elsewhere"
        elif name == "href" and outside and not re.match(r"(tel|sms):", value) and value not in links:
            yield f"points to {value!r}"


def _has_reader(page: Page, box: Element) -> bool:
    described = set(box.attributes.get("aria-describedby", "").split())
    beside = [one for one in page.all if one.is_a("reader")]
    return any(one.attributes.get("id") in described or one.parent is box.parent for one in beside)


def _takes_words(page: Page, box: Element) -> bool:
    """One line for somebody's own words, on a page of a member: no code, address, date or search."""
    is_member = any(one.is_a("member") for one in page.named("body")) or not page.named("body")
    plain = box.attributes.get("type", "text") == "text" and box.attributes.get("name") not in {"code", "letters"}
    return is_member and plain and "name" in box.attributes and "readonly" not in box.attributes


def _has_reader_nearby(box: Element) -> bool:
    up = box.parent
    while up is not None and up.tag != "main":
        if any(one.is_a("reader") for one in up.every()):
            return True
        up = None if up.tag == "form" else up.parent
    return False


def _way_out(page: Page) -> Iterator[str]:
    """Leaving at once, the neutral icon, and a cover for a page that knows somebody: on errors and at the door, too."""
    scripts = [one.attributes.get("src", "") for one in page.named("script")]
    if not any("js/quick-exit" in src for src in scripts):
        yield "cannot be left at once"
    if not any(one.is_a("leave") and one.attributes.get("data-leave") for one in page.named("a")):
        yield "does not say where leaving leads"
    icons = [one.attributes.get("href", "") for one in page.named("link") if one.attributes.get("rel") == "icon"]
    if len(icons) != 1 or not re.fullmatch(r"/static/img/icon(\.[0-9a-f]+)?\.svg", icons[0]):
        yield f"has another icon: {icons}"
    [body] = page.named("body")
    if "data-idle-minutes" in body.attributes:
        covered = any(one.attributes.get("id") == "lock" for one in page.all)
        if not covered or not any("js/idle-lock" in src for src in scripts) or not body.attributes.get("data-lock-url"):
            yield "does not cover itself when it is left alone"
    # What a phone keeps for a day without a line knows nobody: nobody can sign out there. A quiet page says nothing.
    elif not body.is_a("quiet") and any(
        one.attributes.get("action") == "/account/logout/" for one in page.named("form")
    ):
        yield "knows somebody and never covers itself"


def _as_a_whole(page: Page) -> Iterator[str]:
    [html] = page.named("html")
    if not html.attributes.get("lang"):
        yield "does not say its language"
    # A live page holds a heading for each of its states and shows one of them.
    headings = [one for one in page.named("h1") if one.is_shown()]
    if len(headings) != 1:
        yield f"has {len(headings)} main headings"
    title = " ".join(one.text() for one in page.named("title") if one.parent and one.parent.tag == "head")
    if not title or TELLING.search(title) or CANARY.search(title.encode()):
        yield f"has a telling title: {title!r}"
    if not any(one.is_a("help-now") and one.attributes.get("href") == "/help/" for one in page.named("a")):
        yield "has no Help now"
    if not any(one.is_a("leave") and one.attributes.get("href") == "/leave/" for one in page.named("a")):
        yield "has no way to leave"


def wrong_headers(response: HttpResponse) -> Iterator[str]:
    sound = response.headers.get("Content-Type") == "audio/mpeg"
    found = dict(part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";"))
    if found != (SOUND_CSP if sound else CSP):
        yield f"has another content security policy: {found}"
    for name, value in HEADERS.items():
        if response.headers.get(name) != value:
            yield f"has {name}: {response.headers.get(name)}"
    if "camera=()" not in response.headers.get("Permissions-Policy", ""):
        yield "has no permissions policy"
    for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin"):
        if name in response.headers:
            yield f"has {name}"


@pytest.fixture
def doors(house: House, request: pytest.FixtureRequest) -> Iterator[Doors]:
    found = Doors(house, house.people[request.param])
    yield found
    found.close()


@pytest.mark.parametrize("doors", sorted(EVERYBODY), indirect=True)
def test_every_page_keeps_the_rules(doors: Doors) -> None:
    """Also the pages of a no: they are what most strangers will ever see."""
    links = {site.LEAVE_TO, *Group.objects.values_list("video_link", flat=True)}
    broken: list[str] = []
    looked = 0
    for cell in cells(doors.house):
        if cell.method != "GET":
            continue
        response = doors.knock(cell).response
        flaws = list(wrong_headers(response))
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/html") and response.content:
            whole = cell.name not in FRAGMENTS or response.status_code != 200
            flaws += broken_rules(response.content.decode(), links=links, whole=whole)
            looked += 1
        elif response.content and cell.name not in NOT_PAGES:
            flaws.append(f"is a {kind}")
        broken += [f"{cell.name} about {cell.about or 'nothing'} ({response.status_code}) {flaw}" for flaw in flaws]
    print(f"\n{doors.somebody.name}: {looked} pages looked at")
    assert looked > 10
    assert not broken, "\n" + "\n".join(sorted(set(broken)))


@pytest.mark.parametrize("doors", ["member", "facilitator", "visitor"], indirect=True)
def test_pages_that_answer_a_form_keep_the_rules(doors: Doors) -> None:
    """Such as a form that comes back with a kind sentence."""
    links = {site.LEAVE_TO, *Group.objects.values_list("video_link", flat=True)}
    broken = []
    for cell in cells(doors.house):
        if cell.method == "POST" and cell.page.takes("POST"):
            cell.form = {}
            response = doors.knock(cell).response
            if response.headers.get("Content-Type", "").startswith("text/html") and response.content:
                flaws = [*wrong_headers(response), *broken_rules(response.content.decode(), links=links)]
                broken += [f"{cell.name} ({response.status_code}) {flaw}" for flaw in flaws]
    assert not broken, "\n" + "\n".join(sorted(set(broken)))


GOOD = """<!doctype html><html lang="en"><head><title>My page</title>
<script src="/static/js/quick-exit.js"></script><link rel="icon" href="/static/img/icon.svg"></head><body class="quiet">
<a class="help-now" href="/help/">Help now</a><a class="leave" href="/leave/" data-leave="/leave/">Leave</a>
<h1>Hello</h1>
<div><p class="reader" id="r">Only you.</p><textarea name="words" aria-describedby="r"></textarea></div>
%s</body></html>"""


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("<script>x()</script>", "a script inside"),
        ('<script type="module">x()</script>', "a script inside"),
        ('<p style="color:red">', "a style inside"),
        ("<style>p{}</style>", "a style inside"),
        ('<p onclick="x()">', "a script in onclick"),
        ('<a href="javascript:x()">', "a script or data"),
        ('<img src="data:image/png;base64,AA">', "a script or data"),
        ('<img src="https://elsewhere.example/x.png">', "from elsewhere"),
        ('<img src="//elsewhere.example/x.png">', "from elsewhere"),
        ('<link rel="stylesheet" href="https://elsewhere.example/x.css">', "from elsewhere"),
        ('<form action="https://elsewhere.example/">', "from elsewhere"),
        ('<a href="https://elsewhere.example/">', "points to"),
        ("<h1>Again</h1>", "main headings"),
        ('<p id="r">', "more than once"),
        ('<section><textarea name="more"></textarea></section>', "who reads the box 'more'"),
    ],
)
def test_each_rule_notices_its_breach(part: str, rule: str) -> None:
    assert list(broken_rules(GOOD % "", links=set())) == []
    assert any(rule in flaw for flaw in broken_rules(GOOD % part, links=set()))


@pytest.mark.parametrize(
    ("here", "there", "rule"),
    [
        (' lang="en"', "", "its language"),
        ("My page", "Kind to a body that hurts", "telling title"),
        ('href="/help/"', 'href="/"', "no Help now"),
        ('class="leave"', "", "no way to leave"),
        ("js/quick-exit.js", "js/other.js", "cannot be left at once"),
        (' data-leave="/leave/"', "", "where leaving leads"),
        ("img/icon.svg", "img/heart.svg", "another icon"),
        ('class="quiet"', 'class="quiet" data-idle-minutes="15"', "does not cover itself"),
        ('class="quiet">', 'class="member"><form action="/account/logout/"></form>', "never covers itself"),
        ('class="quiet">', 'class="member"><form><input name="words"></form>', "who reads the line"),
    ],
)
def test_each_missing_part_is_noticed(here: str, there: str, rule: str) -> None:
    assert any(rule in flaw for flaw in broken_rules((GOOD % "").replace(here, there), links=set()))


# --- lists do not ask more of the database the longer they are ---


def person(world: World, n: int) -> None:
    join(world.group, make_person(world.organisation, f"More {n}", at=world.at), Membership.Role.MEMBER, at=world.at)


def alert(world: World, n: int) -> None:
    raise_alert(member=world.members[n % 8], group=world.group, gathering=None, level="contact", rules=["x"],
                source=Ref("signal", codes.new_code()), at=world.at)  # fmt: skip


def group_more(world: World, n: int) -> None:
    make_group(world.organisation, world.facilitators, at=world.at + timedelta(seconds=n))


def here(world: World, n: int) -> None:
    Attendance.objects.create(gathering=world.gathering, user=world.members[n], arrived_at=world.at)


def entry(world: World, n: int) -> None:
    write_entry(text="x", practice="p09-three-line-day", client_key=codes.new_code(), author=world.member,
                by=world.actor(world.member), at=world.at)  # fmt: skip


def letter(world: World, n: int) -> None:
    write_letter(text="x", deliver_on=(world.at + timedelta(days=9)).date(), client_key=codes.new_code(),
                 author=world.member, by=world.actor(world.member), at=world.at)  # fmt: skip


def sitting(world: World, n: int) -> None:
    own = {"member": world.member, "by": world.actor(world.member), "at": world.at}
    turn_on(**own)
    when = When("p01-three-part-pause", world.at.date())
    keep_first(data=as_list(resting(n, seconds=65)), part="after", when=when, client_key=codes.new_code(), **own)


def line(world: World, n: int) -> None:
    lead = world.actor(world.organisation_lead)
    made = add_helpline(organisation=world.organisation, name=f"Line {n}", number="1", hours="always", source="x",
                        by=lead, at=world.at)  # fmt: skip
    check_helpline(helpline=made, by=lead, at=world.at)


def staff(world: World, n: int) -> None:
    make_staff(world.organisation, f"Staff {n}", StaffRole.Role.FACILITATOR, at=world.at)


LISTS: list[tuple[str, str, Callable[[World, int], None]]] = [
    ("facilitator", "facilitator:alerts", alert),
    ("facilitator", "facilitator:group", person),
    ("facilitator", "facilitator:runsheet", person),
    ("facilitator", "facilitator:after", person),
    ("facilitator", "facilitator:report", person),
    ("facilitator", "facilitator:unwanted", person),
    ("facilitator", "facilitator:lead-people", here),
    ("member", "member:journal", entry),
    ("member", "member:letters", letter),
    ("member", "member:heart", sitting),
    ("organisation_lead", "organisation:lines", line),
    ("organisation_lead", "organisation:home", staff),
    ("organisation_lead", "organisation:start-group", staff),
]


@pytest.mark.parametrize(("who", "name", "more"), LISTS, ids=[name for _, name, _ in LISTS])
def test_a_longer_list_asks_no_more_of_the_database(
    client: Client, world: World, who: str, name: str, more: Callable[[World, int], None]
) -> None:
    client.force_login(getattr(world, who), backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["demo_door"] = True
    session.save()
    if name == "facilitator:after":
        type(world.gathering).objects.filter(pk=world.gathering.pk).update(
            state="closed", opened_at=world.at, closed_at=clock.now()
        )
    about = {"facilitator:lead-people": world.gathering, "facilitator:runsheet": world.gathering,
             "facilitator:after": world.gathering, "facilitator:group": world.group,
             "facilitator:report": world.group, "facilitator:unwanted": world.group}.get(name)  # fmt: skip
    address = reverse(name, args=[about.code] if about else [])

    def asked() -> int:
        client.get(address)  # the first look may write something down once, such as that an alert was shown
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    more(world, 0)
    one = asked()
    for n in range(1, 6):
        more(world, n)
    assert asked() == one


def test_each_card_on_the_desk_asks_little(client: Client, world: World) -> None:
    """A facilitator has a handful of groups; each card may ask for its own people and meetings, and no more."""
    client.force_login(world.facilitator, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["demo_door"] = True
    session.save()
    asked = []
    for n in range(3):
        keys.forget_opened()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("facilitator:home")).status_code == 200
        asked.append(len(queries))
        group_more(world, n)
    assert asked[2] - asked[1] == asked[1] - asked[0] <= 4
