"""Who may do what with which thing, written by hand and apart from the access table: what `gate.can` must answer.

Each permission names things and, for each, everybody who may. Things it does not name are refused to everybody.
"nothing" is a thing that belongs to nobody.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kindcircle.base.access import SYSTEM, Actor, Facts
from kindcircle.base.access import Permission as P
from tests.house.matrix_expected import (
    EVERYBODY,
    LEADING,
    LEADS,
    MEMBERS,
    NOBODY,
    SIGNED_IN,
    STAFF_OF_THE_HOUSE,
    WEAK,
    WITHOUT_GROUP,
    Who,
    who,
)
from tests.house.matrix_house import (
    APPLICANT,
    FACILITATOR,
    FELLOW,
    FOREIGN_FACILITATOR,
    FOREIGN_LEAD,
    FOREIGN_SAFETY,
    FORMER_MEMBER,
    LEAD,
    LENT,
    MEMBER,
    NEIGHBOUR,
    OPERATOR,
    OTHER_FACILITATOR,
    SAFETY,
    TABLET,
    VISITING,
    WAITING,
    WEAK_FACILITATOR,
    House,
)

# Three who never come by a page, and must not get in by mixing what they have.
MACHINE = "the site itself"
ALL_ROLES_VISITING = "staff with every role, visiting by short code"
ALL_ROLES_WEAK = "staff with every role, without second factor"

EVERY = EVERYBODY | {MACHINE, ALL_ROLES_VISITING, ALL_ROLES_WEAK}
WHOLE = SIGNED_IN | {ALL_ROLES_WEAK}  # signed in to the whole site
ANY_LEADING = LEADING | {OTHER_FACILITATOR, FOREIGN_FACILITATOR}
ANY_SAFETY = who(SAFETY, FOREIGN_SAFETY)
# Staff with every role are also members of the group and of another one, for good measure.
ANY_MEMBER = MEMBERS | {ALL_ROLES_WEAK}
IN_GROUP = who(MEMBER, FELLOW, ALL_ROLES_WEAK)

THINGS = (
    "organisation", "another house", "group", "another group", "another house's group", "planned gathering",
    "open gathering", "closing gathering", "closed gathering", "sheet at home", "sheet of the open gathering",
    "sheet of the closing gathering", "sheet of the former member", "journal entry", "neighbour's journal entry",
    "arrived letter", "sealed letter", "letter for need", "play", "heart sitting",
    "raised alert", "closed alert", "adverse event", "help line", "venue",
    "account", "own way", "at hand", "supervision", "credential", "recording", "proposal", "shared plan", "repair",
    "intake", "application", "group task", "own task", "task of the house", "entrusted", "demo site", "new site",
    "nothing",
    "debrief line", "landing", "told landing", "slower pace", "alliance step",
)  # fmt: skip


def everywhere(may: Who) -> dict[str, Who]:
    return dict.fromkeys(THINGS, may)


def own(*things: str) -> dict[str, Who]:
    return dict.fromkeys(things, who(MEMBER))


def of_group(*things: str, may: Who = LEADING) -> dict[str, Who]:
    return dict.fromkeys(things, may)


GATHERINGS = ("planned gathering", "open gathering", "closing gathering", "closed gathering")
SHEETS = ("sheet at home", "sheet of the open gathering", "sheet of the closing gathering")
OF_GROUP = (
    "group",
    *GATHERINGS,
    *SHEETS,
    "sheet of the former member",
    "raised alert",
    "closed alert",
    "adverse event",
    "proposal",
    "shared plan",
    "repair",
    "group task",
    "debrief line",
    "landing",
    "told landing",
    "slower pace",
    "alliance step",
)
ELSEWHERE = {
    "another group": who(OTHER_FACILITATOR),
    "another house's group": who(FOREIGN_FACILITATOR),
}
OF_HOUSE = (
    "organisation", *OF_GROUP, "journal entry", "neighbour's journal entry", "arrived letter", "sealed letter",
    "letter for need", "play", "heart sitting", "help line", "venue", "account", "another group", "own way", "at hand",
    "supervision", "credential", "recording", "intake", "application", "own task", "task of the house", "entrusted",
)  # fmt: skip
LEADS_GROUP = of_group(*OF_GROUP) | ELSEWHERE
# An organisation's staff may ask about anything of their house by its facts; pages only ever fetch what they handle.
THEIRS = who("another house", "another house's group")


def staff(mine: Who, theirs: Who, both: Who) -> dict[str, Who]:
    """By organisation: `mine` in the house, `theirs` in the other one, `both` for what is in none."""
    in_none = dict.fromkeys(("demo site", "new site", "nothing"), both)
    return dict.fromkeys(OF_HOUSE, mine) | dict.fromkeys(THEIRS, theirs) | in_none


def with_staff(first: Mapping[str, Who], second: Mapping[str, Who]) -> dict[str, Who]:
    return {thing: first.get(thing, NOBODY) | second.get(thing, NOBODY) for thing in THINGS}


SAFETY_STAFF = staff(who(SAFETY), who(FOREIGN_SAFETY), ANY_SAFETY)
LEAD_STAFF = staff(who(LEAD), who(FOREIGN_LEAD), LEADS)
HOUSE_FACILITATORS = LEADING | WITHOUT_GROUP | {OTHER_FACILITATOR}
ANY_FACILITATOR = HOUSE_FACILITATORS | {FOREIGN_FACILITATOR}
ABOUT_THEM = ("proposal", "shared plan", "landing", "told landing", "slower pace")
WRITTEN = (
    "journal entry", "arrived letter", "sealed letter", "letter for need", "play", "heart sitting", "own way",
    "at hand", "account",
)  # fmt: skip
OWN_SHEETS = (
    own("sheet at home", "sheet of the closing gathering")
    | {"sheet of the open gathering": who(MEMBER, VISITING, LENT), "sheet of the former member": who(FORMER_MEMBER)}
)  # fmt: skip
OWN_THINGS = own(*WRITTEN, *SHEETS, *ABOUT_THEM) | {
    "neighbour's journal entry": who(NEIGHBOUR),
    "supervision": who(FACILITATOR, WEAK_FACILITATOR),
    "credential": who(FACILITATOR, WEAK_FACILITATOR),
    "debrief line": who(FACILITATOR, WEAK_FACILITATOR),
    "application": who(APPLICANT),
    "sheet of the former member": who(FORMER_MEMBER),
}
MEETING = dict.fromkeys((*OF_GROUP, *ELSEWHERE), IN_GROUP) | {
    "another group": who(NEIGHBOUR),
    "another house's group": who("another house's member"),
}

WORDS_READERS = with_staff(
    with_staff(everywhere(ANY_LEADING), SAFETY_STAFF),
    with_staff(LEAD_STAFF, staff(HOUSE_FACILITATORS, who(FOREIGN_FACILITATOR), ANY_FACILITATOR)),
)

NAMED = dict.fromkeys(("intake", "application"), who(WAITING)) | {
    "own task": who(OTHER_FACILITATOR),
    "entrusted": who(FACILITATOR),
    "adverse event": who(SAFETY),  # a serious one: whether the group goes on is theirs to decide
}

PERMITS: dict[P, Mapping[str, Who]] = {
    P.HELP_SEE: everywhere(EVERY),
    P.DOOR_USE: everywhere(EVERY),
    P.ACCOUNT_USE: everywhere(WHOLE),
    P.CALENDAR_USE: everywhere(WHOLE - {WEAK_FACILITATOR, ALL_ROLES_WEAK}),
    P.MAIL_CHOOSE: everywhere(WHOLE - {WEAK_FACILITATOR, ALL_ROLES_WEAK}),
    P.OWN_PRIVACY_SEE: everywhere(WHOLE - WEAK - {ALL_ROLES_WEAK}),
    P.ADDRESS_CHANGE: everywhere(WHOLE - WEAK - {ALL_ROLES_WEAK}),
    P.WORDS_SEE: WORDS_READERS,
    P.LIBRARY_READ: everywhere(WHOLE),
    P.IN_OWN_NAME: OWN_THINGS,
    P.TODAY_SEE: everywhere(ANY_MEMBER),
    P.ASSIGNMENT_ANSWER: OWN_THINGS | OWN_SHEETS,
    P.RESPONSE_READ_OWN: OWN_THINGS | OWN_SHEETS,
    P.PRACTICE_PLAY: everywhere(ANY_MEMBER),
    P.PLAY_RECORD: OWN_THINGS,
    P.OWN_WAY_USE: OWN_THINGS,
    P.AT_HAND_USE: OWN_THINGS,
    P.DRAFT_KEEP: everywhere(ANY_MEMBER),
    P.JOURNAL_WRITE: everywhere(ANY_MEMBER),
    P.JOURNAL_READ: OWN_THINGS,
    P.JOURNAL_ADD: {thing: may & ANY_MEMBER for thing, may in OWN_THINGS.items()},
    P.JOURNAL_ERASE: OWN_THINGS,
    P.LETTER_WRITE: everywhere(ANY_MEMBER),
    P.LETTER_OPEN: own("arrived letter"),
    P.LETTER_WITHDRAW: own("sealed letter", "letter for need"),
    P.LETTER_KNOW_OF: OWN_THINGS,
    P.LETTER_NEED: own("letter for need"),
    P.LETTER_MEET_AGAIN: own("arrived letter"),
    P.OWN_COURSE_SEE: everywhere(ANY_MEMBER),
    P.OWN_COURSE_OPEN: OWN_THINGS,
    P.RESONANCE_SEE: everywhere(WHOLE),
    P.RESONANCE_KEEP: everywhere(ANY_MEMBER),
    P.RESONANCE_OPEN: OWN_THINGS,
    P.CONVERSATION_SEE: OWN_THINGS,
    P.PLACE_LEAVE: OWN_THINGS,
    P.MESSAGE_WRITE: own(*SHEETS, *ABOUT_THEM),  # who left is not among them
    P.GATHERING_JOIN: {thing: may | LEADS_GROUP.get(thing, NOBODY) for thing, may in MEETING.items()}
    | {"open gathering": IN_GROUP | LEADING | {VISITING, LENT}}
    | {"sheet of the open gathering": IN_GROUP | LEADING | {VISITING, LENT}},
    P.GATHERING_NOTE_DOWN: {thing: may | LEADS_GROUP.get(thing, NOBODY) for thing, may in MEETING.items()},
    P.SIGNAL_SEND: {"open gathering": IN_GROUP | {VISITING, LENT}, "closing gathering": IN_GROUP},
    P.ROUND_TAKE_PART: {"open gathering": IN_GROUP | {VISITING, LENT}, "closing gathering": IN_GROUP},
    P.PAIRS_WISH: MEETING,
    P.GATHERING_LEAD: LEADS_GROUP,
    P.TABLET_USE: dict.fromkeys(("open gathering", "sheet of the open gathering"), who(TABLET)),
    P.LOBBY_USE: MEETING
    | {"open gathering": IN_GROUP | {VISITING, LENT}}
    | {"sheet of the open gathering": IN_GROUP | {VISITING, LENT}},
    P.WHEREABOUTS_OPEN: LEADS_GROUP,
    P.STEADYING_KEEP: LEADS_GROUP,
    P.LANDING_OWN: OWN_THINGS | OWN_SHEETS,
    P.LANDING_SEE: {"told landing": LEADING},
    P.LANDINGS_COUNT: everywhere(ANY_LEADING),
    P.SLOWER_DECIDE: LEADS_GROUP,
    P.DESK_SEE: with_staff(
        with_staff(everywhere(ANY_LEADING), SAFETY_STAFF),
        staff(HOUSE_FACILITATORS, who(FOREIGN_FACILITATOR), ANY_FACILITATOR),
    ),
    P.AGREEMENT_READ: {thing: may | LEADS_GROUP.get(thing, NOBODY) for thing, may in MEETING.items()},
    P.AGREEMENT_ANSWER: MEETING,
    P.PROPOSAL_TAKE_BACK: OWN_THINGS,
    P.AGREEMENT_KEEP: LEADS_GROUP,
    P.REVIEW_WRITE: MEETING,
    P.REVIEW_KEEP: LEADS_GROUP,
    P.FEEDBACK_HEAR: MEETING,
    P.ALLIANCE_KEEP: LEADS_GROUP,
    P.RATINGS_GIVE: MEETING,
    P.RATINGS_SWITCH: LEAD_STAFF,
    P.RATINGS_EXPORT: everywhere(who(MACHINE)),
    P.SHARE_MAKE: MEETING,
    P.SHARE_OWN: OWN_THINGS,
    P.SHARED_OWN_SEE: everywhere(WHOLE),
    P.CIRCLE_WORDS_READ: MEETING,
    P.SHARED_OPEN: LEADS_GROUP,
    P.SHARING_KEEP: LEADS_GROUP,
    P.ENDING_SEE: MEETING,
    P.ENDING_KEEP: LEADS_GROUP,
    P.KEPT_LINE_REMOVE: OWN_THINGS,
    P.OWN_WORDS_KEEP: everywhere(WHOLE - WEAK - {ALL_ROLES_WEAK}),
    P.CIRCLE_ANSWER: OWN_THINGS,
    P.CIRCLE_ADMIT: LEADS_GROUP,
    P.CIRCLE_INVITE: LEAD_STAFF,
    P.PERSON_HOLD_ASK: LEAD_STAFF,
    P.PERSON_HOLD_SEE: with_staff(LEAD_STAFF, SAFETY_STAFF),
    P.PERSON_HOLD_CONFIRM: with_staff(LEAD_STAFF, SAFETY_STAFF),
    P.KEEPING_SET: LEAD_STAFF,
    P.GROUP_SEE: LEADS_GROUP,
    P.MEMBER_INVITE: LEADS_GROUP,
    P.GATHERING_MOVE: with_staff(LEADS_GROUP, LEAD_STAFF),
    P.GATHERING_RECORD: LEADS_GROUP,
    P.DEBRIEF_TAKE_BACK: {"debrief line": who(FACILITATOR)},
    P.REMINDER_KEEP: LEADS_GROUP,
    P.NOTES_EXPORT: LEADS_GROUP,
    P.LEAVING_KEEP: LEADS_GROUP,
    P.OWN_CARE_SEE: with_staff(
        everywhere(ANY_LEADING), staff(HOUSE_FACILITATORS, who(FOREIGN_FACILITATOR), ANY_FACILITATOR)
    ),
    P.SUPERVISION_KEEP: dict.fromkeys(("supervision", "credential", "debrief line"), who(FACILITATOR)),
    P.ALERT_LIST: with_staff(
        with_staff(everywhere(ANY_LEADING), SAFETY_STAFF),
        staff(HOUSE_FACILITATORS, who(FOREIGN_FACILITATOR), ANY_FACILITATOR),
    ),
    P.ALERT_HANDLE: with_staff(with_staff(LEADS_GROUP, NAMED), SAFETY_STAFF),
    P.ALERTS_REVIEW: SAFETY_STAFF,
    P.PROTOCOL_KEEP: SAFETY_STAFF,
    P.REPORT_SEE: LEADS_GROUP,
    P.MEASURE_ASSIGN: with_staff(LEADS_GROUP, everywhere(who(MACHINE))),
    P.MEASURE_STOP: with_staff(LEADS_GROUP, LEAD_STAFF),
    P.PAPER_ENTER: LEADS_GROUP,
    P.CONVERSATION_LIST: everywhere(ANY_LEADING),
    P.CONVERSATION_ANSWER: LEADS_GROUP,
    P.FEEDBACK_READ: LEADS_GROUP,
    P.ADVERSE_EVENT_RECORD: with_staff(LEADS_GROUP, SAFETY_STAFF),
    P.ADVERSE_EVENT_REVIEW: with_staff(NAMED, SAFETY_STAFF),
    P.ADVERSE_EVENTS_EXPORT: SAFETY_STAFF,
    P.PROGRAMME_REPORT_SEE: LEAD_STAFF,
    P.RESEARCH_RELEASE: with_staff(LEAD_STAFF, SAFETY_STAFF),
    P.TRIAL_KEEP: with_staff(LEAD_STAFF, SAFETY_STAFF),
    P.RECORDING_KEEP: staff(LEADING | {OTHER_FACILITATOR}, who(FOREIGN_FACILITATOR), ANY_LEADING),
    P.ROLES_PLAN: with_staff(LEADS_GROUP, LEAD_STAFF),
    P.CREDENTIAL_KEEP: with_staff(
        LEAD_STAFF, dict.fromkeys(("supervision", "credential", "debrief line"), who(FACILITATOR))
    ),
    P.TEAM_KEEP: LEAD_STAFF,
    P.ROTA_SEE: with_staff(
        with_staff(LEAD_STAFF, SAFETY_STAFF), staff(HOUSE_FACILITATORS, who(FOREIGN_FACILITATOR), ANY_FACILITATOR)
    ),
    P.ROTA_KEEP: LEAD_STAFF,
    P.TASK_LIST: WORDS_READERS,
    P.TASK_DO: with_staff(LEADS_GROUP, NAMED) | {"task of the house": who(LEAD)},
    P.INTAKE_SEE_PUBLIC: {"intake": EVERY},
    P.INTAKE_LIST: with_staff(
        with_staff(everywhere(ANY_LEADING), LEAD_STAFF),
        staff(HOUSE_FACILITATORS, who(FOREIGN_FACILITATOR), ANY_FACILITATOR),
    ),
    P.INTAKE_START: LEAD_STAFF,
    P.INTAKE_KEEP: LEAD_STAFF
    | {thing: who(LEAD, WAITING) for thing in ("intake", "application")}
    | {"own task": who(LEAD, OTHER_FACILITATOR), "entrusted": who(LEAD, FACILITATOR)}
    | {"adverse event": who(LEAD, SAFETY)},
    P.APPLICATION_READ: NAMED,
    P.APPLICATION_DECIDE: NAMED,
    P.GROUP_FORM: NAMED,
    P.CHECKLIST_KEEP: LEAD_STAFF,
    P.TALK_NOTE_DOWN: OWN_THINGS | NAMED | {"application": who(APPLICANT, WAITING)},
    P.APPLICATION_OWN: OWN_THINGS,
    P.CONSENT_OWN: OWN_THINGS,
    P.PREPARATION_OWN: OWN_THINGS,
    P.PREPARATION_SEE: LEADS_GROUP,
    P.SUPPORT_PLAN_OPEN: {"shared plan": LEADING},
    P.SAFETY_PLAN_OPEN: {"shared plan": LEADING | {SAFETY}},
    P.SAFE_CONTACT_OPEN: LEADS_GROUP,
    P.OWN_KEY_TURN_ON: everywhere(ANY_MEMBER),
    P.OWN_KEY_KEEP: everywhere(WHOLE),
    P.OWN_WRITING_SEE: everywhere(WHOLE),
    P.ORGANISATION_SEE: staff(who(LEAD, OPERATOR), who(FOREIGN_LEAD), LEADS | {OPERATOR}),
    P.STAFF_INVITE: LEAD_STAFF,
    P.GROUP_START: LEAD_STAFF,
    P.MEASURE_RESCORE: everywhere(who(MACHINE)),
    P.WORDING_IMPORT: with_staff(LEAD_STAFF, everywhere(who(MACHINE))),
    P.WORDING_CHECK: staff(
        STAFF_OF_THE_HOUSE,
        who(FOREIGN_LEAD, FOREIGN_SAFETY, FOREIGN_FACILITATOR),
        STAFF_OF_THE_HOUSE | {FOREIGN_LEAD, FOREIGN_SAFETY, FOREIGN_FACILITATOR},
    ),
    P.HELPLINE_KEEP: LEAD_STAFF,
    P.HELPLINE_CHECK: staff(
        STAFF_OF_THE_HOUSE,
        who(FOREIGN_LEAD, FOREIGN_SAFETY, FOREIGN_FACILITATOR),
        STAFF_OF_THE_HOUSE | {FOREIGN_LEAD, FOREIGN_SAFETY, FOREIGN_FACILITATOR},
    ),
    P.STAFFED_HOURS_KEEP: LEAD_STAFF,
    P.MAIL_RULE_KEEP: LEAD_STAFF,
    P.CONSENT_FACTS_KEEP: LEAD_STAFF,
    P.HOUSE_FIGURES_SEE: LEAD_STAFF,
    P.LOOK_KEEP: LEAD_STAFF,
    P.PLACE_KEEP: LEAD_STAFF,
    P.STAFF_SEE: LEAD_STAFF,
    P.STAFF_END: LEAD_STAFF,
    P.SUPERVISION_HOURS_SEE: LEAD_STAFF,
    P.SITE_SET_UP: {"new site": EVERY},
    P.DEMO_ENTER: {"demo site": EVERY},
    P.GALLERY_SEE: {"demo site": EVERY},
}


def actors(house: House) -> dict[str, Actor]:
    """Everybody who may be asking, by name."""
    found = {name: one.actor() for name, one in house.people.items()}
    home, group = house.things["organisation"].pk, house.things["group"].pk
    roles = frozenset({"facilitator", "safety-lead", "organisation-lead", "operator"})
    everything = replace(
        found[FACILITATOR],
        user_id=-1,
        code="x",
        organisation_id=home,
        roles=roles,
        member_of=frozenset({group}),
        facilitates=frozenset({group}),
    )
    # Visiting another meeting than the one that is asked about: no role of theirs may shine through.
    found[ALL_ROLES_VISITING] = replace(everything, only_gathering=house.things["closed gathering"].pk + 10_000)
    found[ALL_ROLES_WEAK] = replace(everything, strong=False)
    found[MACHINE] = SYSTEM
    return found


def facts(house: House) -> dict[str, Facts]:
    """What can be asked about, by name."""
    # Entrusted also to somebody of another house, and to the two who mix what they have: none of them may.
    named = {house.people[name].user.pk for name in (FACILITATOR, FOREIGN_FACILITATOR)} | {-1}  # type: ignore[union-attr]
    special: dict[str, Any] = {
        "entrusted": Facts(organisation_id=house.things["organisation"].pk, named=frozenset(named)),
        "account": house.things["seat 1"],
        "demo site": Facts(states=frozenset({"demo"})),
        "new site": Facts(states=frozenset({"new site"})),
        "nothing": Facts(),
    }
    things = {name: special.get(name) or house.things[name] for name in THINGS}
    return {name: thing if isinstance(thing, Facts) else thing.access_facts() for name, thing in things.items()}
