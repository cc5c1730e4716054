"""What came of what members told after a meeting, and one quiet question: was it talked about?"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict
from kindcircle.doors.web.member.waiting import Waiting, closed_in
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.ending.reviews import answer_to
from kindcircle.rooms.feedback import actions, queries
from kindcircle.rooms.feedback.models import MemberSaid
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import meeting_name
from kindcircle.rooms.practice.courses import Course

GROUPS = Group.objects.select_related("organisation")
GATHERINGS = Gathering.objects.select_related("group__organisation")
ANSWERS = (
    (MemberSaid.Answer.YES, gettext_lazy("Yes")),
    (MemberSaid.Answer.NO, gettext_lazy("No")),
    (MemberSaid.Answer.DO_NOT_KNOW, gettext_lazy("I do not know")),
    (MemberSaid.Answer.DID_NOT_WANT, gettext_lazy("I did not want to")),
)


@page(Permission.FEEDBACK_HEAR, about=GROUPS)
def we_did(request: HttpRequest, group: Group) -> HttpResponse:
    """You said, we did: all of it, meeting by meeting, with what was said in the middle of the course."""
    by = request.actor  # type: ignore[attr-defined]
    context = {
        "group": group,
        "meetings": [(meeting_name(one), one.starts_at, lines) for one, lines in queries.lines_for(group, by=by)],
        "review": answer_to(group, by=by),
    }
    return render(request, "member/we_did.html", context)


@page(Permission.FEEDBACK_HEAR, about=GATHERINGS, methods=("POST",))
def talked(request: HttpRequest, gathering: Gathering) -> SeeOther:
    """One tap. While the question stands, another tap changes it; afterwards it is over and that is fine."""
    try:
        actions.say(
            gathering=gathering,
            answer=request.POST.get("answer", ""),
            member=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except Conflict as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("Thank you. We do not ask again about that meeting."))
    return on_to("member:today")


def on_today(course: Course, request: HttpRequest, there: Waiting, at: datetime) -> dict[str, Any]:
    """What came of the last meeting, and the question, if it stands for this member. Shown is asked."""
    found: dict[str, Any] = {}
    if there.heard and course.group.state != Group.State.FINISHED:
        found["did"] = queries.newest_lines(course.group)
    if there.told:
        about = closed_in(course)[-2]
        if not queries.said_by(about, member=request.user):  # type: ignore[arg-type]
            actions.ask(about, member=request.user, at=at)  # type: ignore[arg-type]
            found |= {"talk_about": about, "talk_answers": ANSWERS}
    return found
