"""What each page is for, written by hand and apart from the access table, so that a wrong row there shows.

A new page needs a line in PAGES: its methods, what it is about, and by name everybody who may be there. A form that
takes words or choices needs a line in FORMS, so that it is refused for who asks and not for what was sent.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kindcircle.base.lib import codes
from kindcircle.rooms.groups.agreements import starter
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.intake.consent_texts import house_gaps, text_name
from kindcircle.spec.library import all_library
from tests.house.matrix_house import (
    APPLICANT,
    CLOSED_ACCOUNT,
    CO_FACILITATOR,
    FACILITATOR,
    FELLOW,
    FOREIGN_FACILITATOR,
    FOREIGN_LEAD,
    FOREIGN_MEMBER,
    FOREIGN_SAFETY,
    FORMER_FACILITATOR,
    FORMER_MEMBER,
    FORMER_VISITING,
    LEAD,
    LENT,
    MEMBER,
    NEIGHBOUR,
    NOT_NOW,
    OPERATOR,
    OTHER_FACILITATOR,
    SAFETY,
    STAND_IN,
    TABLET,
    VISITING,
    VISITOR,
    WAITING,
    WEAK_FACILITATOR,
    WEAK_LEAD,
    WEAK_SAFETY,
    House,
)
from tests.world import PROGRAMME, VERSION

Who = frozenset[str]


def who(*names: str) -> Who:
    return frozenset(names)


NOBODY = who()
EVERYBODY = who(
    VISITOR, MEMBER, FELLOW, NEIGHBOUR, FOREIGN_MEMBER, VISITING, LENT, FORMER_MEMBER, FORMER_VISITING, CLOSED_ACCOUNT,
    FACILITATOR, CO_FACILITATOR, WEAK_FACILITATOR, OTHER_FACILITATOR, FOREIGN_FACILITATOR, FORMER_FACILITATOR, WAITING,
    STAND_IN, NOT_NOW, TABLET,
    APPLICANT,
    SAFETY, WEAK_SAFETY, FOREIGN_SAFETY, LEAD, WEAK_LEAD, FOREIGN_LEAD, OPERATOR,
)  # fmt: skip
WITHOUT_SESSION = who(VISITOR, CLOSED_ACCOUNT, TABLET)
WEAK = who(WEAK_FACILITATOR, WEAK_SAFETY, WEAK_LEAD)
SIGNED_IN = EVERYBODY - WITHOUT_SESSION - {VISITING, LENT, FORMER_VISITING}
MEMBERS = who(MEMBER, FELLOW, NEIGHBOUR, FOREIGN_MEMBER)
LEADING = who(FACILITATOR, CO_FACILITATOR, STAND_IN)
WITHOUT_GROUP = who(WAITING, NOT_NOW)
OTHERS_LEADING = who(OTHER_FACILITATOR, FOREIGN_FACILITATOR)
IN_MEETING = LEADING | {MEMBER, FELLOW}
LEADS = who(LEAD, FOREIGN_LEAD)
READERS = LEADING | OTHERS_LEADING | LEADS | WITHOUT_GROUP | {SAFETY, FOREIGN_SAFETY}
STAFF_OF_THE_HOUSE = LEADING | WITHOUT_GROUP | {OTHER_FACILITATOR, SAFETY, LEAD}
WITH_FACTORS = who(MEMBER, FACILITATOR, WEAK_FACILITATOR)  # who has set up a code app and spare codes

GATHERINGS = ("planned gathering", "open gathering", "closing gathering", "closed gathering")


@dataclass(frozen=True)
class Page:
    """about: what the page is about -> who may be there; "" for pages about nothing in particular.

    post        who may send the form, where that differs from who may look
    always_404  refusal is 404 even for visitors: being somebody else would change nothing
    weak_404    refusal is by the object, not by the page, so nobody is sent to set up a second factor
    shows       planted words that the page hands to whoever holds its secret
    """

    methods: str
    about: Mapping[str, Who]
    post: Mapping[str, Who] | None = None
    always_404: bool = False
    weak_404: bool = False
    shows: Who = NOBODY

    def may(self, about: str, method: str) -> Who:
        return (self.post if method == "POST" and self.post is not None else self.about)[about]

    def takes(self, method: str) -> bool:
        return ("GET" if method == "HEAD" else method) in self.methods.split()


def plain(methods: str, may: Who, **more: Any) -> Page:
    return Page(methods, {"": may}, **more)


def gatherings(methods: str, may: Who, *, visiting: bool = False) -> Page:
    here = {"open gathering": may | {VISITING, LENT}} if visiting else {}
    return Page(methods, dict.fromkeys(GATHERINGS, may) | here)


SHEETS = {
    "sheet at home": who(MEMBER),
    "sheet with imported words": who(MEMBER),
    "sheet of the open gathering": who(MEMBER, VISITING, LENT),
    "sheet of the closing gathering": who(MEMBER),
    "answered sheet": who(MEMBER),
    "sheet of the former member": who(FORMER_MEMBER),
}

COLLEAGUES_AND_ROOMS = frozenset(
    f"name of the {one}" for one in (
        "facilitator", "second facilitator", "facilitator of another group", "second facilitator of another group",
        "facilitator without a group", "former facilitator", STAND_IN, NOT_NOW,
    )
) | {"address of a room of the house"}  # fmt: skip

PAGES: dict[str, Page] = {
    # Doors for everybody.
    "home": plain("GET", EVERYBODY),
    "help": plain("GET", EVERYBODY),
    "language": plain("GET POST", EVERYBODY),
    "leave": plain("GET POST", EVERYBODY),
    "lock": plain("POST", EVERYBODY),
    "join": plain("GET POST", EVERYBODY),
    "join-code": Page("GET POST", {"letters on the wall": EVERYBODY}),
    "tablet": Page("GET", dict.fromkeys(GATHERINGS, NOBODY) | {"open gathering": who(TABLET)}),
    "tablet-lend": Page("POST", dict.fromkeys(GATHERINGS, NOBODY) | {"open gathering": who(TABLET)}),
    "tablet-back": plain("POST", EVERYBODY),
    "invitation": Page("GET POST", {"invitation": EVERYBODY}, shows=who("name on an invitation")),
    "come": Page("GET POST", {"intake": EVERYBODY}),
    "come-thanks": Page("GET", {"intake": EVERYBODY}),
    "meanwhile": Page("GET", {"something for the meantime": EVERYBODY}),
    "first-run": Page("GET POST", {"set-up link": NOBODY}, always_404=True),
    "demo-enter": Page("GET", {"demo link": NOBODY}, always_404=True),
    "gallery": plain("GET", NOBODY, always_404=True),
    "gallery-error": Page("GET", {"error": NOBODY}, always_404=True),
    # Signing in and out.
    "account_login": plain("GET POST", EVERYBODY),
    "account_request_login_code": plain("GET POST", EVERYBODY),
    "account_confirm_login_code": plain("GET POST", EVERYBODY),
    "account_logout": plain("GET POST", EVERYBODY),
    "account_signup": plain("GET POST", EVERYBODY),
    "account_inactive": plain("GET", EVERYBODY),
    "account_reauthenticate": plain("GET POST", WITH_FACTORS, weak_404=True),
    "mfa_index": plain("GET", SIGNED_IN),
    "mfa_authenticate": plain("GET POST", EVERYBODY),
    "mfa_reauthenticate": plain("GET POST", WITH_FACTORS, weak_404=True),
    "mfa_activate_totp": plain("GET POST", SIGNED_IN),
    "mfa_deactivate_totp": plain("GET POST", WITH_FACTORS, weak_404=True),
    "mfa_view_recovery_codes": plain("GET", WITH_FACTORS, weak_404=True),
    "mfa_generate_recovery_codes": plain("GET POST", SIGNED_IN),
    "mfa_download_recovery_codes": plain("GET", WITH_FACTORS, weak_404=True),
    "mfa_list_webauthn": plain("GET", SIGNED_IN),
    "mfa_add_webauthn": plain("GET POST", SIGNED_IN),
    "mfa_login_webauthn": plain("GET POST", EVERYBODY),
    "mfa_reauthenticate_webauthn": plain("GET POST", WITH_FACTORS, weak_404=True),
    "mfa_remove_webauthn": Page("GET POST", {"passkey": who(MEMBER)}, weak_404=True),
    "mfa_edit_webauthn": Page("GET POST", {"passkey": who(MEMBER)}, weak_404=True),
    # A member's own side.
    "member:today": plain("GET", MEMBERS),
    "member:not-today": plain("POST", MEMBERS),
    "member:hard-day": plain("GET", MEMBERS),
    "member:hard-day-note": plain("POST", MEMBERS),
    "member:my-practices": plain("GET POST", MEMBERS),
    "member:instead": Page("GET POST", {"practice": MEMBERS, "practice of no group": NOBODY}),
    "member:kept": plain("GET", MEMBERS),
    "member:worker": plain("GET", EVERYBODY),
    "member:manifest": plain("GET", EVERYBODY),
    "member:phone": plain("GET", MEMBERS),
    "member:phone-parts": plain("GET", MEMBERS),
    "member:phone-hard-day": plain("GET", MEMBERS),
    "member:phone-write": plain("GET", MEMBERS),
    "member:phone-plan": plain("GET", MEMBERS),
    "member:box": plain("GET POST", MEMBERS),
    "member:own-way": plain("GET POST", MEMBERS),
    "member:sound": Page("GET", {"sound": MEMBERS, "sound of no group": NOBODY, "sound in another voice": NOBODY}),
    "member:to-keep": Page("GET", {"practice to keep": MEMBERS, "practice to keep of no group": NOBODY}),
    "member:practice": Page("GET", {"practice": MEMBERS, "practice of no group": NOBODY}),
    "member:played": Page("POST", {"practice": MEMBERS, "practice of no group": NOBODY}),
    "member:after-home": Page("POST", {"practice": MEMBERS, "practice of no group": NOBODY}),
    "member:landing": Page("GET POST", {"landing": who(MEMBER), "told landing": who(MEMBER)}),
    "member:may-tell": plain("GET POST", MEMBERS),
    "member:courses": plain("GET", MEMBERS),
    "member:course": Page(
        "GET POST",
        {"place": who(MEMBER), "place of the former member": who(FORMER_MEMBER)},  # to look at, not to send
    ),
    "member:heart": plain("GET", SIGNED_IN),
    "member:heart-on": plain("POST", MEMBERS),
    "member:heart-off": plain("GET POST", SIGNED_IN),
    "member:heart-new": plain("GET POST", MEMBERS),
    "member:heart-sitting": Page(
        "GET POST", {"heart sitting": who(MEMBER), "neighbour's heart sitting": who(NEIGHBOUR)}
    ),
    "member:heart-erase": Page("GET POST", {"heart sitting": who(MEMBER), "neighbour's heart sitting": who(NEIGHBOUR)}),
    "member:journal": plain("GET", SIGNED_IN),
    "member:journal-new": plain("GET", MEMBERS),
    "member:journal-write": Page("GET POST", {"kind of entry": MEMBERS, "no kind of entry": NOBODY}),
    "member:own-phrases": plain("GET POST", MEMBERS),
    "member:journal-entry": Page(
        "GET POST", {"journal entry": who(MEMBER), "neighbour's journal entry": who(NEIGHBOUR)}
    ),
    "member:journal-erase": Page(
        "GET POST", {"journal entry": who(MEMBER), "neighbour's journal entry": who(NEIGHBOUR)}
    ),
    "member:letters": plain("GET", SIGNED_IN),
    "member:letter-new": plain("GET POST", MEMBERS),
    "member:letter": Page(
        "GET",
        {
            "arrived letter": who(MEMBER),
            "sealed letter": NOBODY,  # before its day it is not there, not even for its writer
            "neighbour's arrived letter": who(NEIGHBOUR),
            "neighbour's sealed letter": NOBODY,
        },
    ),
    "member:letter-new-future": plain("GET POST", MEMBERS),
    "member:letter-new-hard-day": plain("GET POST", MEMBERS),
    "member:letter-sealed": Page("GET", {"sealed letter": who(MEMBER), "letter for need": who(MEMBER)}),
    "member:letter-needed": Page("POST", {"letter for need": who(MEMBER), "sealed letter": NOBODY}),
    "member:letter-again": Page("POST", {"arrived letter": who(MEMBER), "sealed letter": NOBODY}),
    "member:letter-line": Page("GET POST", {"arrived letter": who(MEMBER), "letter for need": NOBODY}),
    "member:letter-line-away": Page("POST", {"arrived letter": who(MEMBER), "sealed letter": NOBODY}),
    "member:letter-withdraw": Page("GET POST", {"sealed letter": who(MEMBER), "arrived letter": NOBODY}),
    "member:write": plain("GET", SIGNED_IN),
    "member:conversation": Page(
        "GET POST",
        {"place": who(MEMBER), "place of the former member": who(FORMER_MEMBER)},  # to read; see test_messages.py
    ),
    "member:draft": Page("POST", {"kind of draft": MEMBERS}),
    "member:draft-afresh": Page("GET POST", {"kind of draft": MEMBERS}),
    "member:check": Page("GET POST", SHEETS),
    "member:check-done": Page("GET", SHEETS),
    "member:check-keep": Page("POST", SHEETS),
    "member:check-way": Page("POST", SHEETS),
    # Saying yes, and getting ready.
    "member:consent": plain("GET", SIGNED_IN),
    "member:consent-full": plain("GET", SIGNED_IN),
    "member:consent-questions": plain("GET POST", SIGNED_IN),
    "member:consent-sign": plain("GET POST", SIGNED_IN),
    "member:consent-research": plain("GET POST", SIGNED_IN),
    "member:consent-later": plain("POST", SIGNED_IN),
    "member:consent-mine": plain("GET", SIGNED_IN),
    "member:consent-paper": plain("GET", SIGNED_IN),
    "member:prepare": plain("GET", SIGNED_IN),
    "member:prepare-paper": plain("GET", SIGNED_IN),
    "member:prepare-part": Page("GET POST", {"part of getting ready": SIGNED_IN}),
    "member:support-plan": plain("GET POST", SIGNED_IN),
    "member:support-plan-paper": plain("GET", SIGNED_IN),
    "member:safety-plan": plain("GET POST", SIGNED_IN),
    "member:safety-plan-paper": plain("GET", SIGNED_IN),
    "member:safe-contact": plain("GET POST", SIGNED_IN),
    # The meeting.
    "member:gathering": gatherings("GET", IN_MEETING, visiting=True),
    "member:left": gatherings("GET", IN_MEETING, visiting=True),
    "member:lobby": gatherings("GET POST", who(MEMBER, FELLOW), visiting=True),
    "member:events": gatherings("GET", IN_MEETING, visiting=True),
    "member:facts": gatherings("GET", IN_MEETING, visiting=True),
    "member:ring": gatherings("GET", IN_MEETING, visiting=True),
    "member:gathering-check": gatherings("GET", IN_MEETING, visiting=True),
    "member:gathering-sheets": gatherings("GET", IN_MEETING, visiting=True),
    "member:signal": gatherings("POST", IN_MEETING, visiting=True),
    "member:piece": gatherings("POST", IN_MEETING, visiting=True),
    "member:after-meeting": gatherings("POST", IN_MEETING, visiting=True),
    "member:words": gatherings("GET", IN_MEETING, visiting=True),
    "member:words-say": gatherings("POST", IN_MEETING, visiting=True),
    "member:words-back": gatherings("POST", IN_MEETING, visiting=True),
    "member:pairs": gatherings("GET", IN_MEETING, visiting=True),
    "member:pairs-answer": gatherings("POST", IN_MEETING, visiting=True),
    "member:pairs-apart": gatherings("GET POST", who(MEMBER, FELLOW)),
    # What the group agreed on.
    "member:agreement": Page("GET", {"group": who(MEMBER, FELLOW)}),
    "member:agreement-answer": Page("POST", {"group": who(MEMBER, FELLOW)}),
    "member:agreement-propose": Page("GET POST", {"group": who(MEMBER, FELLOW)}),
    "member:proposal-back": Page("POST", {"proposal": who(MEMBER), "proposal set aside": who(MEMBER)}),
    "words:agreement": Page("GET", {"group": IN_MEETING}),
    # The middle and the end.
    "member:review": Page("GET POST", {"group": who(MEMBER, FELLOW)}),
    "member:we-did": Page("GET", {"group": who(MEMBER, FELLOW)}),
    "member:talked": gatherings("POST", who(MEMBER, FELLOW)),
    "member:share": Page("GET POST", {"journal entry": who(MEMBER), "arrived letter": who(MEMBER)}, weak_404=True),
    "member:shares": plain("GET", SIGNED_IN),
    "member:share-one": Page("GET POST", {"share": who(MEMBER), "named share": who(MEMBER)}),
    "member:share-back": Page("POST", {"share": who(MEMBER), "named share": who(MEMBER)}),
    "member:share-wait": Page("POST", {"share": who(MEMBER), "named share": who(MEMBER)}),
    "member:circle-words": Page("GET", {"group": who(MEMBER, FELLOW)}),
    "member:circle-sign": Page("POST", {"group": who(MEMBER, FELLOW)}),
    "facilitator:shared": Page("GET", {"group": LEADING}),
    "facilitator:shared-item": Page("GET", {"group": LEADING}),
    "facilitator:shared-sign": Page("POST", {"group": LEADING}),
    "facilitator:shared-first": Page("POST", {"group": LEADING}),
    "member:closing": Page("GET", {"group": who(MEMBER, FELLOW)}),
    "member:receives": Page("POST", {"group": who(MEMBER, FELLOW)}),
    "member:kept-write": Page("POST", {"group": who(MEMBER, FELLOW)}),
    "member:kept-remove": Page("POST", {"kept line": who(MEMBER)}),
    "member:coming": gatherings("POST", who(MEMBER, FELLOW)),
    "member:circle": Page("GET POST", {"circle invitation": who(MEMBER)}),
    "member:own-key": plain("GET", SIGNED_IN),
    "member:own-key-on": plain("GET POST", MEMBERS),
    "member:own-key-change": Page("GET POST", {"way to lock a key": SIGNED_IN}),
    "member:own-key-older": plain("GET", SIGNED_IN),
    "member:own-key-off": plain("GET POST", SIGNED_IN),
    "member:own-key-take": plain("GET", SIGNED_IN),
    "member:own-key-anew": plain("GET POST", SIGNED_IN),
    "member:own-key-close": plain("POST", SIGNED_IN),
    "member:own-key-again": plain("POST", SIGNED_IN),
    # Nobody of this house has a key of their own, so these two are not there for anybody.
    "member:own-key-pieces": plain("GET POST", NOBODY, weak_404=True),
    "member:own-key-piece": Page("GET POST", {"piece of writing": NOBODY}, weak_404=True),
    "member:keep": plain("GET", SIGNED_IN - WEAK),
    "member:keep-take": plain("POST", SIGNED_IN - WEAK),
    "member:keep-erase": plain("GET POST", SIGNED_IN - WEAK),
    "member:keep-again": plain("POST", SIGNED_IN - WEAK),
    # How the group is together.
    "facilitator:together": Page("GET", {"group": LEADING}),
    "facilitator:together-guess": gatherings("POST", LEADING),
    "facilitator:together-read": gatherings("POST", LEADING),
    "facilitator:together-choose": gatherings("POST", LEADING),
    "facilitator:together-end": Page("POST", {"alliance step": LEADING}),
    "member:each-other": Page("GET POST", {"group": who(MEMBER, FELLOW)}),
    "organisation:together": plain("GET POST", LEADS, post={"": who(LEAD)}),  # a form about a group of this house
    "facilitator:review": Page("GET POST", {"group": LEADING}),
    "facilitator:ending": Page("GET POST", {"group": LEADING}),
    "facilitator:closing-letter": Page("GET POST", {"group": LEADING}),
    "facilitator:kept-decide": Page("POST", {"kept line": LEADING}),
    "facilitator:circle": Page("GET", {"group": LEADING}),
    "facilitator:circle-admit": Page("POST", {"circle invitation": LEADING - {STAND_IN}}),
    "organisation:keeping": plain("GET POST", LEADS),
    "organisation:hold": Page("GET POST", {"group": who(LEAD)}),
    "organisation:lift": Page("POST", {"hold": who(LEAD)}),
    "organisation:person-holds": plain("GET POST", LEADS | {SAFETY, FOREIGN_SAFETY}, post={"": LEADS}),
    "organisation:person-hold": Page("GET POST", {"person hold": who(LEAD, SAFETY)}),
    "organisation:circles": plain("GET POST", LEADS),
    "facilitator:agreement": Page("GET", {"group": LEADING}),
    "facilitator:agreement-wording": Page("GET POST", {"group": LEADING}),
    "facilitator:proposal-aside": Page("POST", {"proposal": LEADING, "proposal set aside": LEADING}),
    "facilitator:repairs": Page("GET POST", {"group": LEADING}),
    "facilitator:repair": Page("GET POST", {"repair": LEADING, "closed repair": LEADING}),
    # The facilitators' side.
    "facilitator:home": plain("GET", LEADING | OTHERS_LEADING | WITHOUT_GROUP | {SAFETY, FOREIGN_SAFETY}),
    "facilitator:group": Page("GET", {"group": LEADING}),
    "facilitator:invite": Page("GET POST", {"group": LEADING}),
    "facilitator:ask": Page("POST", {"group": LEADING}),
    "facilitator:report": Page("GET", {"group": LEADING}),
    "facilitator:report-paper": Page("GET", {"group": LEADING}),
    "facilitator:report-record": Page("GET", {"group": LEADING}),
    "facilitator:unwanted": Page("GET POST", {"group": LEADING | {SAFETY}}),
    "facilitator:unwanted-over": Page("POST", {"adverse event": LEADING | {SAFETY}}),
    "facilitator:unwanted-told": Page("GET", {"harm check": LEADING}),
    "facilitator:unwanted-event": Page("GET POST", {"adverse event": LEADING | {SAFETY}}),
    "facilitator:unwanted-judge": Page("POST", {"adverse event": who(SAFETY)}),
    "facilitator:unwanted-stop": Page("POST", {"adverse event": who(SAFETY)}),
    "facilitator:unwanted-house": plain("GET", who(SAFETY, FOREIGN_SAFETY)),
    "facilitator:unwanted-export": plain("POST", who(SAFETY, FOREIGN_SAFETY)),
    "facilitator:runsheet": gatherings("GET", LEADING),
    "facilitator:lighter": gatherings("POST", LEADING),
    "facilitator:landing": Page("GET", {"told landing": LEADING, "landing": NOBODY}),
    "facilitator:slower-pace": Page("GET POST", {"slower pace": LEADING}),
    "facilitator:slower-begin": Page("GET POST", {"member's place": LEADING}),
    "facilitator:practices-land": plain("GET", LEADING | OTHERS_LEADING),
    "facilitator:after": gatherings("GET POST", LEADING),
    "facilitator:debrief": gatherings("GET POST", LEADING),
    "facilitator:feedback": gatherings("GET POST", LEADING),
    "facilitator:feedback-of": Page("GET", {"group": LEADING}),
    "facilitator:stop-asking": Page("POST", {"group": LEADING | {LEAD}}),
    "facilitator:debrief-away": Page("POST", {"debrief line": who(FACILITATOR)}),
    "facilitator:paper": gatherings("GET", LEADING),
    "facilitator:cards": gatherings("GET", LEADING),
    "facilitator:paper-enter": Page(
        "GET POST",
        dict.fromkeys(SHEETS, LEADING),
    ),
    "facilitator:where": Page("GET", {"whereabouts": LEADING}),
    "facilitator:reminder": gatherings("GET POST", LEADING),
    "facilitator:own-check": gatherings("GET POST", LEADING),
    "facilitator:notes": Page("GET", {"member's place": LEADING}),
    "facilitator:notes-paper": Page("GET", {"member's place": LEADING}),
    "facilitator:plans": Page("GET", {"group": LEADING}),
    "facilitator:plan": Page("GET", {"member's place": LEADING}),
    "facilitator:contact": Page("GET", {"member's place": LEADING}),
    "facilitator:one-to-one": Page("GET POST", {"member's place": LEADING}),
    "facilitator:roles": Page("GET POST", {"group": LEADING | {LEAD}}),
    "facilitator:roles-of": gatherings("GET", LEADING | {LEAD}),
    "facilitator:stand-in": Page("GET POST", {"group": LEADING | {LEAD}}),
    "facilitator:stand-in-end": Page("POST", {STAND_IN: LEADING | {LEAD}, NOT_NOW: LEADING | {LEAD}}),
    "facilitator:hand-over": Page("GET POST", {"group": LEADING}),
    "facilitator:papers": plain("GET POST", LEADING | OTHERS_LEADING | WITHOUT_GROUP),
    "facilitator:care": plain("GET", LEADING | OTHERS_LEADING | WITHOUT_GROUP),
    "facilitator:supervision-new": plain("GET POST", LEADING | OTHERS_LEADING | WITHOUT_GROUP),
    "facilitator:supervision": Page("GET POST", {"supervision": who(FACILITATOR)}),
    "facilitator:lead": gatherings("GET", LEADING),
    "facilitator:lead-do": gatherings("POST", LEADING),
    "facilitator:lead-desk": gatherings("GET", LEADING),
    "facilitator:lead-sheet": gatherings("GET", LEADING),
    "facilitator:lead-library": gatherings("GET", LEADING),
    "facilitator:lead-round": gatherings("GET", LEADING),
    "facilitator:lead-voices": gatherings("GET", LEADING),
    "facilitator:lead-words": gatherings("GET POST", LEADING),
    "facilitator:wall-words": gatherings("GET", LEADING),
    "facilitator:lead-people": gatherings("GET", LEADING),
    "facilitator:lead-taps": gatherings("GET", LEADING),
    "facilitator:lead-pairs": gatherings("GET", LEADING),
    "facilitator:wall-pairs": gatherings("GET", LEADING),
    "facilitator:slower": gatherings("GET POST", LEADING),
    "facilitator:steadying": gatherings("GET POST", LEADING),
    "facilitator:holder": gatherings("GET", LEADING),
    "facilitator:holder-time": gatherings("GET", LEADING),
    "facilitator:holder-steadiness": gatherings("GET", LEADING),
    "facilitator:entry-pass": gatherings("POST", LEADING),
    "facilitator:tablet": gatherings("GET POST", LEADING),
    "facilitator:in-room": gatherings("GET POST", LEADING),
    "facilitator:tablet-end": Page("POST", {"tablet": LEADING}),
    "facilitator:wall": gatherings("GET", LEADING),
    "facilitator:recordings": plain("GET", LEADING | OTHERS_LEADING),
    "facilitator:recording": Page("GET POST", {"length to record": LEADING | OTHERS_LEADING}),
    "facilitator:recording-made": Page("GET", {"length to record": LEADING | OTHERS_LEADING}),
    "facilitator:recording-sound": Page("GET", {"recording": LEADING | {OTHER_FACILITATOR}}),
    "facilitator:recording-take-back": Page("POST", {"recording": LEADING | {OTHER_FACILITATOR}}),
    "facilitator:attendance": Page("GET", {"group": LEADING}),
    "facilitator:absence": Page("GET POST", {"absence": LEADING}),
    "facilitator:leaving-new": Page("GET POST", {"member's place": LEADING}),
    "facilitator:leaving": Page("GET POST", {"leaving": LEADING}),
    "member:stopping": plain("GET", SIGNED_IN),
    "member:stop": Page("GET POST", {"place": who(MEMBER), "place of the former member": who(FORMER_MEMBER)}),
    "facilitator:intakes": plain("GET", LEADING | OTHERS_LEADING | LEADS | WITHOUT_GROUP),
    "facilitator:intake-new": plain("GET POST", LEADS),
    "facilitator:intake": Page("GET", {"intake": who(WAITING, LEAD)}),
    "facilitator:intake-change": Page("GET POST", {"intake": who(WAITING, LEAD)}),
    "facilitator:intake-move": Page("POST", {"intake": who(WAITING, LEAD)}),
    "facilitator:intake-apart": Page("GET POST", {"intake": who(WAITING)}),
    "facilitator:form-groups": Page("GET POST", {"intake": who(WAITING)}),
    "facilitator:trial-draw": Page("GET POST", {"intake": who(WAITING)}),
    "facilitator:application-link": Page("GET POST", {"application": who(WAITING)}),
    "facilitator:tasks": plain("GET", READERS),
    "facilitator:task": Page(
        "GET POST",
        {
            "group task": LEADING,
            "finished group task": LEADING,
            "own task": who(OTHER_FACILITATOR),
            "task of the house": who(LEAD),
        },
    ),
    "facilitator:conversations": plain("GET", LEADING | OTHERS_LEADING),
    "facilitator:conversation": Page("GET POST", {"conversation": LEADING}),
    "facilitator:alerts-review": plain("GET POST", {SAFETY, FOREIGN_SAFETY}),
    "facilitator:protocol": plain("GET POST", {SAFETY, FOREIGN_SAFETY}),
    "facilitator:alerts": plain("GET", LEADING | OTHERS_LEADING | WITHOUT_GROUP | {SAFETY, FOREIGN_SAFETY}),
    "facilitator:alert": Page(
        "GET POST",
        {
            "raised alert": LEADING | {SAFETY},
            "closed alert": LEADING | {SAFETY},
            "alert of an applicant": who(WAITING, SAFETY),
        },
    ),
    "facilitator:alert-reach": Page("GET", {"raised alert": LEADING | {SAFETY}}),
    "facilitator:alert-plan": Page("GET", {"raised alert": LEADING | {SAFETY}}),
    # Those who asked to come, for whoever talks with them.
    "facilitator:screening": plain("GET", READERS),
    "facilitator:applicant": Page("GET", {"application": who(WAITING)}),
    "facilitator:talk-note": Page("GET POST", {"application": who(WAITING)}),
    "facilitator:applicant-place": Page("POST", {"application": who(WAITING)}),
    "facilitator:decide": Page("GET POST", {"application and outcome": who(WAITING)}),
    "facilitator:talk-times": Page("GET POST", {"intake": who(WAITING)}),
    "facilitator:talk-time-back": Page("POST", {"free talk time": who(WAITING)}),
    "organisation:checklist": plain("GET POST", LEADS),
    # Their own side.
    "application": plain("GET", SIGNED_IN),
    "application-form": Page("GET POST", {"application": who(APPLICANT)}),
    "application-draft": Page("POST", {"application": who(APPLICANT)}),
    "application-told": Page("GET", {"screening form": who(APPLICANT)}),
    "application-talk": Page("GET POST", {"application": who(APPLICANT)}),
    "application-date": Page("GET", {"talk time": who(APPLICANT, WAITING)}),
    "application-answer": Page("GET", {"decision": who(APPLICANT)}),
    "application-draw": Page("GET POST", {"application": who(APPLICANT)}),
    "application-back": Page("GET POST", {"application": who(APPLICANT)}),
    # The words themselves.
    "words:programmes": plain("GET", READERS),
    "words:programme": Page("GET", {"programme": READERS}),
    "words:manual": Page("GET", {"programme": READERS}),
    "words:session": Page("GET", {"session": READERS}),
    "words:session-handout": Page("GET", {"session": READERS}),
    "words:practices": plain("GET", READERS),
    "words:practice": Page("GET", {"words of a practice": READERS}),
    "words:script": Page("GET", {"words of a practice": READERS}),
    "words:library": plain("GET", SIGNED_IN),
    "words:read": Page("GET", {"page to read": SIGNED_IN}),
    "words:library-paper": Page("GET", {"page to read": SIGNED_IN}),
    # Dates.
    "calendar:mine": plain("GET", SIGNED_IN - {WEAK_FACILITATOR}),
    "calendar:words": plain("POST", SIGNED_IN - {WEAK_FACILITATOR}),
    "calendar:link": plain("POST", SIGNED_IN - {WEAK_FACILITATOR}),
    # What one would like to hear.
    "privacy:home": plain("GET", SIGNED_IN - WEAK),
    "privacy:who-looked": plain("GET", SIGNED_IN - WEAK),
    "privacy:devices": plain("GET", SIGNED_IN - WEAK),
    "privacy:end": plain("POST", SIGNED_IN - WEAK),
    "privacy:covers": plain("POST", SIGNED_IN - WEAK),
    "privacy:erase": plain("GET POST", SIGNED_IN - WEAK),
    "privacy:erased": plain("GET", EVERYBODY),
    "privacy:safe-device": plain("GET", SIGNED_IN - WEAK),
    "mailing:wishes": plain("GET POST", SIGNED_IN - {WEAK_FACILITATOR}),
    "mailing:pause": plain("POST", SIGNED_IN - {WEAK_FACILITATOR}),
    "mailing:no-nudges": plain("POST", SIGNED_IN - {WEAK_FACILITATOR}),
    "mailing:address": plain("GET POST", SIGNED_IN - WEAK),
    "mailing:address-code": plain("GET POST", SIGNED_IN - WEAK),
    "mailing:try-again": plain("POST", SIGNED_IN - WEAK),
    "calendar:meeting": gatherings("GET", IN_MEETING),
    "calendar:dates": Page("GET", {"group": LEADING | {LEAD}}),
    "calendar:move": gatherings("GET POST", LEADING | {LEAD}),
    "calendar:feed": Page("GET", {"calendar link": EVERYBODY}),
    # The organisation's side.
    "organisation:home": plain("GET", LEADS | {OPERATOR}),
    "organisation:invite": plain("GET POST", LEADS),
    "organisation:start-group": plain("GET POST", LEADS),
    # Whoever is entrusted with it chooses among those who lead groups, and among the rooms.
    "organisation:start-formed": Page("GET POST", {"proposed group": who(WAITING)}, shows=COLLEAGUES_AND_ROOMS),
    "organisation:lines": plain(
        "GET POST",
        STAFF_OF_THE_HOUSE | {FOREIGN_LEAD, FOREIGN_SAFETY, FOREIGN_FACILITATOR},
        post={"": LEADS},
    ),
    "organisation:line-check": Page("POST", {"help line": STAFF_OF_THE_HOUSE}),
    "organisation:line-remove": Page("POST", {"help line": who(LEAD)}),
    "organisation:hours": plain("GET POST", LEADS),
    "organisation:consent": plain("GET POST", LEADS),
    "organisation:consent-preview": plain("GET", LEADS),
    "organisation:consent-paper": plain("GET", LEADS),
    "organisation:mail-rule": plain("GET POST", LEADS),
    "organisation:look": plain("GET POST", LEADS),
    "organisation:staff": plain("GET", LEADS),
    "organisation:staff-one": Page("GET POST", {"colleague": who(LEAD)}),
    "organisation:venues": plain("GET", LEADS),
    "organisation:venue-new": Page("GET POST", {"kind of venue": LEADS}),
    "organisation:venue": Page("GET POST", {"venue": who(LEAD), "venue of another house": who(FOREIGN_LEAD)}),
    "organisation:rota": plain(
        "GET POST",
        STAFF_OF_THE_HOUSE | {FOREIGN_LEAD, FOREIGN_SAFETY, FOREIGN_FACILITATOR},
        post={"": LEADS},
    ),
    "organisation:ready": plain("GET POST", LEADS, post={"": who(LEAD)}),
    "organisation:team": plain("GET POST", LEADS),
    "organisation:colleague": Page("GET POST", {"colleague": who(LEAD)}),
    "organisation:colleague-end": Page("GET POST", {"colleague": who(LEAD)}),
    "organisation:supervision": plain("GET", LEADS),
    "organisation:practices-land": plain("GET", LEADS),
    "organisation:measures": plain("GET", LEADS),
    "organisation:measure": Page("GET POST", {"kind of questionnaire": LEADS}),
    "organisation:evidence": plain("GET", LEADS),
    "organisation:evidence-of": Page("GET POST", {"programme that was led": LEADS}),
    "organisation:evidence-paper": Page("GET", {"programme that was led": LEADS}),
    "organisation:evidence-record": Page("GET", {"programme that was led": LEADS}),
    "organisation:releases": plain("GET POST", LEADS | {SAFETY, FOREIGN_SAFETY}),
    "organisation:release": Page("GET POST", {"release": who(LEAD, SAFETY)}),
    "organisation:release-take": Page("POST", {"release": who(LEAD, SAFETY)}),
    "organisation:trials": plain("GET", LEADS | {SAFETY, FOREIGN_SAFETY}),
    "organisation:trial-new": Page("GET POST", {"intake": who(LEAD, SAFETY)}),
    "organisation:trial": Page("GET POST", {"trial": who(LEAD, SAFETY)}),
    "organisation:trial-results": Page("GET", {"trial": who(LEAD, SAFETY)}),
    "organisation:trial-flow": Page("GET", {"trial": who(LEAD, SAFETY)}),
    "organisation:trial-paper": Page("GET", {"trial": who(LEAD, SAFETY)}),
    "organisation:trial-record": Page("GET", {"trial": who(LEAD, SAFETY)}),
    "organisation:wordings": plain("GET POST", LEADS),
    "organisation:wording-accept": plain("POST", LEADS),
    "organisation:wording-begin": plain("POST", LEADS),
    "organisation:wording-typed": Page("GET POST", {"typed wording": who(LEAD)}),
    "organisation:wording-check": Page("GET POST", {"typed wording": STAFF_OF_THE_HOUSE}),
    "organisation:wording-file": Page("GET", {"wording": who(LEAD)}),
    # Last, so that everybody has done everything else before they go.
    "member:consent-withdraw": plain("GET POST", SIGNED_IN),
}

DEMO_PAGES = {
    "demo-enter": Page("GET", {"demo link": EVERYBODY}),
    "gallery": plain("GET", EVERYBODY),
    "gallery-error": Page("GET", {"error": EVERYBODY}),
}
"""The same three pages on a site that is a demo."""


def address(house: House, name: str, about: str) -> dict[str, Any]:
    """What stands in the address of a page about this thing."""
    special: dict[str, Callable[[], dict[str, Any]]] = {
        "letters on the wall": lambda: {"short_code": house.things["open gathering"].short_code},
        "invitation": lambda: {"secret": house.secrets["invitation"]},
        "calendar link": lambda: {"secret": house.secrets["calendar"]},
        "set-up link": lambda: {"secret": house.secrets["set-up"]},
        "demo link": lambda: {"token": house.secrets["demo"]},
        "error": lambda: {"status": 404},
        "application and outcome": lambda: {"code": house.things["application"].code, "outcome": "later"},
        "passkey": lambda: {"pk": house.things["passkey"].pk},
        "practice": lambda: {"practice_id": "p22-soles-of-the-feet"},
        "sound": lambda: {"practice_id": "p22-soles-of-the-feet", "seconds": 60, "voice": "made"},
        "sound of no group": lambda: {"practice_id": "p39-many-parts-one-event", "seconds": 720, "voice": "made"},
        "sound in another voice": lambda: {"practice_id": "p22-soles-of-the-feet", "seconds": 60, "voice": "recorded"},
        "practice to keep": lambda: {"practice_id": "p22-soles-of-the-feet", "seconds": 60},
        "practice to keep of no group": lambda: {"practice_id": "p39-many-parts-one-event", "seconds": 720},
        "length to record": lambda: {"practice_id": "p22-soles-of-the-feet", "version": "1", "seconds": 60},
        "practice of no group": lambda: {"practice_id": "no-such-practice"},
        "programme": lambda: {"name": "kind-to-a-body-that-hurts", "version": "1"},
        "session": lambda: {"name": "kind-to-a-body-that-hurts", "version": "1", "number": 2},
        "words of a practice": lambda: {"name": "p22-soles-of-the-feet", "version": "1"},
        "something for the meantime": lambda: {"name": "why-a-group"},
        "page to read": lambda: {"name": all_library()[0].id},
        "kind of draft": lambda: {"kind": "journal"},
        "way to lock a key": lambda: {"what": "passphrase"},
        "piece of writing": lambda: {"kind": "journal", "code": house.things["journal entry"].code},
        "kind of entry": lambda: {"kind": "day"},
        "no kind of entry": lambda: {"kind": "no-such-kind"},
        "part of getting ready": lambda: {"step": "backdraft"},
        "kind of venue": lambda: {"kind": "room"},
        "kind of questionnaire": lambda: {"instrument": "wemwbs-14"},
        "programme that was led": lambda: {"programme": PROGRAMME},
    }
    if about in special:
        return special[about]()
    more = {
        "member:gathering-check": {"occasion": "leaving"},
        "member:share": {"kind": "letter" if "letter" in about else "journal"},
        "facilitator:shared-item": {"item": house.things["share"].code},
        "facilitator:closing-letter": {"to": "all"},
        "facilitator:steadying": {"who": house.things["member's place"].code},
    }.get(name, {})
    return {"code": house.things[about].code} | more if about else {}


def absent(kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """The same address for a thing that does not exist; None where the address is about no thing of anybody's."""
    if "code" in kwargs:
        return kwargs | {"code": codes.new_code()}
    return kwargs | {"pk": 999_999} if "pk" in kwargs else None


Form = dict[str, Any]


def forms(house: House, name: str, about: str) -> list[Form]:
    """What to send to a page: right in every way, so that only who sends it can be the reason for a no."""
    make = FORMS.get(name)
    return make(house, about) if make else [{}]


def _place(house: House, seat: int) -> str:
    return Membership.objects.get(group=house.things["group"], user=house.things[f"seat {seat}"]).code


def _typed(house: House) -> str:
    """A word that the sender typed: it may come back to anybody, and must never be stored as it is."""
    return house.plant("typed words", *EVERYBODY)


def _lead_do(house: House, about: str) -> list[Form]:
    place = _place(house, 3)
    verbs = ["pause", "resume", "end", "round", "move", "later", "end-round", "closing", "close", "no such thing"]
    return [{"do": verb, "play": "x", "round": "x", "prompt": "checkin", "holder": place} for verb in verbs] + [
        {"do": "open", "how": "room"},
        {"do": "step", "step": "2"},
        {"do": "practice", "practice": "p47-arriving-together", "seconds": "180"},
        {"do": "practice", "practice": "p46-ordinary-minute", "seconds": "60", "sure": "yes"},
        {"do": "minutes", "step": "4", "minutes": "8"},
        {"do": "core"},
        {"do": "whole"},
        {"do": "lead", "to": "x"},
        {"do": "round", "prompt": "", "way": "hands"},
        {"do": "order", "round": "x", "order": f"up {place}"},
        {"do": "add", "round": "x", "who": place},
        {"do": "half-minute", "round": "x", "holder": place},
        {"do": "minute", "round": "x", "holder": place},
        {"do": "here", "member": place},
        {"do": "left", "member": place},
        {"do": "ask-words", "kind": "word", "prompt": ""},
        {"do": "ask-words", "kind": "felt", "prompt": "only-one"},
        {"do": "ask-pairs", "prompt": "checkin"},
        {"do": "pairs-answer", "pairs": "x", "member": place, "said": "yes"},
        {"do": "pairs-swap", "pairs": "x", "one": place, "other": place},
        {"do": "pairs-keep", "pairs": "x", "member": place},
        {"do": "start-pairs", "pairs": "x", "minutes": "6", "seen": "x"},
        {"do": "longer-pairs", "pairs": "x"},
        {"do": "pairs-bring", "pairs": "x", "member": place, "number": "0"},
        {"do": "end-pairs", "pairs": "x"},
    ]


def notes_seen(house: House) -> str:
    """What the page of the closed gathering remembers: when its notes were saved last."""
    recorded_at = Gathering.objects.get(pk=house.things["closed gathering"].pk).recorded_at
    return recorded_at.isoformat() if recorded_at else ""


def _after(house: House, about: str) -> list[Form]:
    member = house.things["seat 1"].code
    words = {"note": _typed(house), f"line-{member}": _typed(house)}
    words["seen_at"] = notes_seen(house)
    return [words | {f"came-{member}": "on", "step-checkin": "adapted", "why-checkin": _typed(house)}]


def _in_words(house: House) -> str:
    """Words of a questionnaire, or a note beside them: nobody's secret, and kept as they are."""
    return house.plant("words of a questionnaire", *EVERYBODY)


def _supervision(house: House, about: str) -> list[Form]:
    words = {"with_whom": _typed(house), "taken": _typed(house), "held_on": house.at.date().isoformat()}
    return [words | {"minutes": "50", "key": codes.new_code()}]


def _sheet(house: House, about: str) -> list[Form]:
    answers = {"ease": "5", "fit": "5", "steadiness": "2", "to_know": _typed(house), "contact": "1"}
    return [{"key": codes.new_code(), "asked": "1"} | answers]


def _start_group(house: House, about: str) -> list[Form]:
    owner, backup = (house.people[name].user.code for name in (FACILITATOR, WAITING))  # type: ignore[union-attr]
    begins = (house.at + timedelta(days=3)).strftime("%Y-%m-%dT18:00")
    plan = {"name": "Another circle", "programme": "kind-to-a-body-that-hurts/1", "first_at": begins, "zone": "UTC"}
    look = plan | {"place": "Room 4", "video_link": "", "owner": owner, "backup": backup}
    days = {f"when_{n}": (house.at + timedelta(days=3 + 7 * n)).strftime("%Y-%m-%dT04:00") for n in (1, 2, 3, 4)}
    return [look] + [look | days | {"do": do, "key": "a key"} for do in ("again", "skip-2", "start")]


def _start_formed(house: House, about: str) -> list[Form]:
    look = _start_group(house, about)[0] | {"first_at": "2030-01-01T18:00", "programme": f"{PROGRAMME}/{VERSION}"}
    days = {f"when_{n}": f"2030-01-0{n}T18:00" for n in (1, 2, 3, 4)}
    return [look, look | days | {"do": "start", "key": "another key"}]


def _offer(house: House, about: str) -> list[Form]:
    screener = house.people[WAITING].user
    assert screener is not None
    words = {"name": "Evenings", "place": "Room 3", "day_2": "18:00 19:30", "public": "on"}
    return [words | {"programme": f"{PROGRAMME}/2", "screeners": screener.code}]


def _move(house: House, about: str) -> list[Form]:
    wall = (house.at + timedelta(days=200)).strftime("%Y-%m-%dT04:00")
    place = {"place": "Room 9", "video_link": "", "zone": "UTC", "wall": wall, "scope": "after"}
    return [place | {"do": "look"}, place | {"do": "move", "seen": "something older"}]


def _wording(house: House, about: str) -> list[Form]:
    lines = {f"line-{line.id}": line.text for line in starter()}
    return [lines | {"seen": "1", "new-1": _typed(house), f"take-{house.things['proposal'].code}": "on"}]


def _leave(house: House, _about: str) -> list[Form]:
    return [
        {"reason": "time", "telling": "my-own-words", "words": _typed(house), "worse": "yes", "wants_talk": "1"},
        {"telling": "everything", "words": _typed(house)},
    ]


def _rota(house: House, _about: str) -> list[Form]:
    person = house.people[FACILITATOR].user.code  # type: ignore[union-attr]
    day = house.at.date().isoformat()
    return [
        {"do": "week", "week-person": person, "week-weekdays": ["1"], "week-since": "09:00", "week-until": "17:00"},
        {"do": "day", "day-person": person, "day-on": day, "day-since": "09:00", "day-until": "17:00"},
        {"do": "away", "away-person": person, "away-first_on": day, "away-last_on": day},
    ]


FORMS: dict[str, Callable[[House, str], list[Form]]] = {
    "join": lambda h, _: [{"letters": h.things["open gathering"].short_code}],
    "join-code": lambda h, _: [{"letters": "AAAAAA"}],
    "invitation": lambda h, _: [{"name": _typed(h), "email": f"{_typed(h)}@example.org"}],
    "account_login": lambda h, _: [{"login": f"{_typed(h)}@example.org"}],
    "account_request_login_code": lambda h, _: [{"email": f"{_typed(h)}@example.org"}],
    "account_confirm_login_code": lambda h, _: [{"code": "000000"}],
    "account_signup": lambda h, _: [{"email": f"{_typed(h)}@example.org"}],
    "member:not-today": lambda h, _: [{}, {"back": "1"}],
    "member:my-practices": lambda h, _: [
        {"do": "put", "practice": "p22-soles-of-the-feet"},
        {"do": "up", "practice": _typed(h)},
        {"do": "away", "practice": "p22-soles-of-the-feet", "back": "practice"},
        {"do": "forget", "day": "2026-02-31"},
        {"do": "hide"},
        {"do": "show"},
    ],
    "member:instead": lambda h, _: [{"instead": ""}, {"instead": _typed(h)}, {}],
    "member:own-way": lambda h, _: [
        {"anchor": "feet", "voice": "text", "zones": ["chest"], "ways": ["eyes_open"], "back": "/practice/kept/"},
        {"as-written": "1"},
    ],
    "member:course": lambda h, _: [{"key": codes.new_code(), "measure": "wcc-6.balance", "text": _typed(h)}],
    "member:heart-new": lambda h, _: [
        {"key": codes.new_code(), "which": "other", "on": _typed(h), "part": "before"},
        {"key": codes.new_code(), "which": _typed(h), "part": _typed(h)},
    ],
    "member:heart-sitting": lambda h, _: [{"part": "after"}, {"part": _typed(h)}],
    "member:heart-erase": lambda h, _: [{"part": _typed(h)}],
    "member:after-home": lambda h, _: [{"key": codes.new_code(), "seconds": "60", "how": "1"}],
    "member:landing": lambda h, _: [
        {"how": "0", "contact": "0"},
        {"how": _typed(h)},
        {"much": "yes"},
        {"over": "day"},
        {"over": _typed(h)},
    ],
    "member:may-tell": lambda h, _: [{"tell": "yes", "back": _typed(h)}],
    "facilitator:slower-pace": lambda h, _: [{"leave": "yes", "why": _typed(h)}, {"take": "yes"}, {"end": "yes"}],
    "facilitator:slower-begin": lambda h, _: [{}],
    "facilitator:lighter": lambda h, _: [{"leave": "yes", "why": _typed(h)}, {"take": "yes", "part": [_typed(h)]}],
    "member:played": lambda h, _: [{"key": codes.new_code(), "seconds": "60", "played": "20"}],
    "member:journal-write": lambda h, _: [
        {"key": codes.new_code(), "feelings": _typed(h), "others": _typed(h), "before": "steady", "after": "harder"},
        {"key": codes.new_code(), "feelings": _typed(h), "drawing": _typed(h)},
    ],
    "member:journal-entry": lambda h, _: [{"key": codes.new_code(), "text": _typed(h)}],
    "member:journal-erase": lambda _h, _: [{}],
    "member:own-phrases": lambda h, _: [{"key": codes.new_code(), "text": _typed(h), "of": "0"}],
    "member:letter-new": lambda h, _: [{"key": codes.new_code(), "text": _typed(h), "when": "month"}],
    "member:letter-new-future": lambda h, _: [{"key": codes.new_code(), "text": _typed(h), "when": "month"}],
    "member:letter-new-hard-day": lambda h, _: [{"key": codes.new_code(), "text": _typed(h), "when": "needed"}],
    "member:letter-again": lambda h, _: [{"when": "week"}, {"when": _typed(h)}, {"when": "never"}],
    "member:letter-line": lambda h, _: [{"line": _typed(h)}],
    "member:conversation": lambda h, _: [
        {"key": codes.new_code(), "text": _typed(h)},
        {"key": codes.new_code(), "text": _typed(h), "phrase": "late", "ring": "1"},
    ],
    "member:draft": lambda h, _: [{"key": codes.new_code(), "feelings": _typed(h), "version": "0"}],
    "member:check": _sheet,
    "facilitator:in-room": lambda _h, _: [{"instrument": "wcc-6"}, {"instrument": "wcc-6", "occasion": "baseline"}],
    "member:check-keep": lambda h, a: [{"go": "later"} | form for form in _sheet(h, a)],
    "member:check-way": lambda _h, _: [{"one_by_one": "yes"}, {"one_by_one": "no"}],
    "facilitator:paper-enter": _sheet,
    "member:lobby": lambda h, _: [
        {"how": "overheard", "place": _typed(h)},
        {"how": "alone", "place": _typed(h), "number": _typed(h), "contact": "yes"},
    ],
    "facilitator:debrief": lambda h, _: [
        {"do": "saw", "key": codes.new_code(), "words": _typed(h)},
        {
            "do": "contact",
            "key": codes.new_code(),
            "words": _typed(h),
            "member": h.things["seat 1"].code,
            "owner": h.people[FACILITATOR].user.code,  # type: ignore[union-attr]
            "due_on": (h.at + timedelta(days=2)).date().isoformat(),
        },
        {"do": "done", "seen": "1"},
    ],
    "facilitator:feedback": lambda h, _: [
        {"do": "talked"},
        {"do": "talked", "with": h.things["seat 1"].code},
        {"do": "line", "key": codes.new_code(), "heard": _typed(h), "doing": _typed(h)},
        {"do": "not-talked"},
    ],
    "facilitator:stop-asking": lambda h, _: [{"instrument": "wcc-6"}, {"instrument": "wcc-6", "do": "again"}],
    "member:talked": lambda h, _: [{"answer": "yes"}, {"answer": "strange"}],
    "member:signal": lambda h, _: [
        {"kind": kind, "key": codes.new_code()} for kind in ("fine", "lot", "come", "step_out", "leave", "strange")
    ],
    "member:words-say": lambda h, _: [
        {"words": h.things["words"], "text": _typed(h)},
        {"words": h.things["words"], "what": "pass", "text": _typed(h)},
        {"words": "x", "text": _typed(h)},
    ],
    "member:share": lambda h, _: [
        {"words": _typed(h), "step": step, "do": do, "key": codes.new_code()}
        for step, do in (("", "look"), ("leaders", "look"), ("named", "go"), ("named", "change"))
    ],
    "member:share-one": lambda h, _: [
        {"step": "", "do": "look"},
        {"step": "leaders", "do": "look"},
        {"step": "unnamed", "do": "go"},
    ],
    "member:circle-sign": lambda h, _: [{"share": h.things["unnamed share of seat 3"].code, "sign": "with-you"}],
    "facilitator:shared-sign": lambda h, _: [{"share": h.things["share"].code, "sign": "heard", "on": "item"}],
    "facilitator:shared-first": lambda h, _: [
        {"do": "on"},
        {"do": "in", "share": h.things["share to read first"].code},
        {"do": "back", "share": h.things["share to read first"].code, "line": _typed(h)},
        {"do": "back", "share": "x", "line": _typed(h)},
    ],
    "member:words-back": lambda h, _: [{"words": h.things["words"]}],
    "facilitator:lead-words": lambda h, _: [
        {"do": "add", "words": h.things["words"], "text": _typed(h), "key": codes.new_code()},
        *(
            {"do": do, "words": "x", "word": "x"}
            for do in ("read", "show", "out", "in", "care", "end", "no such thing")
        ),
    ],
    "member:pairs-answer": lambda h, _: [{"pairs": "x", "said": said} for said in ("yes", "stay", "back", "join")],
    "member:pairs-apart": lambda h, _: [{"who": _place(h, 2)}, {}],
    "member:piece": lambda h, _: [{"round": "x", "what": what} for what in ("later", "done", "up", "down", "with")],
    "member:consent-sign": lambda h, _: [
        {"text": text_name(), "number": "1", "items": ["i-have-read", "i-join", "i-keep-private"], "name": _typed(h)}
    ],
    "member:consent-research": lambda h, _: [{"items": ["research"], "name": _typed(h)}, {"take-back": "1"}],
    "member:support-plan": lambda h, _: [
        {"do": "keep", "my-signs": _typed(h), "my-people": _typed(h)},
        {"do": "take-back"},
        {"do": "share"},
    ],
    "member:safety-plan": lambda h, _: [
        {"do": "keep", "signs": _typed(h), "people": _typed(h)},
        {"do": "take-back"},
        {"do": "share"},
    ],
    "member:safe-contact": lambda h, _: [{"way": _typed(h), "never": _typed(h)}],
    "facilitator:one-to-one": lambda h, _: [
        {"key": codes.new_code(), "held_on": "2026-01-19", "minutes": "20", "how": "here", "line": _typed(h)}
    ],
    "organisation:consent": lambda h, _: [dict.fromkeys(house_gaps(), "Words of the house.")],
    "member:agreement-answer": lambda h, _: [{"number": "1", "answer": word} for word in ("agree", "talk", "strange")],
    "member:agreement-propose": lambda h, _: [{"key": codes.new_code(), "line": "mind-the-time", "text": _typed(h)}],
    "facilitator:agreement-wording": _wording,
    "member:review": lambda h, _: [{"keep": _typed(h), "change": _typed(h), "need": _typed(h)}],
    "member:receives": lambda h, _: [{"wish": "no"}, {"wish": "yes"}],
    "member:kept-write": lambda h, _: [{"key": codes.new_code(), "text": _typed(h), "to": ""}],
    "member:coming": lambda h, _: [{"comes": "yes"}],
    "member:circle": lambda h, _: [{"answer": "no"}, {"answer": "yes"}],
    "facilitator:together-guess": lambda h, _: [{"do": "rather-not"}, {"guess-member_leader": "x"}],
    "facilitator:together-read": lambda h, _: [{}],
    "facilitator:together-choose": lambda h, _: [{"level": "member_member", "what": "more-pairs"}, {"level": "x"}],
    "facilitator:together-end": lambda h, _: [{"outcome": "x"}, {"outcome": "done"}],
    "member:each-other": lambda h, _: [{}, {"agreed": "yes"}],
    "organisation:together": lambda h, _: [{"group": h.things["group"].code, "do": "on"}],
    "facilitator:review": lambda h, _: [{"do": "gather"}, {"line-1": _typed(h)}],
    "facilitator:ending": lambda h, _: [
        {"do": "finish"},
        {"do": "date", "wall": "2027-03-02T17:00"},
        {"do": "line", "key": codes.new_code(), "to": _place(h, 1), "text": _typed(h)},
    ],
    "facilitator:closing-letter": lambda h, _: [{"do": "keep", "text": _typed(h)}, {"do": "give", "text": _typed(h)}],
    "facilitator:kept-decide": lambda h, _: [{"do": "give"}, {"do": "aside"}],
    "organisation:keeping": lambda h, _: [
        {"group_days": "30", "writing_days": "90", "draft_days": "90", "record_years": "8"}
    ],
    "organisation:hold": lambda h, _: [{"reason": _typed(h), "until": "2999-01-01"}],
    "organisation:circles": lambda h, _: [{"circle": codes.new_code()}],
    "facilitator:proposal-aside": lambda h, _: [{"reason": _typed(h)}],
    "facilitator:repairs": lambda h, _: [
        {"key": codes.new_code(), "line": "mind-the-time", "noticed_on": "2027-01-19", "note": _typed(h)}
    ],
    "facilitator:repair": lambda h, _: [
        {"do": "save", "note-view": _typed(h), "done-view": "2027-01-19"},
        {"do": "close", "outcome": "mended", "ending": _typed(h)},
    ],
    "facilitator:invite": lambda h, _: [{"name": _typed(h)}],
    "come": lambda h, _: [
        {
            "name": _typed(h),
            "age": "43",
            "slots": "any",
            "hopes": _typed(h),
            "safe": _typed(h),
            "key": codes.new_code(),
        },
        {"name": _typed(h), "age": "17", "hopes": _typed(h)},
    ],
    "facilitator:intake-new": _offer,
    "facilitator:intake-change": _offer,
    "facilitator:intake-move": lambda _h, _: [{"do": "close"}, {"do": "open"}],
    "facilitator:intake-apart": lambda h, _: [
        {"one": h.things["application"].code, "other": h.things["second application"].code, "why": _typed(h)},
        {"do": "end", "rule": h.things["rule"].code},
    ],
    "facilitator:form-groups": lambda h, _: [
        {"do": "move", "who": h.things["application"].code, "to": ""},
        {"do": "1", "fewest": "6", "order": "asked"},
    ],
    "facilitator:ask": lambda h, _: [{"instrument": "wcc-6"}],
    "facilitator:after": _after,
    "facilitator:own-check": lambda h, _: [{"how": "5", "pace": "3", "warmth": "6"}],
    "facilitator:supervision-new": _supervision,
    "facilitator:supervision": _supervision,
    "facilitator:lead-do": _lead_do,
    "facilitator:steadying": lambda h, _: [
        {"step": "stop"},
        {"step": "check", "steadiness": "3", "wish": "yes", "stays": "no"},
        {"step": "choose", "choice": "leave"},
        {"step": "line", "line": _typed(h)},
        {"step": "end", "panel": "strange"},
    ],
    "facilitator:roles": lambda h, _: [{"do": "swap", "seen": "x"}, {"do": "keep", "guide-4": "", "holder-4": ""}],
    "facilitator:stand-in": lambda h, _: [
        {
            "away": h.people[FACILITATOR].user.code,  # type: ignore[union-attr]
            "stand_in": h.people[WAITING].user.code,  # type: ignore[union-attr]
            "meetings": [h.things["planned gathering"].code],
        }
    ],
    "facilitator:hand-over": lambda h, _: [{"mood": _typed(h), "needs": _typed(h), "seen": ""}],
    "facilitator:papers": lambda h, _: [
        {"do": "keep", "kind": "supervision", "held_on": h.at.date().isoformat(), "words": _typed(h)}
    ],
    "organisation:rota": _rota,
    "organisation:team": lambda h, _: [{"do": "ask", "label": "First aid"}, {"do": "strict", "strict": "on"}],
    "organisation:colleague": lambda h, _: [
        {"do": "keep", "kind": "supervision", "held_on": h.at.date().isoformat(), "words": _typed(h)},
        {"do": "see", "paper": h.things["credential"].code},
    ],
    "organisation:colleague-end": lambda h, _: [
        {f"group-{h.things['group'].code}": h.people[WAITING].user.code}  # type: ignore[union-attr]
    ],
    "tablet-lend": lambda h, _: [{"member": _place(h, 1)}],
    "facilitator:entry-pass": lambda h, _: [{"member": _place(h, 3)}],
    "facilitator:absence": lambda h, _: [
        {"step": "send", "text": _typed(h)},
        {"step": "let-be"},
        {"step": "catch-up", "how": "alone", "held_on": h.at.date().isoformat(), "minutes": "12"},
        {"step": "take-away"},
    ],
    "facilitator:leaving-new": _leave,
    "facilitator:leaving": lambda _h, _: [{"step": "told"}, {"step": "undo"}],
    "member:stop": _leave,
    "facilitator:task": lambda h, _: [{"outcome": word, "note": _typed(h)} for word in ("done", "strange")],
    "facilitator:conversation": lambda h, _: [
        {"key": codes.new_code(), "step": "answer", "text": _typed(h)},
        {"key": codes.new_code(), "step": "settle", "reason": "spoken"},
    ],
    "facilitator:alert": lambda h, _: [
        {"step": "acting", "note": _typed(h)},
        {"step": "level", "level": "3"},
        {"step": "closed", "reason": "plan-agreed", "note": _typed(h)},
    ],
    "facilitator:alerts-review": lambda h, _: [{"line": _typed(h)}],
    "facilitator:protocol": lambda h, _: [{"always": "The quiet room", "2": "The clinician on duty", "seen": "0"}],
    "facilitator:unwanted": lambda h, _: [
        {"member": h.things["seat 1"].code, "category": "sleep", "severity": "2", "related": "no", "what": _typed(h)}
        | {"happened_on": h.at.date().isoformat()}
    ],
    "facilitator:unwanted-event": lambda _h, _: [
        {"severity": "4", "duration": "week", "impact": "2", "done": "talked"}
    ],
    "facilitator:unwanted-judge": lambda _h, _: [{"term": "unwanted-event", "related": "possible", "expected": "no"}],
    "facilitator:unwanted-stop": lambda h, _: [{"outcome": "change", "why": _typed(h)}],
    "organisation:invite": lambda h, _: [{"name": _typed(h), "role": "facilitator"}],
    "organisation:start-group": _start_group,
    "organisation:ready": lambda h, _: [{"group": h.things["group"].code}],
    "organisation:start-formed": _start_formed,
    "privacy:erase": lambda _h, _: [{"read": "yes"}],
    "organisation:person-holds": lambda h, _: [{"address": "a@b.example", "reason": _typed(h), "until": "2999-01-01"}],
    "organisation:person-hold": lambda _h, _: [{"do": "confirm"}, {"do": "end"}],
    "privacy:end": lambda _h, _: [{"do": "others"}, {"do": "was-me"}, {"do": "x"}],
    "privacy:covers": lambda _h, _: [{"minutes": "5"}],
    "mailing:wishes": lambda _h, _: [
        {"any_mail": "yes", "news": "on", "hour": "9", "quiet_from": "22:00", "quiet_until": "07:00"}
        | {"most_messages": "3", "zone": "UTC"}
    ],
    "mailing:pause": lambda h, _: [
        {"do": "until", "until": (h.at + timedelta(days=9)).date().isoformat()},
        {"do": "for-good"},
        {"do": "again"},
    ],
    "mailing:address": lambda _h, _: [{"address": "another@example.org"}],
    "mailing:address-code": lambda _h, _: [{"code": "000000"}],
    "facilitator:reminder": lambda h, _: [{"words": _typed(h), "seen": "", "do": do} for do in ("show", "draft")],
    "organisation:mail-rule": lambda _h, _: [
        {"reminders": ["day_before"], "usual_messages": "2", "most_nudges": "3"}
        | {"quiet_from": "21:00", "quiet_until": "08:00"}
    ],
    "calendar:words": lambda _h, _: [{"title": "busy", "says_where": "on"}],
    "calendar:link": lambda _h, _: [{"do": "make", "seen": "off"}, {"do": "off"}],
    "calendar:move": _move,
    "organisation:lines": lambda h, _: [
        {"name": "Line", "number": "111", "text_to": "", "hours": "always", "source": "its page"}
    ],
    "facilitator:talk-note": lambda h, _: [
        {"took_place": "yes", "how": "phone", "happened_at": "2026-01-05 10:00", "note": _typed(h)}
    ],
    "facilitator:applicant-place": lambda _h, _: [{"do": "give-up"}],
    "facilitator:decide": lambda h, _: [{"letter": _typed(h), "reason": _typed(h), "signature": WAITING}],
    "facilitator:talk-times": lambda h, _: [
        {
            "day": (h.at + timedelta(days=9)).date().isoformat(),
            "starts": "09:00",
            "until": "10:00",
            "minutes": "30",
            "how": "here",
            "where": "Room 2",
        }
    ],
    "organisation:checklist": lambda _h, _: [{"lines": "Has a lift home", "seen": "0"}],
    "application-form": lambda h, _: [{"hopes": _typed(h), "key": codes.new_code(), "version": "0", "do": "send"}],
    "application-draft": lambda h, _: [{"hopes": _typed(h), "key": codes.new_code(), "version": "0"}],
    "application-talk": lambda h, _: [{"time": h.things["free talk time"].code}, {"do": "free"}],
    "organisation:hours": lambda h, _: [
        {"what": "week", "days": ["1", "2"], "opens": "08:00", "closes": "18:00"},
        {"what": "close", "on": "2030-01-01"},
    ],
    # Never told to lead no more: whoever leads groups is handed over first.
    "organisation:staff-one": lambda _h, _: [{"do": "role", "role": "facilitator"}],
    "organisation:venue-new": lambda _h, _: [{"name": "Blue room", "step_free": "yes", "holds": "12"}],
    "organisation:venue": lambda _h, _: [{"name": "Room 1", "step_free": "yes"}, {"do": "end"}],
    "organisation:measure": lambda _h, _: [{"number": "UOW-1234"}],
    "organisation:look": lambda _h, _: [
        {"says_group": "class", "says_facilitator": "teacher", "says_member": "member", "says_meeting": "session"}
        | {"palette": "sea", "header_name": "Harbour House", "header_for": "inside"}
    ],
    "organisation:evidence-of": lambda _h, _: [{"ready": "yes", "between": ""}],
    "organisation:releases": lambda h, _: [
        {"programme": PROGRAMME, "study": "another", "purpose": _typed(h), "recipient": _typed(h), "days": "30"}
    ],
    "organisation:release": lambda _h, _: [{"do": "stop"}, {"do": "let-go"}],
    "application-draw": lambda _h, _: [{"do": "yes"}, {"do": "back"}],
    "facilitator:trial-draw": lambda _h, _: [{"do": "now"}],
    "organisation:trial": lambda _h, _: [{"do": "stop"}, {"do": "draw"}],
    "organisation:trial-new": lambda h, _: [{"title": "Another", "words": _typed(h), "way": "seats", "seats": "3"}],
    "organisation:wording-begin": lambda _h, _: [{"instrument": "gad-7", "language": "nl"}],
    "organisation:wording-typed": lambda h, _: [{"w-1": _in_words(h), "seen": "0", "do": "save"}],
    "organisation:wording-check": lambda _h, _: [
        {"m-1": "same", "m-2": "differs", "n-2": "a comma", "do": "save"},
        {"do": "yes"},
    ],
    "organisation:wording-accept": lambda h, _: [{"data": base64.b64encode(b"not a dictionary").decode()}],
}
