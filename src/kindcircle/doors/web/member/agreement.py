"""What the group agreed on: to read, to say yes or not yet to, and to propose a line for."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid, KindError
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, key_of, on_to
from kindcircle.rooms.groups import actions, agreements
from kindcircle.rooms.groups.actions.agreements import LONGEST_LINE
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.models_agreement import AgreementAnswer, LineProposal
from kindcircle.spec.texts import pinned_handout

GROUPS = Group.objects.select_related("organisation")
PROPOSALS = LineProposal.objects.select_related("group__organisation")


@page(Permission.AGREEMENT_ANSWER, about=GROUPS)
def agreement(request: HttpRequest, group: Group) -> HttpResponse:
    """The list as it stands, what changed since one said yes, one's own answer and proposals. Nothing of others."""
    by = request.actor  # type: ignore[attr-defined]
    now = agreements.agreement_of(group, by=by)
    own = agreements.own_answer(now.agreement, by=by) if now.agreement else None
    context = {
        "group": group,
        "now": now,
        "own": own,
        "ended": group.state == Group.State.FINISHED,
        "changed": agreements.changed_for(group, now, by=by) if now.agreement else None,
        "proposals": agreements.own_proposals(group, by=by),
        "about": as_html(pinned_handout(agreements.STARTER).text, deeper=1),
    }
    return render(request, "member/agreement.html", context)


@page(Permission.AGREEMENT_ANSWER, about=GROUPS, methods=("POST",))
def answer(request: HttpRequest, group: Group) -> SeeOther:
    """One tap: yes, or not yet."""
    given, number = request.POST.get("answer", ""), request.POST.get("number", "")
    try:
        actions.answer_agreement(
            group=group,
            number=int(number) if number.isdecimal() and len(number) < 6 else -1,
            answer=given,
            member=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except (Conflict, Invalid) as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _thanks(given))
    return on_to("member:agreement", group.code)


@page(Permission.AGREEMENT_ANSWER, about=GROUPS, methods=("GET", "POST"))
def propose(request: HttpRequest, group: Group) -> HttpResponse:
    """A new line, or other words for one. It goes to the facilitators, who bring it to the group without a name."""
    if request.method != "POST":
        return _ask(request, group, {"line": request.GET.get("line", ""), "text": ""}, key=codes.new_code())
    typed, key = {name: request.POST.get(name, "") for name in ("line", "text")}, key_of(request)
    try:
        actions.propose_line(
            group=group,
            line=typed["line"],
            text=typed["text"],
            client_key=key,
            author=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except (Conflict, Invalid) as error:
        return _ask(request, group, typed, key=key, error=error)
    messages.success(request, _("Thank you. Your facilitators have it. They bring it to the group without your name."))
    return on_to("member:agreement", group.code)


@page(Permission.PROPOSAL_TAKE_BACK, about=PROPOSALS, methods=("POST",))
def take_back(request: HttpRequest, proposal: LineProposal) -> SeeOther:
    """A proposal of one's own is gone."""
    try:
        actions.take_back_proposal(proposal=proposal, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except Conflict as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("It is taken back. You can propose something else when you like."))
    return on_to("member:agreement", proposal.group.code)


def _thanks(given: str) -> str:
    if given == AgreementAnswer.Answer.AGREE:
        return _("Thank you. Your yes is kept, and you can change it at any time.")
    return _("Thank you for saying so. Your facilitators will find a moment to talk about it.")


def _ask(
    request: HttpRequest, group: Group, typed: dict[str, Any], *, key: str, error: KindError | None = None
) -> HttpResponse:
    now = agreements.agreement_of(group, by=request.actor)  # type: ignore[attr-defined]
    context = {
        "group": group,
        "now": now,
        "typed": typed,
        "key": key,
        "error": error.sentence if error else "",
        "ended": group.state == Group.State.FINISHED,
        "longest": LONGEST_LINE,
    }
    return render(request, "member/agreement_propose.html", context, status=error.status if error else 200)
