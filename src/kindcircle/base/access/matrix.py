"""The access table as a page that people can read, docs/reference/access.md.

Made anew with `python -m kindcircle.base.access.matrix > docs/reference/access.md`; a test compares.
"""

import re

from kindcircle.base.access.permissions import Permission
from kindcircle.base.access.predicates import describe
from kindcircle.base.access.table import ALLOW

MEANS = {
    "anybody": "Everybody, signed in or not.",
    "signed in": "Somebody with an account, signed in to the whole site.",
    "fully signed in": "The same; whoever leads a group, with a second factor.",
    "surely signed in": "The same; whoever works here in any way, with a second factor.",
    "owner": "The one person it belongs to, signed in to the whole site.",
    "visiting owner": "The same person, come in by short code: only for what belongs to that one meeting.",
    "member somewhere": "A present member of any group.",
    "group member": "A present member of the very group it belongs to.",
    "shared tablet": "A meeting's own tablet while nobody has tapped their name: nobody, and only in that one meeting.",
    "visiting member": "The same, come in by short code: only for that one meeting.",
    "facilitator somewhere": "Somebody who leads any group now, with a second factor.",
    "leads in the house": "Somebody who leads any group of this organisation now, with a second factor.",
    "facilitator": "Somebody who leads the very group it belongs to now, with a second factor.",
    "facilitator of the house": "Somebody invited to lead groups of this organisation, with a second factor.",
    "named for it": "Somebody of the house to whom this very thing is entrusted by name, with a second factor.",
    "safety lead": "Answers for safety in this organisation, with a second factor.",
    "organisation lead": "Leads this organisation, with a second factor.",
    "operator": "Looks after the machine for this organisation, with a second factor.",
    "system": "The site itself, doing what is due.",
    "arrived": "Only once it has arrived.",
    "sealed": "Only while it is still on its way.",
    "for need": "Only a letter that was written to be opened when it is needed.",
    "open": "Only while the meeting is open or closing.",
    "of the house": "Only what waits for the house as a whole: for no group and nobody in particular.",
    "public": "Only while it is open to everybody.",
    "shared": "Only while its writer shares it.",
    "told": "Only while the member agrees that those who lead hear of it.",
    "demo": "Only on a demo site, where all people are made up.",
    "new site": "Only while nobody has set the site up.",
}
"""What each word of the table means to a person."""


def words_of(rules: str) -> list[str]:
    """The single words that rules are put together from, in order."""
    return [word.strip(" ()").removeprefix("not ") for word in re.split(r" & | \| |; ", rules)]


def as_markdown() -> str:
    """The whole page."""
    by_word: dict[str, list[Permission]] = {}
    for permission, rules in ALLOW.items():
        for word in dict.fromkeys(words_of(describe(rules))):
            by_word.setdefault(word, []).append(permission)
    return "\n".join(
        [
            "# Who may do what",
            "",
            "Made from `base/access/table.py`; a test compares. What is not here is not allowed. Of the rules in a row",
            "one must hold; `&` means that both must. A no always looks like a thing that does not exist.",
            "",
            "| What | Who |",
            "|---|---|",
            *(f"| `{permission}` | {describe(rules)} |" for permission, rules in ALLOW.items()),
            "",
            "## What the words mean",
            "",
            "| Word | Meaning | May, as far as the row says |",
            "|---|---|---|",
            *(
                f"| {word} | {meaning} | {', '.join(f'`{one}`' for one in by_word[word])} |"
                for word, meaning in MEANS.items()
                if word in by_word
            ),
            "",
        ]
    )


if __name__ == "__main__":
    print(as_markdown(), end="")
