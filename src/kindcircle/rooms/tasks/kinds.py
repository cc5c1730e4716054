"""Every kind of thing that may wait for a person. A closed list: the doors know words and a page for each.

The words say what to do, never what somebody wrote or answered.
"""

from enum import StrEnum


class Kind(StrEnum):
    # Asking to come.
    SHARED_ADDRESS = "shared-address"  # two people with one mailbox: hand the second their link
    MAIL_BOUNCED = "mail-bounced"  # a message will never arrive: reach the person another way
    SCREEN_AGAIN = "screen-again"  # more than six weeks lie between the decision and the start
    ASK_LATER = "ask-later"  # the answer was "later", and the day has come to ask again
    CONSENT_WITHDRAWN = "consent-withdrawn"
    NOBODY_TALKS = "nobody-talks"  # whoever talked with people who ask to come is gone, by an old copy of the database
    # Coming and staying away.
    ABSENCE_MESSAGE = "absence-message"  # a drafted message waits to be looked over
    TWO_MISSES = "two-misses"
    MISS_AFTER_LOW = "miss-after-low"  # missed a meeting after leaving the one before unsteady
    LEAVING = "leaving"  # somebody left: a talk, an offer, and whether anything got worse
    REACH_OUT = "reach-out"  # what somebody told after a meeting asks for a kind word before the next
    DEBRIEF_CONTACT = "debrief-contact"  # those who led agreed to get in touch with somebody
    # It became too much in a meeting.
    HEAR_FROM = "hear-from"  # called for somebody, stepped out and stayed out, or was looked after
    DROPPED_OFF = "dropped-off"  # gone in the middle of a practice that can stir people up
    # A practice was a lot, and the pace may be slower.
    PRACTICE_A_LOT = "practice-a-lot"  # the member agreed that those who lead hear of it
    SLOWER_PACE = "slower-pace"  # proposed for one person, and to be decided
    SLOWER_CALL = "slower-call"  # decided: they hear of it from a person
    # What somebody answered.
    WORTH_A_TALK = "worth-a-talk"  # clearly harder than before on a studied form: no alert, a talk
    WORTH_A_TALK_ANEW = "worth-a-talk-anew"  # the same, seen once a rule was put right and sheets were scored anew
    # How the group is together.
    ALLIANCE_CALL = "alliance-call"  # somebody does not feel understood by those who lead
    ALLIANCE_STEP = "alliance-step"  # chosen after a pulse
    KIND_SIGN = "kind-sign"  # words stand there by name, and nobody has sent a sign yet
    # What an alert asks for, as a person judged it.
    CALL_SOON = "call-soon"  # level 1: a call within two days
    WRITE_NOW = "write-now"  # from level 3: what was done, within the hour
    AFTER_SAFETY_TALK = "after-safety-talk"  # from level 2, once closed: the place, the group, the record
    # Something became worse.
    WRITE_DOWN = "write-down"  # somebody said so when everybody was asked: a person writes down what it was
    STOP_REVIEW = "stop-review"  # something serious: go on, pause or change, within a day
    # Those who lead.
    NOBODY_LEADS = "nobody-leads"  # a facilitator left and a meeting has nobody in that place
    CREDENTIAL_ENDS = "credential-ends"
    ROTA_GAP = "rota-gap"
    ALERTS_LATE = "alerts-late"  # the hourly trial alert has not come through
    TEXT_NOT_OPENING = "text-not-opening"  # a sealed text was changed or lost its key: whoever runs the site looks
    # Questionnaires.
    WORDS_TO_CHECK = "words-to-check"  # a colleague typed in a questionnaire and asks for a second pair of eyes
    WORDS_SENT_BACK = "words-sent-back"  # some lines differ from the original
    PAPER_AGAIN = "paper-again"  # cards were typed in once and wait for a second person
    # Research.
    RELEASE_TO_DECIDE = "release-to-decide"  # a colleague asks for coded rows: a second person decides
    TRIAL_TO_LOCK = "trial-to-lock"  # a colleague set up a draw: a second person locks its plan
    # The end.
    FOLLOW_UP_MEETING = "follow-up-meeting"
    RETENTION = "retention"  # the group's words are about to be taken away
    HOLD_TO_CONFIRM = "hold-to-confirm"  # a colleague asks to hold one person's words: a second person decides
    RECORD_ENDS = "record-ends"  # years later: what the clinic kept about a group is about to go
