"""Two plans of one's own that are kept and shared in the same way: what helps in a meeting, and steps for the worst."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kindcircle.base.access import Permission
from kindcircle.base.audit.events import Event
from kindcircle.base.vault import seals
from kindcircle.base.vault.seals import Seal
from kindcircle.rooms.preparing.models import SupportPlan
from kindcircle.rooms.preparing.models_safety_plan import SafetyPlan
from kindcircle.rooms.preparing.parts import SAFETY_LINES, plan_lines


@dataclass(frozen=True, slots=True)
class PlanKind:
    """What tells the two apart: where it is kept, its seal, lines and words in the record, and who may open it."""

    model: type[SupportPlan] | type[SafetyPlan]
    seal: Seal
    about: str
    lines: Callable[[], tuple[str, ...]]
    open: Permission
    kept: Event
    shared: Event
    unshared: Event
    erased: Event
    opened: Event


SUPPORT = PlanKind(
    SupportPlan, seals.SUPPORT_PLAN, "support-plan", plan_lines, Permission.SUPPORT_PLAN_OPEN,
    Event.SUPPORT_PLAN_KEPT, Event.SUPPORT_PLAN_SHARED, Event.SUPPORT_PLAN_UNSHARED, Event.SUPPORT_PLAN_ERASED,
    Event.SUPPORT_PLAN_OPENED,
)  # fmt: skip
SAFETY = PlanKind(
    SafetyPlan, seals.SAFETY_PLAN, "safety-plan", lambda: SAFETY_LINES, Permission.SAFETY_PLAN_OPEN,
    Event.SAFETY_PLAN_KEPT, Event.SAFETY_PLAN_SHARED, Event.SAFETY_PLAN_UNSHARED, Event.SAFETY_PLAN_ERASED,
    Event.SAFETY_PLAN_OPENED,
)  # fmt: skip
