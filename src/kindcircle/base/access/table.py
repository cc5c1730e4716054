"""Who may do what, on one page. What is not written here is not allowed.

Each permission names the rules of which at least one must hold. `docs/reference/access.md` is made from this
table and a test compares the two.
"""

from kindcircle.base.access.permissions import Permission as P
from kindcircle.base.access.predicates import (
    Predicate,
    anybody,
    facilitator,
    facilitator_somewhere,
    fully_signed_in,
    group_member,
    in_state,
    leads_in_the_house,
    member_somewhere,
    named_for_it,
    operator,
    organisation_lead,
    owner,
    safety_lead,
    shared_tablet,
    signed_in,
    surely_signed_in,
    system,
    visiting_member,
    visiting_owner,
    waiting_facilitator,
)

arrived = in_state("arrived")
sealed = in_state("sealed")
for_need = in_state("for need")
open_ = in_state("open")
demo = in_state("demo")
new_site = in_state("new site")
of_the_house = in_state("of the house")
public = in_state("public")
shared = in_state("shared")
told = in_state("told")

ALLOW: dict[P, list[Predicate]] = {
    P.HELP_SEE: [anybody],
    P.DOOR_USE: [anybody],
    P.ACCOUNT_USE: [signed_in],
    P.IN_OWN_NAME: [owner],
    # For everybody who signs in, whoever left and whoever only asked to come too: it is about nobody but them.
    P.OWN_PRIVACY_SEE: [surely_signed_in],
    P.CALENDAR_USE: [fully_signed_in],
    P.MAIL_CHOOSE: [fully_signed_in],
    P.ADDRESS_CHANGE: [surely_signed_in],
    # The words hold nothing about anybody.
    P.WORDS_SEE: [facilitator_somewhere, waiting_facilitator, safety_lead, organisation_lead],
    P.LIBRARY_READ: [signed_in],
    # A member's own side: nobody else, staff included.
    P.TODAY_SEE: [member_somewhere],
    P.ASSIGNMENT_ANSWER: [owner, visiting_owner],
    P.RESPONSE_READ_OWN: [owner, visiting_owner],
    P.PRACTICE_PLAY: [member_somewhere],
    P.PLAY_RECORD: [owner],
    P.OWN_WAY_USE: [owner],
    P.AT_HAND_USE: [owner],
    P.DRAFT_KEEP: [member_somewhere],
    P.JOURNAL_WRITE: [member_somewhere],
    P.JOURNAL_READ: [owner],
    # Who left writes no more here. What they wrote stays theirs to read, and to erase.
    P.JOURNAL_ADD: [owner & member_somewhere],
    P.JOURNAL_ERASE: [owner],
    P.LETTER_WRITE: [member_somewhere],
    P.LETTER_OPEN: [owner & arrived],
    P.LETTER_WITHDRAW: [owner & sealed],
    P.LETTER_KNOW_OF: [owner],
    P.LETTER_NEED: [owner & for_need],
    P.LETTER_MEET_AGAIN: [owner & arrived],
    # How one's own answers went over time. Those who lead see the lines of a group without names, on its report.
    P.OWN_COURSE_SEE: [member_somewhere],
    P.OWN_COURSE_OPEN: [owner],
    # What one's own heart did is nobody else's. Who left keeps the way to it, and to its end.
    P.RESONANCE_SEE: [signed_in],
    P.RESONANCE_KEEP: [member_somewhere],
    P.RESONANCE_OPEN: [owner],
    # Who left may still read what was said, and write no more.
    P.CONVERSATION_SEE: [owner],
    P.MESSAGE_WRITE: [owner & group_member],
    # The live gathering.
    P.GATHERING_JOIN: [group_member, visiting_member, facilitator],
    P.GATHERING_NOTE_DOWN: [group_member, facilitator],
    P.TABLET_USE: [shared_tablet],
    P.SIGNAL_SEND: [group_member & open_, visiting_member & open_],
    P.ROUND_TAKE_PART: [group_member & open_, visiting_member & open_],
    # A device lent for one meeting opens nothing that is theirs: this list neither.
    P.PAIRS_WISH: [group_member],
    P.GATHERING_LEAD: [facilitator],
    P.STEADYING_KEEP: [facilitator],
    # After a practice. Those who lead see what a member agreed to tell, and counts; nobody sees the rest.
    P.LANDING_OWN: [owner, visiting_owner],
    P.LANDING_SEE: [facilitator & told],
    P.LANDINGS_COUNT: [facilitator_somewhere],
    P.SLOWER_DECIDE: [facilitator],
    P.LOBBY_USE: [group_member, visiting_member],
    P.WHEREABOUTS_OPEN: [facilitator],
    # What a group agreed on: members and those who lead read it; what each of them said to it only the latter.
    P.AGREEMENT_READ: [group_member, facilitator],
    P.AGREEMENT_ANSWER: [group_member],
    P.PROPOSAL_TAKE_BACK: [owner],
    P.AGREEMENT_KEEP: [facilitator],
    # The middle and the end. What a member wrote for the review is nobody's to read until it has no name any more.
    P.REVIEW_WRITE: [group_member],
    P.REVIEW_KEEP: [facilitator],
    P.FEEDBACK_HEAR: [group_member],
    P.ALLIANCE_KEEP: [facilitator],
    # Sealed ratings for research: nobody of the house reads one.
    P.RATINGS_GIVE: [group_member],
    P.RATINGS_SWITCH: [organisation_lead],
    P.RATINGS_EXPORT: [system],
    # Sharing one step at a time. Whether a certain reader sees it at this moment is looked at where it is opened.
    P.SHARE_MAKE: [group_member],
    P.SHARE_OWN: [owner],
    P.SHARED_OWN_SEE: [signed_in],
    P.CIRCLE_WORDS_READ: [group_member],
    P.SHARED_OPEN: [facilitator],
    P.SHARING_KEEP: [facilitator],
    P.ENDING_SEE: [group_member],
    P.ENDING_KEEP: [facilitator],
    P.KEPT_LINE_REMOVE: [owner],
    P.OWN_WORDS_KEEP: [surely_signed_in],
    P.CIRCLE_ANSWER: [owner],
    P.CIRCLE_ADMIT: [facilitator],
    P.CIRCLE_INVITE: [organisation_lead],
    P.KEEPING_SET: [organisation_lead],
    # Two people for each; that they are two is looked at where it is confirmed.
    P.PERSON_HOLD_ASK: [organisation_lead],
    P.PERSON_HOLD_SEE: [organisation_lead, safety_lead],
    P.PERSON_HOLD_CONFIRM: [organisation_lead, safety_lead],
    # Leaving before the end. Who has left may still read what they asked for.
    P.PLACE_LEAVE: [owner],
    # The facilitator's side: own groups only.
    P.DESK_SEE: [facilitator_somewhere, safety_lead, waiting_facilitator],
    P.GROUP_SEE: [facilitator],
    P.MEMBER_INVITE: [facilitator],
    P.GATHERING_MOVE: [facilitator, organisation_lead],
    P.GATHERING_RECORD: [facilitator],
    P.DEBRIEF_TAKE_BACK: [owner & facilitator],
    P.REMINDER_KEEP: [facilitator],
    P.NOTES_EXPORT: [facilitator],
    P.LEAVING_KEEP: [facilitator],
    # Care for those who lead: each sees their own, also between two groups.
    P.OWN_CARE_SEE: [facilitator_somewhere, waiting_facilitator],
    P.SUPERVISION_KEEP: [owner & waiting_facilitator],
    P.ALERT_LIST: [facilitator_somewhere, safety_lead, waiting_facilitator],
    P.ALERT_HANDLE: [facilitator, named_for_it, safety_lead],
    P.ALERTS_REVIEW: [safety_lead],
    P.PROTOCOL_KEEP: [safety_lead],
    P.REPORT_SEE: [facilitator],
    P.MEASURE_RESCORE: [system],
    P.MEASURE_ASSIGN: [facilitator, system],
    P.MEASURE_STOP: [facilitator, organisation_lead],
    P.PAPER_ENTER: [facilitator],
    P.CONVERSATION_LIST: [facilitator_somewhere],
    P.CONVERSATION_ANSWER: [facilitator],
    P.FEEDBACK_READ: [facilitator],
    P.ADVERSE_EVENT_RECORD: [facilitator, safety_lead],
    # Named is whoever has to decide about it where the house has no safety lead.
    P.ADVERSE_EVENT_REVIEW: [safety_lead, named_for_it],
    P.ADVERSE_EVENTS_EXPORT: [safety_lead],
    # Those who lead: who does what and who steps in; each keeps their own papers, the house sees to all.
    P.ROLES_PLAN: [facilitator, organisation_lead],
    P.CREDENTIAL_KEEP: [owner & waiting_facilitator, organisation_lead],
    P.TEAM_KEEP: [organisation_lead],
    P.ROTA_SEE: [waiting_facilitator, safety_lead, organisation_lead],
    P.ROTA_KEEP: [organisation_lead],
    # What waits for a person: for those who lead the group, for whoever it is given to, else for the house.
    P.TASK_LIST: [facilitator_somewhere, waiting_facilitator, safety_lead, organisation_lead],
    P.TASK_DO: [facilitator, named_for_it, organisation_lead & of_the_house],
    # Asking to come. Who talks with people is named for each intake; nobody else reads what they wrote.
    P.INTAKE_SEE_PUBLIC: [public],
    P.INTAKE_LIST: [facilitator_somewhere, waiting_facilitator, organisation_lead],
    P.INTAKE_START: [organisation_lead],
    P.INTAKE_KEEP: [named_for_it, organisation_lead],
    P.APPLICATION_READ: [named_for_it],
    P.APPLICATION_DECIDE: [named_for_it],
    P.GROUP_FORM: [named_for_it],
    P.CHECKLIST_KEEP: [organisation_lead],
    P.TALK_NOTE_DOWN: [owner, named_for_it],
    P.APPLICATION_OWN: [owner],
    P.CONSENT_OWN: [owner],
    # Getting ready: a plan is its writer's alone until they share it; how to reach somebody safely is for who leads.
    P.PREPARATION_OWN: [owner],
    P.PREPARATION_SEE: [facilitator],
    P.SUPPORT_PLAN_OPEN: [facilitator & shared],
    P.SAFETY_PLAN_OPEN: [facilitator & shared, safety_lead & shared],
    P.SAFE_CONTACT_OPEN: [facilitator],
    # Who left keeps the way to their own words.
    # Who left keeps the way to what their own key locks, and to its end.
    P.OWN_KEY_TURN_ON: [member_somewhere],
    P.OWN_KEY_KEEP: [signed_in],
    P.OWN_WRITING_SEE: [signed_in],
    # One voice for all groups of the house.
    P.RECORDING_KEEP: [leads_in_the_house],
    # The organisation's side: settings and staff, never what members wrote or answered.
    P.ORGANISATION_SEE: [organisation_lead, operator],
    P.STAFF_INVITE: [organisation_lead],
    P.GROUP_START: [organisation_lead],
    P.WORDING_IMPORT: [organisation_lead, system],
    # Any of the staff may be the second person, but whoever typed it.
    P.WORDING_CHECK: [organisation_lead, safety_lead, waiting_facilitator],
    P.HELPLINE_KEEP: [organisation_lead],
    # Any of the staff may be the second person who dials a number.
    P.HELPLINE_CHECK: [organisation_lead, safety_lead, waiting_facilitator],
    P.STAFFED_HOURS_KEEP: [organisation_lead],
    P.CONSENT_FACTS_KEEP: [organisation_lead],
    P.MAIL_RULE_KEEP: [organisation_lead],
    P.HOUSE_FIGURES_SEE: [organisation_lead],
    # Groups that ended, side by side. A researcher has no account: whoever leads the house hands on the file.
    P.PROGRAMME_REPORT_SEE: [organisation_lead],
    # Whoever asks never decides; that is looked at where it is decided.
    P.RESEARCH_RELEASE: [organisation_lead, safety_lead],
    P.TRIAL_KEEP: [organisation_lead, safety_lead],
    P.LOOK_KEEP: [organisation_lead],
    P.PLACE_KEEP: [organisation_lead],
    P.STAFF_SEE: [organisation_lead],
    P.STAFF_END: [organisation_lead],
    P.SUPERVISION_HOURS_SEE: [organisation_lead],
    # Running the machine.
    P.SITE_SET_UP: [new_site],
    P.DEMO_ENTER: [demo],
    P.GALLERY_SEE: [demo],
}
