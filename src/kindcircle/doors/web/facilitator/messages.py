"""What members wrote to those who lead: who waits and since when, and each conversation with room for an answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Invalid, KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.conversations import actions, queries
from kindcircle.rooms.conversations.errors import SentBefore
from kindcircle.rooms.conversations.models import Conversation


class AnswerBegun(Invalid):
    def __init__(self) -> None:
        super().__init__(_("You have begun an answer. You can send it; or empty the box first."))


@page(Permission.CONVERSATION_LIST)
def conversations(request: HttpRequest) -> HttpResponse:
    """Every conversation of one's groups, those that wait first. No words are opened here."""
    lines = queries.list_for(request.actor, at=clock.now())  # type: ignore[attr-defined]
    context = {
        "waiting": [line for line in lines if line.conversation.waiting_since],
        "others": [line for line in lines if not line.conversation.waiting_since],
    }
    return render(request, "facilitator/conversations.html", context)


@page(Permission.CONVERSATION_ANSWER, about=queries.conversations(), methods=("GET", "POST"))
def conversation(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """One conversation. Opening it leaves a trace, and the member sees that it was read."""
    if request.method == "HEAD":
        return HttpResponse()  # nobody has looked
    if request.method == "GET":
        return _show(request, conversation)
    text, key = request.POST.get("text", ""), key_of(request)
    step = {"conversation": conversation, "seen": request.POST.get("seen", ""), "by": request.actor, "at": clock.now()}  # type: ignore[attr-defined]
    try:
        if request.POST.get("step") == "settle":
            if text.strip():
                raise AnswerBegun
            actions.settle(reason=request.POST.get("reason", ""), **step)
            messages.success(request, _("Noted. It no longer waits."))
        else:
            actions.answer(text=text, client_key=key, **step)
            messages.success(request, _("Sent. A message tells them that something waits, and no more."))
    except KindError as error:
        if not error.sentence:
            raise
        key = codes.new_code() if isinstance(error, SentBefore) else key
        return _show(request, conversation, text=text, key=key, error=error)
    return on_to("facilitator:conversation", conversation.code)


def _show(
    request: HttpRequest, conversation: Conversation, *, text: str = "", key: str = "", error: KindError | None = None
) -> HttpResponse:
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    said = actions.open_for_those_who_lead(conversation=conversation, by=by, at=at)
    row = queries.conversations().get(pk=conversation.pk)
    context = {
        "conversation": row,
        "name": seals.name_of(row.member),
        "zone": row.group.organisation.zone,
        "late": bool(queries.late_ones([row], at=at)),
        "call": queries.open_call(row),
        "settled_by": seals.name_of(row.settled_by) if row.settled_by else "",
        "said": said,
        "seen": said[-1].code if said else "",
        "reasons": Conversation.Reason.choices,
        "chosen": request.POST.get("reason", ""),
        "text": text,
        "key": key or codes.new_code(),
        "sentence": error.sentence if error else "",
    }
    return render(request, "facilitator/conversation.html", context, status=error.status if error else 200)
