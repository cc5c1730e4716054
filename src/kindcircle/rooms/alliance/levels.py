"""The four levels of being together in a group, and what may be done at each (Burlingame and colleagues; R29)."""

from typing import Literal

PULSE = "alliance-pulse"
"""The questionnaire that asks about all four. Its single sheets are nobody's to open (measures.READ_TOGETHER)."""

Level = Literal["member_leader", "member_member", "leader_group", "member_group"]
LEVELS: tuple[Level, ...] = ("member_leader", "member_member", "leader_group", "member_group")

CALL_UP_TO = 5.0
"""At the first level, somebody who answers so or lower is called by one of those who lead."""

PLAN, TASK = "plan", "task"
ACTIONS: dict[Level, dict[str, str]] = {
    "member_leader": {"name-own-part": PLAN, "ask-for-another-view": PLAN, "supervision": TASK},
    "member_member": {"more-pairs": PLAN, "link-alike": PLAN, "fewer-to-one": PLAN},
    "leader_group": {"re-share-agreements": PLAN, "balance-time": PLAN, "co-leader-talk": TASK},
    "member_group": {"name-difference": PLAN, "role-or-pace": PLAN, "goal-review": TASK},
}
"""What those who lead may do, by level, and where it goes: on the run-sheet of a meeting, or among the things to do."""
