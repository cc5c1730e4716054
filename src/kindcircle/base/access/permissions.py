"""Every thing that a person or a machine may be allowed to do. Each needs a row in `table.ALLOW`."""

from enum import StrEnum


class Permission(StrEnum):
    # Open to everybody, signed in or not.
    HELP_SEE = "help.see"
    DOOR_USE = "door.use"  # sign-in pages, invitations, typed codes: each guards itself with a secret

    # One's own account.
    ACCOUNT_USE = "account.use"
    IN_OWN_NAME = "own-name.act"  # writing something that will belong to this very person

    OWN_PRIVACY_SEE = "own-privacy.see"  # who looked at what of one's own, where one is signed in, what one can do

    MAIL_CHOOSE = "mail.choose"  # what one would like to hear, and when
    ADDRESS_CHANGE = "address.change"  # one's own, which is also the way in

    CALENDAR_USE = "calendar.use"  # one's own dates, and the link that brings them to one's own calendar

    # The words: what groups do, and what there is to read.
    WORDS_SEE = "words.see"  # programmes and practices whole, as those who lead them need them
    LIBRARY_READ = "library.read"

    # A member's own side.
    TODAY_SEE = "today.see"
    ASSIGNMENT_ANSWER = "assignment.answer"
    RESPONSE_READ_OWN = "response.read-own"
    PRACTICE_PLAY = "practice.play"
    PLAY_RECORD = "play.record"
    OWN_WAY_USE = "own-way.use"  # how somebody likes to practise
    AT_HAND_USE = "at-hand.use"  # which practices help, what is done instead this week, hard days noted for oneself
    DRAFT_KEEP = "draft.keep"
    JOURNAL_WRITE = "journal.write"
    JOURNAL_READ = "journal.read"
    JOURNAL_ADD = "journal.add"  # lines under an entry, on a later day
    JOURNAL_ERASE = "journal.erase"
    LETTER_WRITE = "letter.write"
    LETTER_OPEN = "letter.open"
    LETTER_WITHDRAW = "letter.withdraw"
    LETTER_KNOW_OF = "letter.know_of"  # that it is there and when it comes, no word of it
    LETTER_NEED = "letter.need"
    LETTER_MEET_AGAIN = "letter.meet_again"  # when it is brought back, and the line that is marked
    OWN_COURSE_SEE = "own-course.see"  # how one's own answers went over time
    OWN_COURSE_OPEN = "own-course.open"  # the same, of one group
    RESONANCE_SEE = "resonance.see"  # whether heart recordings are on, and turning them off
    RESONANCE_KEEP = "resonance.keep"  # turn them on, and keep one
    RESONANCE_OPEN = "resonance.open"  # look at one's own, and erase it
    CONVERSATION_SEE = "conversation.see"  # what this person and those who lead wrote to each other
    MESSAGE_WRITE = "message.write"

    # The live gathering.
    GATHERING_JOIN = "gathering.join"
    GATHERING_NOTE_DOWN = "gathering.note-down"  # take its date into one's own calendar
    TABLET_USE = "tablet.use"
    SIGNAL_SEND = "signal.send"
    ROUND_TAKE_PART = "round.take-part"
    PAIRS_WISH = "pairs.wish"  # with whom one would rather not be in a pair
    GATHERING_LEAD = "gathering.lead"
    STEADYING_KEEP = "steadying.keep"  # look after one person for whom it became too much
    LOBBY_USE = "lobby.use"  # say where one is before a meeting by screen
    WHEREABOUTS_OPEN = "whereabouts.open"  # where one person is today, and the number to call back

    # What a group agreed on.
    AGREEMENT_READ = "agreement.read"
    AGREEMENT_ANSWER = "agreement.answer"  # say yes or not yet, and propose a line
    PROPOSAL_TAKE_BACK = "proposal.take-back"
    AGREEMENT_KEEP = "agreement.keep"  # proposals, answers, the next version, and mending

    # The middle and the end of a group.
    REVIEW_WRITE = "review.write"
    REVIEW_KEEP = "review.keep"  # bring the words together once, and say what changes
    ALLIANCE_KEEP = "alliance.keep"  # guess, see in words how the group is together, and do something about it
    RATINGS_GIVE = "ratings.give"  # say how one is towards the others, for research
    RATINGS_SWITCH = "ratings.switch"
    RATINGS_EXPORT = "ratings.export"
    ENDING_SEE = "ending.see"  # one's own closing page
    ENDING_KEEP = "ending.keep"  # letters, words to hand on, finishing, the meeting months later
    SHARE_MAKE = "share.make"  # let others read a copy of one's own words
    SHARE_OWN = "share.own"  # one's own copy: change who reads it, and take it back
    SHARED_OWN_SEE = "shared.own-see"  # the list of what one shares
    CIRCLE_WORDS_READ = "circle-words.read"  # what members let the whole group read
    SHARED_OPEN = "shared.open"  # what members share, read by those who lead; noted for its writer
    SHARING_KEEP = "sharing.keep"  # whether those who lead read words before the group does, and letting them in
    KEPT_LINE_REMOVE = "kept-line.remove"
    OWN_WORDS_KEEP = "own-words.keep"  # what to keep, take along or erase
    CIRCLE_ANSWER = "circle.answer"
    CIRCLE_ADMIT = "circle.admit"
    CIRCLE_INVITE = "circle.invite"
    PERSON_HOLD_ASK = "person-hold.ask"  # that nothing of one person goes for a while
    PERSON_HOLD_SEE = "person-hold.see"
    PERSON_HOLD_CONFIRM = "person-hold.confirm"  # never whoever asked; and lifting it
    KEEPING_SET = "keeping.set"  # how long the house keeps what, and holding a group's words back

    FEEDBACK_HEAR = "feedback.hear"  # what came of what members told, and saying whether it was talked about
    PLACE_LEAVE = "place.leave"  # one's own, before the end; afterwards to see what was said

    # The facilitator's side.
    DESK_SEE = "desk.see"
    GROUP_SEE = "group.see"
    MEMBER_INVITE = "member.invite"
    GATHERING_MOVE = "gathering.move"  # see the dates of a group and change those to come
    GATHERING_RECORD = "gathering.record"
    DEBRIEF_TAKE_BACK = "debrief.take-back"  # one's own line
    REMINDER_KEEP = "reminder.keep"  # the words before a meeting, and whom no mail reaches
    NOTES_EXPORT = "notes.export"  # one person's notes alone, to read and on paper
    LEAVING_KEEP = "leaving.keep"  # who left and why, what the group may hear, and the way back
    OWN_CARE_SEE = "own-care.see"
    SUPERVISION_KEEP = "supervision.keep"  # one's own log
    ALERT_LIST = "alert.list"
    ALERT_HANDLE = "alert.handle"
    ALERTS_REVIEW = "alerts.review"  # looking back on what was closed in the whole house
    PROTOCOL_KEEP = "protocol.keep"  # what the house does at each level of an alert
    REPORT_SEE = "report.see"
    MEASURE_RESCORE = "measure.rescore"  # score answers anew after a rule was corrected
    MEASURE_ASSIGN = "measure.assign"
    PAPER_ENTER = "paper.enter"  # typing in what a member wrote on a paper sheet
    CONVERSATION_LIST = "conversation.list"
    CONVERSATION_ANSWER = "conversation.answer"
    MEASURE_STOP = "measure.stop"  # no longer asking a group for what nobody looks at
    FEEDBACK_READ = "feedback.read"  # what members wrote to their facilitators on our own sheets
    ADVERSE_EVENT_RECORD = "adverse-event.record"
    ADVERSE_EVENT_REVIEW = "adverse-event.review"  # judge it, and decide whether the group goes on
    PROGRAMME_REPORT_SEE = "programme-report.see"  # ended groups of a programme side by side: sums and means alone
    RESEARCH_RELEASE = "research.release"  # ask for coded rows, let them go, take them: two people for each
    TRIAL_KEEP = "trial.keep"  # set up a draw over an offer, lock it, draw, read what came of it
    ADVERSE_EVENTS_EXPORT = "adverse-events.export"  # of the whole house, coded, for those who watch over safety
    LANDING_OWN = "landing.own"  # say how a practice was, and read what one said
    LANDING_SEE = "landing.see"  # what a member agreed to tell those who lead
    LANDINGS_COUNT = "landings.count"  # how practices land in one's own groups: counts alone
    SLOWER_DECIDE = "slower.decide"  # whether somebody goes more slowly for a while
    RECORDING_KEEP = "recording.keep"  # practices in the house's own voice

    # Those who lead.
    ROLES_PLAN = "roles.plan"  # who is guide and holder, and who steps in
    CREDENTIAL_KEEP = "credential.keep"  # what somebody brings, and until when it holds
    TEAM_KEEP = "team.keep"  # the house's own list, what was seen, and ending a place
    ROTA_SEE = "rota.see"
    ROTA_KEEP = "rota.keep"

    TASK_LIST = "task.list"
    TASK_DO = "task.do"

    # Asking to come.
    INTAKE_SEE_PUBLIC = "intake.see-public"  # read what is offered, and ask to come
    INTAKE_LIST = "intake.list"  # the list of them; each opens only to those it is entrusted to
    INTAKE_START = "intake.start"
    INTAKE_KEEP = "intake.keep"  # its page, its times, its list
    APPLICATION_READ = "application.read"
    APPLICATION_DECIDE = "application.decide"  # talk, decide, write back, keep a place
    GROUP_FORM = "group.form"  # propose groups from an intake, start them, and keep people apart
    CHECKLIST_KEEP = "checklist.keep"  # what the house goes through in the talk
    TALK_NOTE_DOWN = "talk.note-down"  # take the time of a talk into one's own calendar
    APPLICATION_OWN = "application.own"  # one's own: how it stands, times to talk, the answer, taking it back
    CONSENT_OWN = "consent.own"  # read, give and withdraw

    # Getting ready.
    PREPARATION_OWN = "preparation.own"  # one's own plan, safe ways to be reached, what was looked at
    PREPARATION_SEE = "preparation.see"  # whose plan may be seen, and who had a talk of their own
    SUPPORT_PLAN_OPEN = "support-plan.open"
    SAFETY_PLAN_OPEN = "safety-plan.open"
    SAFE_CONTACT_OPEN = "safe-contact.open"
    OWN_KEY_TURN_ON = "own-key.turn-on"  # journal and letters locked in the browser
    OWN_KEY_KEEP = "own-key.keep"  # the page about it, other ways to lock it, what it locked, and the way back
    OWN_WRITING_SEE = "own-writing.see"  # the list of what one wrote; each page of it is its writer's alone

    # The organisation's side.
    ORGANISATION_SEE = "organisation.see"
    STAFF_INVITE = "staff.invite"
    GROUP_START = "group.start"
    WORDING_IMPORT = "wording.import"
    WORDING_CHECK = "wording.check"  # compare what somebody else typed with the original
    HELPLINE_KEEP = "helpline.keep"
    HELPLINE_CHECK = "helpline.check"
    STAFFED_HOURS_KEEP = "staffed-hours.keep"
    CONSENT_FACTS_KEEP = "consent-facts.keep"  # what only this house can say in the consent text
    MAIL_RULE_KEEP = "mail-rule.keep"  # which reminders go, and what holds for whoever chose nothing
    HOUSE_FIGURES_SEE = "house-figures.see"  # seats, what was finished, what was unwanted: counts alone
    LOOK_KEEP = "look.keep"  # the house's own words, colours and name
    PLACE_KEEP = "place.keep"  # rooms, addresses and video rooms
    STAFF_SEE = "staff.see"
    STAFF_END = "staff.end"
    SUPERVISION_HOURS_SEE = "supervision-hours.see"  # how much, never with whom or what about

    # Running the machine.
    SITE_SET_UP = "site.set-up"
    DEMO_ENTER = "demo.enter"
    GALLERY_SEE = "gallery.see"
