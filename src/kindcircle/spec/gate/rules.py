"""Every rule of the gate: its name, which never changes, and how to mend what it finds.

The words are for a clinician who writes a programme and does not program. `waivable` marks the rules that
weigh words and can be wrong about them; what keeps people safe has no waiver.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class Rule(NamedTuple):
    """How much a rule weighs, and how to mend what it finds."""

    mend: str
    level: Literal["error", "warning"] = "error"
    waivable: bool = False


_LOOK_UP = "docs/reference/content.md says what each file holds"

RULES: dict[str, Rule] = {
    # Files as such
    "file.unknown-field": Rule(f"Check how the word before the colon is spelt, or take the line out. {_LOOK_UP}."),
    "file.missing-field": Rule(f"Add this line. {_LOOK_UP}, and a file of the same kind shows how it looks."),
    "file.not-there": Rule("Put the file there, or change its name where it is used."),
    "file.format": Rule(
        "Open the file as plain text. Each line is a word, a colon, a space and its words; lines that belong together "
        "begin with the same number of spaces. A file that begins with --- has a second --- after its facts."
    ),
    "file.name": Rule("Make the id and version inside the file the same as the names of the file and its folder."),
    "file.sum": Rule("Change one of the parts or the total, until both say the same."),
    "file.value": Rule(f"Change it as the message says. {_LOOK_UP}."),
    "file.stray": Rule("Move the file away, or list it in programme.yaml or in the session it belongs to."),
    # Practices
    "practice.way-missing": Rule(
        "Write the same step once more for people who leave this out, under the name that is missing. "
        "Or change the usual words, so that they do not ask for it.",
        waivable=True,
    ),
    "practice.way-not-free": Rule(
        "Take these words out of the other way. It is heard by people who asked for any of the ways, "
        "so it speaks of no breath, no touch, no standing and no inner pictures.",
        waivable=True,
    ),
    "practice.too-fast": Rule("Take words out, or give this step more seconds and another step fewer."),
    "practice.too-quiet": Rule("Add a line in the middle, or part the step in two, each with a few words."),
    "practice.no-invitation": Rule("Let at least one step invite: 'if you like', 'you could', 'or not'."),
    "practice.easier-stirs": Rule("Choose an easier practice that stirs people no more than this one."),
    "practice.length-name": Rule("Give this length a `name` that says in a few words what it is."),
    "practice.source-year": Rule(
        "Add where this comes from: authors, year and journal. Name the nearest review if no study tested it."
    ),
    # Wording
    "text.grade": Rule(
        "Use shorter sentences and plainer words. Read it aloud: where you need breath, begin anew.", waivable=True
    ),
    "text.unwanted": Rule("Say it in the kinder way that the message gives.", waivable=True),
    "text.unchecked": Rule("Check the fact and take the question mark away, or leave the fact out."),
    "text.long-sentence": Rule("Make two sentences of it, if it reads better so.", level="warning", waivable=True),
    "text.draft": Rule(
        "Write your own words in place of what stands between [[ and ]]. Until then it can be looked at, not released.",
        level="warning",
    ),
    # What is named is there
    "names.practice": Rule("Check the id and the version; docs/reference/content.md says where practices stand."),
    "names.length": Rule("Choose one of the lengths the message lists, in seconds."),
    "names.handout": Rule("Check the name; a later version is written with @, such as hard-day-card@2."),
    "names.questionnaire": Rule("Check the name, or bring the questionnaire in first."),
    "names.page": Rule("Check the id of the page; it is the name of its file without .md."),
    # A slot
    "slot.too-full": Rule("Choose a shorter length, or give the slot more minutes and another slot fewer."),
    "slot.gentler-missing": Rule(
        "Add a gentler practice that people can go to at once, such as p22-soles-of-the-feet."
    ),
    "slot.gentler-stirs": Rule(
        "Choose a gentler practice that stirs people no more than the practice it stands beside."
    ),
    "slot.gentler-same": Rule("Choose another practice or a shorter length."),
    "slot.then-stirs": Rule(
        "Let the second practice stir people no more than the first, or move it to a slot of its own."
    ),
    "slot.ground-after": Rule(
        "Begin the next slot with the ground, for two to five minutes. Add a line to it, such as "
        "ground_first: {practice: p22-soles-of-the-feet, seconds: 180}."
    ),
    "slot.handout-audience": Rule(
        "Choose a page written for members and without gaps to fill, or take it out of the slot."
    ),
    # When a practice may come
    "use.too-early": Rule("Move the practice to a later session, or choose one that stirs people less."),
    "use.short-form": Rule("In a programme of up to six sessions, use the shortest length of this practice."),
    "use.leader": Rule("Choose another practice. If only clinicians lead this programme, say so: led_by: clinician."),
    "use.open-circle": Rule(
        "In an open circle nobody was spoken with first. Choose a length that is marked open_circle."
    ),
    # A session
    "session.bookends": Rule(
        "Let the session begin with a slot of kind open with p47-arriving-together, and end with a slot of kind close "
        "with p48-leaving-gently. Both may be short."
    ),
    "session.depth": Rule("Ask for less: lower max_depth, or the depth of the question."),
    "session.leaving-questions": Rule(
        "Add a part to the measures with the occasion session, the moment after and [after-session]. "
        "Name no sessions in it, so that it counts for all."
    ),
    "session.close-script": Rule(
        "Let the script of the last slot ask people to answer the few questions before they go."
    ),
    # A programme
    "programme.backdraft-first": Rule(
        "Tell people what backdraft is in the talk of an earlier session, or give out the page what-backdraft-is there."
    ),
    "programme.ending-named": Rule(
        "Say in this session how many meetings are left, in the talk or a script.", waivable=True
    ),
    "programme.elements": Rule("Choose a practice in at least one session that trains this."),
    "programme.credits": Rule("Add a line to credits that names a source with its authors and year."),
    "measure.main-score": Rule(
        "Put a questionnaire with one main score first in the list. Others without one stay out of before and after.",
    ),
    "measure.no-main-score": Rule(
        "It is asked and kept, and left out of the page with before and after.", level="warning"
    ),
    # Pages, questionnaires and texts after an answer
    "library.source-year": Rule("Add the year of each source."),
    "library.order": Rule("Give the page an order that no other page has."),
    "languages.complete": Rule("Add the words that are missing in this language, or take the whole language out."),
    "felt.never-asked": Rule("Take the question out. A group is never asked about suicide, abuse or trauma."),
    "felt.same-words": Rule("Give the new words an id of their own; a group hears each question only once."),
    # Released texts and a site's own shelf
    "release.changed": Rule(
        "Put the file back as it was. To change the words, copy it to a new version and change them there."
    ),
    "release.new": Rule("When the words are final, run kindcircle content release.", level="warning"),
    "release.leans": Rule("Release this practice or handout too; a released programme stands on released texts."),
    "site.id-taken": Rule("Give your own text an id of its own, inside the file and in its name."),
    # Waivers
    "waiver.unused": Rule("Take the waiver out: nothing is found at that file, place and rule any more."),
    "waiver.reason": Rule("Say in a sentence why the text is right as it is."),
    "waiver.rule": Rule("Mend the text instead. Only rules about wording can be waived."),
}
