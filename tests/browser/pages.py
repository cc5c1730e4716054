"""Every page of the site, who sees it, and how to get there. A new address without a place here fails a test."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from playwright.sync_api import Page

from kindcircle.base.lib import clock
from kindcircle.base.lib.codes import digest
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.gallery import SENTENCES
from kindcircle.rooms.groups.models import Invitation, Membership
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.spec.library import all_library
from tests.browser.helpers import site_of
from tests.browser.scene import Scene
from tests.walks.post import mails_to, wait_for_mail
from tests.world import PROGRAMME, dial_emergency

Steps = Callable[[Page, Scene], None]


@dataclass(frozen=True)
class Stop:
    """One page as one person sees it. `name` is that of its address; `state` tells several alike apart."""

    name: str
    who: str
    path: Callable[[Scene], str]
    state: str = ""
    steps: Steps | None = None

    @property
    def status(self) -> int:
        """What the server answers to the first request."""
        return 404 if self.state == "gone" else 200

    @property
    def id(self) -> str:
        """What a test calls it."""
        return " ".join(part for part in (self.name, "as", self.who, self.state) if part).replace(" ", "-")


NOT_PAGES = {
    "leave": "leads away",
    "demo-enter": "leads on",
    "first-run": "only while a site is empty: test_first_page.py",
    "account_request_login_code": "leads on to the sign-in page",
    "account_signup": "there is no sign-up: answered as the sign-in page is, with a sentence",
    "account_inactive": "nobody is led there: closed accounts are told nothing",
    "account_reauthenticate": "there are no passwords, so nobody is led there",
    "mfa_download_recovery_codes": "a file",
    "mfa_login_webauthn": "answers scripts",
    "mfa_reauthenticate_webauthn": "needs a passkey: test_passkey.py goes there",
    "mfa_edit_webauthn": "needs a passkey: test_passkey.py goes there",
    "mfa_remove_webauthn": "needs a passkey: test_passkey.py goes there",
    "member:events": "answers scripts",
    "member:facts": "answers scripts",
    "member:ring": "a part of the meeting's page",
    "member:pairs": "a part of the meeting's page",
    "member:words": "a part of the meeting's page",
    "facilitator:lead-words": "a part of the meeting's page",
    "facilitator:wall-words": "a part of the meeting's page",
    "facilitator:lead-pairs": "a part of the meeting's page",
    "facilitator:wall-pairs": "a part of the meeting's page",
    "member:gathering-check": "leads on to a sheet",
    "member:gathering-sheets": "a part of the meeting's page",
    "facilitator:landing": "needs a member's yes: test_backdraft.py goes there",
    "facilitator:slower-pace": "needs a proposal: test_backdraft.py goes there",
    "member:landing": "follows a practice: test_backdraft.py goes there",
    "member:sound": "a sound",
    "member:worker": "a script",
    "member:manifest": "a file",
    "member:box": "answers scripts",
    "member:phone-parts": "answers scripts",
    "facilitator:recording-made": "a sound",
    "facilitator:recording-sound": "a sound",
    "member:draft-afresh": "leads on",
    "member:own-key-pieces": "answers scripts",
    "member:own-key-piece": "answers scripts",
    "member:own-key-change": "needs a key of one's own: test_sealed.py goes there",
    "member:own-key-older": "needs a key of one's own: test_sealed.py goes there",
    "member:own-key-off": "needs a key of one's own: test_sealed.py goes there",
    "member:own-key-take": "needs a key of one's own: test_sealed.py goes there",
    "member:own-key-anew": "needs a key of one's own: test_sealed.py goes there",
    "calendar:feed": "a file",
    "calendar:meeting": "a file",
    "facilitator:notes-paper": "a file",
    "facilitator:cards": "a file",
    "facilitator:report-paper": "a file",
    "facilitator:report-record": "a file",
    "member:consent-paper": "a file",
    "member:prepare-paper": "a file",
    "member:safety-plan-paper": "a file",
    "member:support-plan-paper": "a file",
    "organisation:consent-paper": "a file",
    "organisation:evidence-paper": "a file",
    "organisation:evidence-record": "a file",
    "organisation:wording-file": "a file",
    "words:manual": "a file",
    "words:session-handout": "a file",
    "words:script": "a file",
    "words:library-paper": "a file",
    "words:agreement": "a file",
    "facilitator:roles-of": "leads on",
    "application-date": "a file",
    "facilitator:lead-people": "a part of the meeting's page",
    "facilitator:lead-taps": "a part of the meeting's page",
    "facilitator:slower": "a part of the meeting's page",
    "facilitator:holder-time": "a part of the holder's page",
    "facilitator:lead-desk": "a part of the meeting's page",
    "facilitator:lead-sheet": "a part of the meeting's page",
    "facilitator:lead-round": "a part of the meeting's page",
    "facilitator:lead-voices": "a part of the meeting's page",
    "organisation:trial-flow": "a picture: stands on the page of its results",
    "organisation:trial-paper": "a file",
    "organisation:trial-record": "a file",
}

LEAD_ON = {"mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"}
"""Pages that may ask for the second key once more first; either is looked at."""

EVERYBODY = ("nobody", "member", "facilitator", "safety lead", "organisation lead")


def named(name: str, *args: object) -> Callable[[Scene], str]:
    """An address that needs nothing from the scene."""
    return lambda scene: reverse(name, args=args)


def about(name: str, of: Callable[[Scene], str], *args: object) -> Callable[[Scene], str]:
    """An address with a code from the scene."""
    return lambda scene: reverse(name, args=[of(scene), *args])


def _measure(measure: str, more: str) -> Callable[[Scene], str]:
    """One measure of a member's own course."""
    return lambda scene: f"{reverse('member:course', args=[scene.place.code])}?measure={measure}{more}"


def _doors() -> Iterator[Stop]:
    yield Stop("home", "nobody", named("home"))
    yield Stop("privacy:erased", "nobody", named("privacy:erased"))
    for who in EVERYBODY:
        yield Stop("help", who, named("help"))
    for who in ("nobody", "member", "facilitator"):
        yield Stop("language", who, named("language"))
    yield Stop("join", "nobody", named("join"))
    yield Stop("join", "nobody", named("join"), "wrong letters", _wrong_letters)
    yield Stop("join-code", "nobody", about("join-code", lambda s: str(s.meetings["on"].short_code)))
    yield Stop("join-code", "organisation lead", about("join-code", lambda s: str(s.meetings["on"].short_code)))
    for which in ("member", "staff", "gone"):
        yield Stop("invitation", "nobody", about("invitation", lambda s, which=which: s.invitations[which]), which)
    yield Stop("come", "nobody", about("come", lambda s: s.offer.code))
    yield Stop("come", "nobody", about("come", lambda s: s.offer.code), "too little", _ask_too_little)
    yield Stop("come-thanks", "nobody", about("come-thanks", lambda s: s.offer.code))
    for name in ("p22-soles-of-the-feet", "why-a-group"):
        yield Stop("meanwhile", "nobody", named("meanwhile", name), name)
    yield Stop("gallery", "nobody", named("gallery"))
    for status in SENTENCES:
        yield Stop("gallery-error", "nobody", named("gallery-error", status), str(status))
    yield Stop("account_login", "nobody", named("account_login"))
    yield Stop("account_confirm_login_code", "nobody", named("account_login"), steps=_ask_for_code)
    yield Stop("account_logout", "member", named("account_logout"))
    yield Stop("mfa_index", "member", named("mfa_index"))
    yield Stop("mfa_index", "facilitator with a second key", named("mfa_index"))
    yield Stop("mfa_authenticate", "nobody", named("account_login"), steps=_second_key_is_asked)
    for name in ("mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"):
        yield Stop(name, "facilitator with a second key", named(name))
    for name in ("mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"):
        yield Stop(name, "member", named(name))


def _member() -> Iterator[Stop]:
    who = "member"
    for name in ("own-key", "own-key-on", "today", "hard-day", "journal", "journal-new", "own-phrases", "letters"):
        yield Stop(f"member:{name}", who, named(f"member:{name}"))
    for name in ("letter-new", "letter-new-future", "letter-new-hard-day"):
        yield Stop(f"member:{name}", who, named(f"member:{name}"))
    for kind in ("day", "free", "story"):
        yield Stop("member:journal-write", who, named("member:journal-write", kind), kind)
    yield Stop("member:journal-write", who, named("member:journal-write", "critic"), "later")
    yield Stop("member:journal-erase", who, about("member:journal-erase", lambda s: s.entry.code))
    yield Stop("member:practice", who, named("member:practice", "p01-three-part-pause"))
    yield Stop("member:own-way", who, named("member:own-way"))
    yield Stop("member:my-practices", who, named("member:my-practices"))
    yield Stop("member:instead", who, named("member:instead", "p01-three-part-pause"))
    yield Stop("member:may-tell", who, named("member:may-tell"))
    yield Stop("member:courses", who, named("member:courses"))
    yield Stop("member:courses", "one who is late", named("member:courses"), "nothing yet")
    for measure, more in (("gad-7.total", "&study=1"), ("phq-9.total", ""), ("illness-burden.burden", "")):
        yield Stop("member:course", who, _measure(measure, more), measure.partition(".")[0])
    yield Stop("member:heart", who, named("member:heart"))
    yield Stop("member:heart", "safety lead", named("member:heart"), "off")
    for name in ("heart-new", "heart-off"):
        yield Stop(f"member:{name}", who, named(f"member:{name}"))
    for name in ("heart-sitting", "heart-erase"):
        yield Stop(f"member:{name}", who, about(f"member:{name}", lambda s: s.sitting.code))
    yield Stop("member:to-keep", who, named("member:to-keep", "p22-soles-of-the-feet", 60))
    for name in ("kept", "phone", "phone-hard-day", "phone-write", "phone-plan"):
        yield Stop(f"member:{name}", who, named(f"member:{name}"))
    yield Stop("member:journal-entry", who, about("member:journal-entry", lambda s: s.entry.code))
    yield Stop("member:share", who, lambda s: reverse("member:share", args=["journal", s.entry.code]))
    yield Stop("member:shares", who, named("member:shares"))
    yield Stop("member:share-one", who, about("member:share-one", lambda s: s.share.code))
    yield Stop("member:circle-words", who, about("member:circle-words", lambda s: s.world.group.code))
    yield Stop("member:letter", who, about("member:letter", lambda s: s.letters["arrived"].code))
    yield Stop("member:letter-line", who, about("member:letter-line", lambda s: s.letters["arrived"].code))
    for state in ("sealed", "for need"):
        at = about("member:letter-sealed", lambda s, state=state: s.letters[state].code)
        yield Stop("member:letter-sealed", who, at, state)
    yield Stop("member:letter-withdraw", who, about("member:letter-withdraw", lambda s: s.letters["sealed"].code))
    yield Stop("member:write", "safety lead", named("member:write"))
    yield Stop("member:conversation", who, about("member:conversation", lambda s: s.place.code))
    yield Stop("member:stop", who, about("member:stop", lambda s: s.place.code))
    yield Stop("member:stop", "one who left", about("member:stop", lambda s: s.leaving.place.code), "left")
    yield Stop("member:stopping", "safety lead", named("member:stopping"))
    for which in ("open", "brought"):
        yield Stop("member:check", who, about("member:check", lambda s, which=which: s.sheets[which].code), which)
    yield Stop("member:check", who, about("member:check", lambda s: s.sheets["open"].code), "sent empty", _send_empty)
    for which in ("sent", "worrying"):
        at = about("member:check-done", lambda s, which=which: s.sheets[which].code)
        yield Stop("member:check-done", who, at, which)
    for name in ("consent", "consent-mine", "consent-research", "consent-withdraw", "prepare"):
        yield Stop(f"member:{name}", who, named(f"member:{name}"))
    for name in ("support-plan", "safety-plan", "safe-contact"):
        yield Stop(f"member:{name}", who, named(f"member:{name}"))
    for part in ("what-happens", "passing", "device"):
        yield Stop("member:prepare-part", who, named("member:prepare-part", part), part)
    for name in ("consent", "consent-full", "consent-questions"):
        yield Stop(f"member:{name}", "one who is asked", named(f"member:{name}"), "asked")
    yield Stop("member:consent-sign", "one who is asked", named("member:consent-questions"), "", _to_the_boxes)
    yield Stop("member:review", who, about("member:review", lambda s: s.world.group.code), "open")
    yield Stop("member:each-other", who, about("member:each-other", lambda s: s.world.group.code), "closed")
    at = about("member:each-other", lambda s: s.world.group.code)
    yield Stop("member:each-other", "one who helps research", at, "open")
    yield Stop("member:we-did", who, about("member:we-did", lambda s: s.world.group.code))
    for name in ("review", "closing"):
        yield Stop(f"member:{name}", who, about(f"member:{name}", lambda s: s.ended.code), "ended")
    yield Stop("member:circle", who, about("member:circle", lambda s: s.circle.code))
    for name in ("keep", "keep-erase"):
        yield Stop(f"member:{name}", who, named(f"member:{name}"))
    for name in ("agreement", "agreement-propose"):
        yield Stop(f"member:{name}", who, about(f"member:{name}", lambda s: s.world.group.code))
    for which in ("over", "on", "planned"):
        at = about("member:gathering", lambda s, which=which: s.meetings[which].code)
        yield Stop("member:gathering", who, at, which)
        at = about("member:left", lambda s, which=which: s.meetings[which].code)
        yield Stop("member:left", who, at, which)
    for name in ("lobby", "pairs-apart"):
        yield Stop(f"member:{name}", who, about(f"member:{name}", lambda s: s.meetings["on"].code))
    yield Stop(
        "member:gathering", "one who is late", about("member:gathering", lambda s: s.meetings["late"].code), "late"
    )
    for which in ("practice", "round", "closing"):
        at = about("member:gathering", lambda s, which=which: s.meetings[which].code)
        yield Stop("member:gathering", f"member in a {which}", at)


def _serious(scene: Scene) -> str:
    return AdverseEvent.objects.get(group=scene.world.group, severity=4).code


def _facilitator() -> Iterator[Stop]:
    who = "facilitator"
    yield Stop("facilitator:home", who, named("facilitator:home"))
    for name in ("group", "invite", "report", "unwanted"):
        yield Stop(f"facilitator:{name}", who, about(f"facilitator:{name}", lambda s: s.world.group.code))
    yield Stop("facilitator:invite", who, about("facilitator:invite", lambda s: s.world.group.code), "made", _invite)
    yield Stop("facilitator:unwanted-told", who, about("facilitator:unwanted-told", lambda s: s.sheets["worse"].code))
    for reader in (who, "safety lead"):
        yield Stop("facilitator:unwanted-event", reader, about("facilitator:unwanted-event", _serious))
    yield Stop("facilitator:unwanted-house", "safety lead", named("facilitator:unwanted-house"))
    for which in ("over", "planned"):
        at = about("facilitator:runsheet", lambda s, which=which: s.meetings[which].code)
        yield Stop("facilitator:runsheet", who, at, which)
    for which in ("on", "planned"):
        at = about("facilitator:lead-library", lambda s, which=which: s.meetings[which].code)
        yield Stop("facilitator:lead-library", who, at, which)
    yield Stop("facilitator:after", who, about("facilitator:after", lambda s: s.meetings["over"].code))
    yield Stop("facilitator:after", who, about("facilitator:after", lambda s: s.meetings["over"].code), "name", _name)
    at = about("facilitator:feedback-of", lambda s: s.circle.circle.code)
    yield Stop("facilitator:feedback-of", who, at, "before the first meeting")
    for name in ("debrief", "feedback", "paper"):
        yield Stop(f"facilitator:{name}", who, about(f"facilitator:{name}", lambda s: s.meetings["over"].code))
    yield Stop("facilitator:paper-enter", who, about("facilitator:paper-enter", lambda s: _unanswered(s).code))
    yield Stop("facilitator:where", who, about("facilitator:where", lambda s: _where(s).code))
    yield Stop("facilitator:own-check", who, about("facilitator:own-check", lambda s: s.meetings["over"].code))
    yield Stop("facilitator:notes", who, about("facilitator:notes", lambda s: _place_of(s).code))
    yield Stop("facilitator:shared", who, about("facilitator:shared", lambda s: s.world.group.code))
    opened = lambda s: reverse("facilitator:shared-item", args=[s.world.group.code, s.share.code])  # noqa: E731
    yield Stop("facilitator:shared-item", who, opened)
    yield Stop("facilitator:plans", who, about("facilitator:plans", lambda s: s.world.group.code))
    for name in ("plan", "contact", "one-to-one", "slower-begin"):
        yield Stop(f"facilitator:{name}", who, about(f"facilitator:{name}", lambda s: _place_of(s).code))
    yield Stop("facilitator:practices-land", who, named("facilitator:practices-land"))
    yield Stop("facilitator:supervision-new", who, named("facilitator:supervision-new"))
    yield Stop("facilitator:supervision", who, about("facilitator:supervision", lambda s: s.supervision.code))
    for name in ("roles", "stand-in", "hand-over"):
        yield Stop(f"facilitator:{name}", who, about(f"facilitator:{name}", lambda s: s.world.group.code))
    yield Stop("facilitator:care", who, named("facilitator:care"))
    yield Stop("facilitator:papers", who, named("facilitator:papers"))
    for which in ("over", "on", "planned"):
        for name in ("lead", "wall"):
            at = about(f"facilitator:{name}", lambda s, which=which: s.meetings[which].code)
            yield Stop(f"facilitator:{name}", who, at, which)
    for which in ("practice", "round", "closing"):
        for name in ("lead", "wall"):
            at = about(f"facilitator:{name}", lambda s, which=which: s.meetings[which].code)
            yield Stop(f"facilitator:{name}", f"facilitator in a {which}", at)
    for which in ("planned", "on"):
        at = about("facilitator:holder", lambda s, which=which: s.meetings[which].code)
        yield Stop("facilitator:holder", who, at, which)
    at = about("facilitator:holder", lambda s: s.meetings["practice"].code)
    yield Stop("facilitator:holder", "facilitator in a practice", at)
    at = about("facilitator:holder-steadiness", lambda s: s.meetings["on"].code)
    yield Stop("facilitator:holder-steadiness", who, at)
    yield Stop(
        "facilitator:steadying",
        who,
        lambda s: reverse("facilitator:steadying", args=[s.meetings["on"].code, s.place.code]),
    )
    at = about("facilitator:lead", lambda s: s.meetings["on"].code)
    yield Stop("facilitator:entry-pass", who, at, steps=_entry_letters)
    at = about("facilitator:tablet", lambda s: s.meetings["on"].code)
    yield Stop("facilitator:tablet", who, at)
    yield Stop("facilitator:tablet", who, at, "letters for a tablet", _tablet_letters)
    yield Stop("facilitator:in-room", who, about("facilitator:in-room", lambda s: s.meetings["on"].code))
    yield Stop("tablet", "nobody", about("join-code", lambda s: str(s.meetings["on"].short_code)), steps=_be_the_tablet)
    yield Stop("facilitator:recordings", who, named("facilitator:recordings"))
    for length in (20, 150):
        at = named("facilitator:recording", "p03-comforting-contact", "1", length)
        yield Stop("facilitator:recording", who, at, "recorded" if length == 20 else "")
    yield Stop("facilitator:together", who, about("facilitator:together", lambda s: s.world.group.code))
    yield Stop("facilitator:together", who, about("facilitator:together", lambda s: s.ended.code), "told")
    yield Stop("facilitator:review", who, about("facilitator:review", lambda s: s.world.group.code), "open")
    for name in ("review", "ending"):
        yield Stop(f"facilitator:{name}", who, about(f"facilitator:{name}", lambda s: s.ended.code), "ended")
    yield Stop("facilitator:closing-letter", who, about("facilitator:closing-letter", lambda s: s.ended.code, "all"))
    yield Stop("facilitator:circle", who, about("facilitator:circle", lambda s: s.circle.circle.code))
    for name in ("agreement", "agreement-wording", "repairs"):
        yield Stop(f"facilitator:{name}", who, about(f"facilitator:{name}", lambda s: s.world.group.code))
    yield Stop("facilitator:repair", who, about("facilitator:repair", lambda s: s.repair.code))
    for name in ("intake-apart", "form-groups"):
        yield Stop(f"facilitator:{name}", who, about(f"facilitator:{name}", lambda s: s.offer.code))
    yield Stop(
        "facilitator:application-link", who, about("facilitator:application-link", lambda s: s.offer.waiting.code)
    )
    yield Stop("organisation:start-formed", who, about("organisation:start-formed", lambda s: s.offer.proposed.code))
    yield Stop("facilitator:attendance", who, about("facilitator:attendance", lambda s: s.world.group.code))
    for which in ("waiting", "sent"):
        at = about("facilitator:absence", lambda s, which=which: s.absences[which].code)
        yield Stop("facilitator:absence", who, at, which)
    yield Stop("facilitator:leaving-new", who, about("facilitator:leaving-new", lambda s: _place_of(s).code))
    yield Stop("facilitator:leaving", who, about("facilitator:leaving", lambda s: s.leaving.code))
    for one in ("facilitator", "organisation lead"):
        yield Stop("facilitator:tasks", one, named("facilitator:tasks"))
        yield Stop("facilitator:intakes", one, named("facilitator:intakes"))
        yield Stop("facilitator:intake", one, about("facilitator:intake", lambda s: s.offer.code))
        yield Stop("facilitator:intake-change", one, about("facilitator:intake-change", lambda s: s.offer.code))
    for which in ("open", "done"):
        yield Stop(
            "facilitator:task", who, about("facilitator:task", lambda s, which=which: s.tasks[which].code), which
        )
    yield Stop("facilitator:conversations", who, named("facilitator:conversations"))
    yield Stop("facilitator:conversation", who, about("facilitator:conversation", lambda s: s.conversation.code))
    yield Stop("facilitator:alerts", who, named("facilitator:alerts"))
    yield Stop("facilitator:alerts", "safety lead", named("facilitator:alerts"))
    yield Stop("facilitator:alerts-review", "safety lead", named("facilitator:alerts-review"))
    yield Stop("facilitator:protocol", "safety lead", named("facilitator:protocol"))
    for which in ("waiting", "closed"):
        at = about("facilitator:alert", lambda s, which=which: s.alerts[which].code)
        yield Stop("facilitator:alert", who, at, which)
    reach = about("facilitator:alert-reach", lambda s: s.alerts["waiting"].code)
    yield Stop("facilitator:alert-reach", who, reach)
    steps = about("facilitator:alert-plan", lambda s: s.alerts["waiting"].code)
    yield Stop("facilitator:alert-plan", who, steps)


def _organisation() -> Iterator[Stop]:
    who = "organisation lead"
    for name in (
        "home",
        "invite",
        "start-group",
        "lines",
        "hours",
        "look",
        "venues",
        "staff",
        "rota",
        "ready",
        "team",
        "supervision",
        "practices-land",
        "wordings",
        "measures",
        "keeping",
        "circles",
        "together",
    ):
        yield Stop(f"organisation:{name}", who, named(f"organisation:{name}"))
    typed = about("organisation:wording-typed", lambda s: s.typed.code)
    yield Stop("organisation:wording-typed", who, typed)
    yield Stop("organisation:evidence", who, named("organisation:evidence"))
    yield Stop("organisation:evidence-of", who, named("organisation:evidence-of", PROGRAMME))
    yield Stop("organisation:releases", who, named("organisation:releases"))
    yield Stop("organisation:release", who, about("organisation:release", lambda s: s.release.code))
    yield Stop("organisation:trials", who, named("organisation:trials"))
    yield Stop("organisation:trial-new", who, about("organisation:trial-new", lambda s: s.offer.code))
    yield Stop("organisation:trial", who, about("organisation:trial", lambda s: s.trial.code))
    yield Stop("organisation:trial-results", who, about("organisation:trial-results", lambda s: s.trial.code))
    yield Stop("facilitator:trial-draw", "facilitator", about("facilitator:trial-draw", lambda s: s.trial.intake.code))
    yield Stop("organisation:wording-check", "facilitator", about("organisation:wording-check", lambda s: s.typed.code))
    for name in ("colleague", "colleague-end"):
        yield Stop(f"organisation:{name}", who, about(f"organisation:{name}", lambda s: s.world.facilitator.code))
    yield Stop("organisation:staff-one", who, about("organisation:staff-one", lambda s: s.world.facilitator.code))
    for name in ("wemwbs-14", "goals", "ors-4"):
        yield Stop("organisation:measure", who, about("organisation:measure", lambda _, name=name: name))
    yield Stop("organisation:venue-new", who, about("organisation:venue-new", lambda _: "room"))
    yield Stop("organisation:venue", who, about("organisation:venue", lambda s: s.venue.code))
    for name in ("consent", "consent-preview"):
        yield Stop(f"organisation:{name}", who, named(f"organisation:{name}"))
    yield Stop("organisation:person-holds", who, named("organisation:person-holds"))
    yield Stop("organisation:person-hold", who, about("organisation:person-hold", lambda s: s.person_hold.code))
    yield Stop("organisation:hold", who, about("organisation:hold", lambda s: s.ended.code))
    yield Stop("organisation:lines", "safety lead", named("organisation:lines"))
    yield Stop("facilitator:intake-new", who, named("facilitator:intake-new"))
    yield Stop("organisation:start-group", who, named("organisation:start-group"), "not yet", _start_nothing)
    yield Stop("organisation:start-group", who, named("organisation:start-group"), "all dates", _see_all_dates)


def _words() -> Iterator[Stop]:
    for who in ("facilitator", "organisation lead"):
        yield Stop("words:programmes", who, named("words:programmes"))
    who = "facilitator"
    yield Stop("words:programme", who, named("words:programme", "compassionate-mind-group", "1"))
    yield Stop("words:session", who, named("words:session", "eight-weeks-of-self-compassion", "1", 4))
    yield Stop("words:practices", who, named("words:practices"))
    yield Stop("words:practice", who, named("words:practice", "p19-scan-and-name", "2"))
    for who in ("member", "facilitator"):
        yield Stop("words:library", who, named("words:library"))
        for one in all_library():
            yield Stop("words:read", who, named("words:read", one.id), one.id)


def arrive(page: Page, stop: Stop, scene: Scene) -> str:
    """Go there and do what has to be done. Answers with what is wrong about the way: empty when the page is there."""
    answer = page.goto(stop.path(scene))
    if answer is None or answer.status != stop.status:
        return f"{stop.id}: answered {answer and answer.status}"
    if stop.steps is not None:
        stop.steps(page, scene)
        return ""
    there = resolve(urlsplit(page.url).path).view_name
    return "" if there == stop.name or stop.name in LEAD_ON else f"{stop.id}: led on to {there}"


def _calendar() -> Iterator[Stop]:
    for who in ("member", "facilitator", "organisation lead"):
        yield Stop("calendar:mine", who, named("calendar:mine"))
        for name in ("wishes", "address", "address-code"):
            yield Stop(f"mailing:{name}", who, named(f"mailing:{name}"))
        for name in ("home", "who-looked", "devices", "erase", "safe-device"):
            yield Stop(f"privacy:{name}", who, named(f"privacy:{name}"))
    yield Stop(
        "facilitator:reminder", "facilitator", about("facilitator:reminder", lambda s: s.meetings["planned"].code)
    )
    yield Stop("organisation:mail-rule", "organisation lead", named("organisation:mail-rule"))
    yield Stop("calendar:mine", "member", named("calendar:mine"), "with a link", _make_link)
    for who in ("facilitator", "organisation lead"):
        yield Stop("calendar:dates", who, about("calendar:dates", lambda s: s.world.group.code))
    planned = about("calendar:move", lambda s: s.meetings["planned"].code)
    yield Stop("calendar:move", "facilitator", planned)
    yield Stop("calendar:move", "organisation lead", planned, "preview", _move)
    yield Stop("calendar:move", "facilitator", planned, "refused", _move_into_the_past)
    yield Stop("calendar:move", "facilitator", about("calendar:move", lambda s: s.meetings["over"].code), "held")


def _asking() -> Iterator[Stop]:
    for who in ("applicant", "applicant with a time", "applicant with an answer", "member"):
        yield Stop("application", who, named("application"))
    form = about("application-form", lambda s: s.asked.new.code)
    for part in ("1", "2", "5"):
        yield Stop("application-form", "applicant", lambda s, part=part: f"{form(s)}?part={part}", f"part {part}")
    who = "applicant with a time"
    yield Stop("application-told", who, about("application-told", lambda s: s.asked.told.code))
    yield Stop("application-talk", who, about("application-talk", lambda s: s.asked.booked.code))
    yield Stop("application-back", who, about("application-back", lambda s: s.asked.booked.code))
    yield Stop("application-draw", who, about("application-draw", lambda s: s.asked.booked.code))
    who = "applicant with an answer"
    yield Stop("application-answer", who, about("application-answer", lambda s: s.asked.decision.code))
    who = "facilitator"
    yield Stop("facilitator:screening", who, named("facilitator:screening"))
    for which in ("new", "booked", "answered"):
        at = about("facilitator:applicant", lambda s, which=which: getattr(s.asked, which).code)
        yield Stop("facilitator:applicant", who, at, which)
    yield Stop("facilitator:talk-note", who, about("facilitator:talk-note", lambda s: s.asked.booked.code))
    for outcome in ("join-with-plan", "later"):
        at = about("facilitator:decide", lambda s: s.asked.booked.code, outcome)
        yield Stop("facilitator:decide", who, at, outcome)
    yield Stop("facilitator:talk-times", who, about("facilitator:talk-times", lambda s: s.world.group.intake.code))
    yield Stop("organisation:checklist", "organisation lead", named("organisation:checklist"))


def stops() -> list[Stop]:
    """Every page there is."""
    return [*_asking(), *_doors(), *_member(), *_facilitator(), *_organisation(), *_words(), *_calendar()]


def addresses() -> dict[str, set[str]]:
    """Every address of the site by name, with the methods it takes."""
    found: dict[str, set[str]] = {}

    def walk(part: URLResolver, space: str) -> None:
        for one in part.url_patterns:
            if isinstance(one, URLResolver):
                walk(one, f"{one.namespace}:" if one.namespace else space)
            elif isinstance(one, URLPattern):
                found[f"{space}{one.name}"] = set(getattr(one.callback, "methods", ()))

    walk(get_resolver(), "")
    return found


def _unanswered(scene: Scene) -> Assignment:
    sheets = Assignment.objects.filter(gathering=scene.meetings["over"], occasion="leaving", response=None)
    return sheets.order_by("pk")[0]


def _where(scene: Scene) -> Whereabouts:
    return Whereabouts.objects.get(gathering=scene.meetings["on"])


def _place_of(scene: Scene) -> Membership:
    return Membership.objects.get(group=scene.world.group, user=scene.world.member)


# --- what has to be done before a page is there ---


def _to_the_boxes(page: Page, scene: Scene) -> None:
    page.get_by_role("button", name="Show me how it is").click()
    page.get_by_role("link", name="On to my answer").click()
    page.wait_for_url("**/consent/sign/")


def _name(page: Page, scene: Scene) -> None:
    """A name slips into the note that all share."""
    page.locator("#note-text").fill(f"A round with {seals.name_of(scene.world.member)}.")
    page.get_by_role("button", name="Save these notes").click()
    page.locator("#look-note").wait_for()


def _wrong_letters(page: Page, scene: Scene) -> None:
    page.get_by_label("The six letters").fill("zzzzzz")
    page.get_by_role("button", name="Go in").click()


def _ask_for_code(page: Page, scene: Scene) -> None:
    page.get_by_label("Your e-mail address").fill("somebody@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/confirm/")


def _second_key_is_asked(page: Page, scene: Scene) -> None:
    """A staff member's mailed code, read from the mail folder, brings the question for the second key."""
    site, person = site_of(page), scene.people["facilitator with a second key"]
    assert person is not None
    address = str(seals.address_of(person))
    before = len(mails_to(site, address))
    page.get_by_label("Your e-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/confirm/")
    code = wait_for_mail(site, address, more_than=before).get_content().split(": ")[1].split()[0]
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/authenticate/")


def _send_empty(page: Page, scene: Scene) -> None:
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("alert").wait_for()


def _invite(page: Page, scene: Scene) -> None:
    kept = digest(scene.invitations["member"])
    Invitation.objects.filter(group=scene.world.group).exclude(secret_hash=kept).delete()  # seats are counted
    page.get_by_label("Name of the person").fill("Uma")
    page.get_by_role("button", name="Make the link").click()
    page.locator("#link").wait_for()


def _tablet_letters(page: Page, scene: Scene) -> None:
    page.get_by_role("button", name="Show letters for a tablet").click()
    page.get_by_text("Then these letters").wait_for()


def _be_the_tablet(page: Page, scene: Scene) -> None:
    by = actor_for(scene.world.facilitators[0], strong=True)
    letters = live.make_tablet(gathering=scene.meetings["on"], by=by, at=clock.now())
    page.get_by_label("My own six letters").fill(letters)
    page.get_by_role("button", name="Go in").click()
    page.wait_for_url("**/tablet/**")


def _entry_letters(page: Page, scene: Scene) -> None:
    page.get_by_role("button", name="Entry letters").first.click()
    page.wait_for_url("**/entry-pass/")


def _ask_too_little(page: Page, scene: Scene) -> None:
    page.get_by_label("What do you hope for?").fill("Some rest")
    page.get_by_role("button", name="Ask to come").click()


def _see_all_dates(page: Page, scene: Scene) -> None:
    dial_emergency(scene.world.organisation, scene.world.facilitators, at=clock.now())
    page.get_by_label("Name of the group").fill("Winter circle")
    page.get_by_label("First meeting").fill(f"{clock.now().year + 1}-01-01T18:00")
    page.get_by_label("Another place").fill("Room 3")
    page.get_by_label("Leads it, and sees alerts first").select_option(index=1)
    page.get_by_label("Leads it too, and sees alerts next").select_option(index=2)
    page.get_by_role("button", name="See all dates").click()
    page.get_by_text("Public holiday").first.wait_for()


def _make_link(page: Page, scene: Scene) -> None:
    page.get_by_role("button", name=re.compile("Make (my|a new) link")).click()
    page.locator("#link").wait_for()


def _move(page: Page, scene: Scene) -> None:
    page.get_by_label("This one and all after it").check()
    page.get_by_label("New day and time").fill(f"{clock.now() + timedelta(days=40):%Y-%m-%dT18:00}")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_role("button", name="Yes, move it").wait_for()


def _move_into_the_past(page: Page, scene: Scene) -> None:
    page.get_by_label("New day and time").fill("2020-01-01T18:00")
    page.get_by_role("button", name="See what would change").click()
    page.get_by_text("would be in the past").wait_for()


def _start_nothing(page: Page, scene: Scene) -> None:
    page.evaluate("document.querySelectorAll('main form').forEach((form) => (form.noValidate = true))")
    page.get_by_role("button", name="See all dates").click()
    page.locator("[aria-invalid=true]").first.wait_for()
