"""The words for everything that may wait for a person, and where each is done: one row for each kind.

They say what to do and why it is here, never what somebody wrote or answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kindcircle.base.people.models import StaffRole
from kindcircle.base.vault import seals
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

ABOUT, GROUP = "about", "group"
"""What a page's address holds: the code of the thing that the task is about, or of its group."""


@dataclass(frozen=True, slots=True)
class Words:
    """What to do, why it is here, and on which page it is done (with the words of the link); no page is fine."""

    title: str | Promise
    why: str | Promise
    link: str | Promise = ""
    page: str = ""
    of: str = ABOUT


WORDS: dict[Kind, Words] = {
    Kind.SHARED_ADDRESS: Words(
        _("Hand somebody their own link"),
        _("Two people gave the same e-mail address. The second cannot come in by mail, so they need a link from you."),
        _("Make the link"),
        "facilitator:application-link",
    ),
    Kind.MAIL_BOUNCED: Words(
        _("Reach somebody in another way"),
        _("A message to this person did not arrive, and will not. They may have changed their address."),
    ),
    Kind.SCREEN_AGAIN: Words(
        _("Talk once more before the start"),
        _("More than six weeks lie between the decision and the first meeting. Much can change in that time."),
        _("See this person's page"),
        "facilitator:applicant",
    ),
    Kind.ASK_LATER: Words(
        _("Ask somebody again"),
        _("The answer was “later”, with this day. A short word shows them that they were not forgotten."),
        _("See this person's page"),
        "facilitator:applicant",
    ),
    Kind.NOBODY_TALKS: Words(
        _("Find somebody for the first talks"),
        _("Whoever talked with people who ask to come here does so no more. Somebody may wait for a talk they booked."),
        _("Choose who talks with people"),
        "facilitator:intake-change",
    ),
    Kind.CONSENT_WITHDRAWN: Words(
        _("Somebody took back their consent"),
        _("They are out of the group from that moment. A short, kind talk shows them that this is all right."),
        _("See how to reach them safely"),
        "facilitator:contact",
    ),
    Kind.ABSENCE_MESSAGE: Words(
        _("Look over a note to somebody who was not there"),
        _("A note is drafted: their seat is kept, what was taught, and what to try at home. You decide if it goes."),
        _("Read the draft"),
        "facilitator:absence",
    ),
    Kind.TWO_MISSES: Words(
        _("Ring somebody who missed two meetings"),
        _("Two meetings in a row went by without them. A short call asks how they are, and lets them choose."),
        _("See how it stands"),
        "facilitator:absence",
    ),
    Kind.MISS_AFTER_LOW: Words(
        _("Ring somebody who stayed away after a hard meeting"),
        _("They left one meeting unsteady and did not come to the next. It may have been too much."),
        _("See how it stands"),
        "facilitator:absence",
    ),
    Kind.LEAVING: Words(
        _("Talk with somebody who is leaving"),
        _("They would like to stop. Ask how they are, offer other help, and ask if anything has become worse."),
        _("See what they said"),
        "facilitator:leaving",
    ),
    Kind.HEAR_FROM: Words(
        _("Hear from somebody after a hard meeting"),
        _("It was a lot for them: they asked for one of you, stepped out, or were looked after. Ask how they are now."),
        _("See how to reach them safely"),
        "facilitator:contact",
    ),
    Kind.DROPPED_OFF: Words(
        _("Ring somebody who was gone in the middle of a practice"),
        _("It may be their line. It may have been too much. A short call tells, and shows them that they were missed."),
        _("See how to reach them safely"),
        "facilitator:contact",
    ),
    Kind.REACH_OUT: Words(
        _("Reach out to somebody before the next meeting"),
        _("The last one fitted them less well than it could, or less than usual. A short, kind question may help."),
        _("See a way to begin"),
        "facilitator:feedback",
    ),
    Kind.DEBRIEF_CONTACT: Words(
        _("Get in touch with somebody"),
        _("After a meeting those who led agreed on it, with this day. Why stands on the page of that meeting."),
        _("See what we agreed on"),
        "facilitator:debrief",
    ),
    Kind.PRACTICE_A_LOT: Words(
        _("Hear how a practice was for somebody"),
        _("A practice was a lot for them, and they agreed that you hear of it. It is not urgent. Ask how they are."),
        _("See which practice it was"),
        "facilitator:landing",
    ),
    Kind.SLOWER_PACE: Words(
        _("Decide whether somebody goes more slowly"),
        _("There were signs that the pace is too much for them just now. You know them, and you decide."),
        _("See what is proposed"),
        "facilitator:slower-pace",
    ),
    Kind.SLOWER_CALL: Words(
        _("Ring somebody about a slower pace"),
        _("It was decided that they go more slowly. Their page says that one of you will ring. Ask what suits them."),
        _("See how to reach them safely"),
        "facilitator:contact",
    ),
    Kind.WORTH_A_TALK: Words(
        _("Worth a talk with somebody"),
        _("Their answers say that it is clearly harder than before. That can be chance, too. Ask how it is for them."),
        _("See how to reach them safely"),
        "facilitator:contact",
    ),
    Kind.WORTH_A_TALK_ANEW: Words(
        _("Worth a talk with somebody, as answers were counted anew"),
        _(
            "A rule for counting answers was wrong and is put right. By the right one it became clearly harder for "
            "them. That may be a while ago, and can be chance, too. Ask how it is for them now."
        ),
        _("See how to reach them safely"),
        "facilitator:contact",
    ),
    Kind.ALLIANCE_CALL: Words(
        _("Call somebody: how is it with you who lead?"),
        _("On the lines about those who lead they answered low. Ask, listen, and say what your own part is."),
        _("See how to reach them safely"),
        "facilitator:contact",
    ),
    Kind.ALLIANCE_STEP: Words(
        _("Something that you chose for how you are together"),
        _("After the group answered, one of you took this up. What it is stands on the page of the group."),
        _("See what it is"),
        "facilitator:together",
        GROUP,
    ),
    Kind.KIND_SIGN: Words(
        _("A kind sign for somebody who shared"),
        _("They let others read something of theirs, by name. A sign from you, or a word when you meet, is enough."),
        _("See what is shared"),
        "facilitator:shared",
        GROUP,
    ),
    Kind.NOBODY_LEADS: Words(
        _("Find somebody to lead a meeting"),
        _("A meeting to come has nobody in one of its two places."),
        _("See who leads"),
        "facilitator:roles-of",
    ),
    Kind.CREDENTIAL_ENDS: Words(
        _("Something that you bring runs out"),
        _("A date on your list comes near. When you have a newer one, write it down there."),
        _("See what I bring"),
        "facilitator:papers",
        "",
    ),
    Kind.ROTA_GAP: Words(
        _("Fill a gap in the rota"),
        _("There are staffed hours to come in which nobody would answer a call for help."),
        _("See the rota"),
        "organisation:rota",
        "",
    ),
    Kind.ALERTS_LATE: Words(
        _("See why calls for help may be late"),
        _("The hourly trial did not come through. Tell those who answer to phone round, and whoever runs this site."),
        _("See what is open"),
        "organisation:home",
        "",
    ),
    Kind.TEXT_NOT_OPENING: Words(
        _("Tell whoever runs this site: a locked text did not open"),
        _("Somebody asked for it and saw a kind page instead. It was changed on the disk, or its key is missing."),
        _("See what is open"),
        "organisation:home",
        "",
    ),
    Kind.CALL_SOON: Words(
        _("Call somebody within two days"),
        _("You said so when you looked at their alert. Ask how they are, and what would make it lighter."),
        _("See the alert"),
        "facilitator:alert",
    ),
    Kind.WRITE_NOW: Words(
        _("Write down what was done"),
        _("You said that nobody leaves them alone, or that help is called. A line within the hour is enough."),
        _("Write it down"),
        "facilitator:alert",
    ),
    Kind.AFTER_SAFETY_TALK: Words(
        _("Look at what a talk about safety leaves behind"),
        _("Is the group still right for them? Does it need a word, without details? What was unwanted is noted."),
        _("See the alert"),
        "facilitator:alert",
    ),
    Kind.WRITE_DOWN: Words(
        _("Write down what became worse"),
        _("Somebody said that something became worse. Talk with them, and write down what it was, whatever the cause."),
        _("See what they said"),
        "facilitator:unwanted-told",
    ),
    Kind.STOP_REVIEW: Words(
        _("Decide whether a group goes on"),
        _("Something serious was written down. Within a day somebody decides: go on, pause or change, and says why."),
        _("Read it and decide"),
        "facilitator:unwanted-event",
    ),
    Kind.WORDS_TO_CHECK: Words(
        _("Compare a questionnaire with its original"),
        _("A colleague typed in its words. Nobody is asked with them before you have looked at every line."),
        _("Look at the lines"),
        "organisation:wording-check",
    ),
    Kind.WORDS_SENT_BACK: Words(
        _("Mend some lines of a questionnaire"),
        _("A colleague compared your words with the original. Some lines differ, with a note beside each."),
        _("See the lines"),
        "organisation:wording-typed",
    ),
    Kind.PAPER_AGAIN: Words(
        _("Type in cards a second time"),
        _("A colleague typed them in. A second person who does the same finds the slips that one person makes."),
        _("See the cards"),
        "facilitator:paper",
    ),
    Kind.RELEASE_TO_DECIDE: Words(
        _("Decide whether coded answers may go to research"),
        _("A colleague asks for them. Look at what for, for whom and for how long, and decide."),
        _("Read it and decide"),
        "organisation:release",
    ),
    Kind.TRIAL_TO_LOCK: Words(
        _("Lock the plan of a trial"),
        _("A colleague set up a draw over an offer. Read the whole plan; once it is locked it cannot be changed."),
        _("Read it and decide"),
        "organisation:trial",
    ),
    Kind.FOLLOW_UP_MEETING: Words(
        _("Set the day on which the group meets again"),
        _("Some months after the end a group meets once more. It needs a day and a place."),
        _("Set the day"),
        "facilitator:ending",
    ),
    Kind.RETENTION: Words(
        _("What a group wrote will soon be taken away"),
        _("The time for which it may be kept is nearly over. Members were told. You can look whether that is right."),
        _("See what goes and when"),
        "facilitator:ending",
    ),
    Kind.HOLD_TO_CONFIRM: Words(
        _("Decide whether somebody's words are held back"),
        _("A colleague asks that nothing of one person goes for a while, and says why. It takes a second person."),
        _("Read it and decide"),
        "organisation:person-hold",
    ),
    Kind.RECORD_ENDS: Words(
        _("The record of a group will soon be taken away"),
        _("The years for which your house keeps it are over. If something has to stay longer, hold the group back."),
        _("See what goes and when"),
        "organisation:keeping",
        "",
    ),
}

OUTCOMES = (
    ("done", _("Done")),
    ("reached", _("I reached them")),
    ("not-reached", _("I tried, and could not reach them")),
    ("not-needed", _("It was not needed")),
)
ENDINGS: dict[str, str | Promise] = {**dict(OUTCOMES), "settled": _("It came right by itself")}


@dataclass(frozen=True, slots=True)
class Shown:
    """A task as a person sees it. `who` is empty where it is nobody in particular, or nobody's business."""

    task: Task
    words: Words
    who: str
    late: bool

    @property
    def url(self) -> str:
        """The page where it is done; empty when there is none."""
        if not self.words.page:
            return ""
        group = self.task.group.code if self.task.group else self.task.about_code
        codes = {ABOUT: [self.task.about_code], GROUP: [group]}.get(self.words.of, [])
        return reverse(self.words.page, args=codes)

    @property
    def ending(self) -> str:
        """How it ended, in words; empty while it waits."""
        return str(ENDINGS.get(self.task.outcome, ""))


def shown(tasks: Iterable[Task], *, at: datetime) -> list[Shown]:
    """These tasks in words, with the names of whom they are about."""
    rows = list(tasks)
    staff = set(StaffRole.objects.filter(user__in=[row.concerns_id for row in rows]).values_list("user_id", flat=True))
    # What waits for the whole house names those who work there, and no member.
    named = {
        row.concerns for row in rows if row.concerns and (row.group_id or row.owner_id or row.concerns_id in staff)
    }
    names = seals.names_of(list(named))
    return [
        Shown(row, WORDS[Kind(row.kind)], names.get(row.concerns_id or 0, ""), row.done_at is None and row.due_at < at)
        for row in rows
    ]
