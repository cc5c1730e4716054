"""What a group agreed on, for those who lead it: proposals, what members said, and wording the next version."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, Invalid, KindError
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups import actions, agreements, repairs
from kindcircle.rooms.groups.actions.agreements import LONGEST_ANSWER, LONGEST_LINE
from kindcircle.rooms.groups.agreements import Line, Proposal, Standing
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.models_agreement import LineProposal

GROUPS = Group.objects.select_related("organisation")
PROPOSALS = LineProposal.objects.select_related("group__organisation", "proposed_by")
NEW_BOXES = ("new-1", "new-2")


@page(Permission.AGREEMENT_KEEP, about=GROUPS)
def agreement(request: HttpRequest, group: Group) -> HttpResponse:
    """The list as it stands, what was proposed and by whom, and who has said what to it."""
    return _show(request, group)


def _show(
    request: HttpRequest, group: Group, *, code: str = "", reason: str = "", error: KindError | None = None
) -> HttpResponse:
    """The page. code and reason: the proposal that could not be set aside, with the words that were typed for it."""
    by = request.actor  # type: ignore[attr-defined]
    now = agreements.agreement_of(group, by=by)
    mending = [one for one in repairs.repairs_of(group, by=by) if not one.repair.outcome]
    context = {
        "group": group,
        "now": now,
        "ended": group.state == Group.State.FINISHED,
        "proposals": agreements.proposals_of(group, by=by, at=clock.now()),
        "said": agreements.said_to(group, by=by),
        "earlier": [one for one in agreements.versions_of(group, by=by) if one.number != now.number],
        "repairs": len(mending),
        "due_on": min((one.next_on for one in mending if one.next_on), default=None),
        "longest": LONGEST_ANSWER,
        "tried": code,
        "reason": reason,
        "error": error.sentence if error else "",
    }
    return render(request, "facilitator/agreement.html", context, status=error.status if error else 200)


@page(Permission.AGREEMENT_KEEP, about=PROPOSALS, methods=("POST",))
def aside(request: HttpRequest, proposal: LineProposal) -> HttpResponse:
    """Set a proposal aside, with a reason that its author reads."""
    reason = request.POST.get("reason", "")
    try:
        actions.set_aside(proposal=proposal, reason=reason, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except (Conflict, Invalid) as error:
        return _show(request, proposal.group, code=proposal.code, reason=reason, error=error)
    messages.success(request, _("Set aside. Whoever proposed it can read your words."))
    return on_to("facilitator:agreement", proposal.group.code)


@page(Permission.AGREEMENT_KEEP, about=GROUPS, methods=("GET", "POST"))
def wording(request: HttpRequest, group: Group) -> HttpResponse:
    """Word the list together: every line in a box, proposals beside it, and one button that makes it count."""
    by = request.actor  # type: ignore[attr-defined]
    now, proposals = agreements.agreement_of(group, by=by), agreements.proposals_of(group, by=by, at=clock.now())
    if request.method != "POST":
        return _word(request, group, now, proposals)
    seen = request.POST.get("seen", "")
    try:
        actions.confirm_agreement(
            group=group,
            lines=_worded(request, now, proposals),
            taken_up=_taken_up(request),
            seen=int(seen) if seen.isdecimal() and len(seen) < 6 else -1,
            by=by,
            at=clock.now(),
        )
    except (Conflict, Invalid) as error:
        return _word(request, group, now, proposals, error=error)
    messages.success(request, _("Confirmed. Every member is asked on their own page, and sees what changed."))
    return on_to("facilitator:agreement", group.code)


def _taken_up(request: HttpRequest) -> list[str]:
    return [name.removeprefix("take-") for name in request.POST if name.startswith("take-")]


def _worded(request: HttpRequest, now: Standing, proposals: list[Proposal]) -> list[Line]:
    """The list as the form says it: each line in its place, proposals that were ticked, and new lines last."""
    taken = [one for one in proposals if one.code in _taken_up(request)]
    instead = {one.line: request.POST.get(f"proposal-{one.code}", "") for one in taken if one.about}
    lines = [Line(line.id, instead.get(line.id, request.POST.get(f"line-{line.id}", ""))) for line in now.lines]
    lines += [Line("", request.POST.get(f"proposal-{one.code}", "")) for one in taken if not one.about]
    return lines + [Line("", request.POST.get(name, "")) for name in NEW_BOXES]


def _word(
    request: HttpRequest, group: Group, now: Standing, proposals: list[Proposal], *, error: KindError | None = None
) -> HttpResponse:
    """The form. After an error it holds what was typed, beside the list as it is now."""
    typed = request.POST if error else {}

    def box(one: Proposal) -> dict[str, object]:
        name = f"proposal-{one.code}"
        return {"one": one, "words": typed.get(name, one.text), "taken": f"take-{one.code}" in typed}

    rows = [
        {
            "line": line,
            "words": typed.get(f"line-{line.id}", line.text),
            "stays": line.id in agreements.KEEPS_SAFE,
            "proposals": [box(one) for one in proposals if one.about and one.line == line.id],
        }
        for line in now.lines
    ]
    context = {
        "group": group,
        "now": now,
        "rows": rows,
        "new": [box(one) for one in proposals if not one.about],
        "boxes": [(name, typed.get(name, "")) for name in NEW_BOXES],
        "longest": LONGEST_LINE,
        "ended": group.state == Group.State.FINISHED,
        "error": error.sentence if error else "",
    }
    return render(request, "facilitator/agreement_wording.html", context, status=error.status if error else 200)
