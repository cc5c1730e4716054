"""The draw of a trial as those see it who talk with people: who is asked, who must not wait, and who goes where."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Invalid, KindError, NotFound
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.intakes import INTAKES, show
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.models import Group, KeptPlace
from kindcircle.rooms.intake.models import Application, Intake
from kindcircle.rooms.intake.models_trial import Entrant, Trial
from kindcircle.rooms.research import draw

STANDS = {
    "asked": gettext_lazy("no answer yet"),
    "no": gettext_lazy("said no"),
    "sheet": gettext_lazy("said yes, questionnaire still open"),
    "ready": gettext_lazy("ready"),
    "outside": gettext_lazy("outside the draw"),
    "now": gettext_lazy("starts now"),
    "later": gettext_lazy("starts later"),
    "not-drawn": gettext_lazy("not drawn, starts later"),
}
GOT_UNSAFE = [(one.value, one.label) for one in draw.GOT_UNSAFE]
REASONS = [(value, label) for value, label in Entrant.Outside.choices if value]


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the draw on the page."""

    place: draw.Place
    name: str
    stands: str
    has_place: bool


@page(Permission.GROUP_FORM, about=INTAKES, methods=("GET", "POST"))
def trial_draw(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Before the draw: who is asked, and keeping somebody outside. After it: places for each of the two."""
    trial, problem = draw.running(intake), ""
    if request.method == "POST":
        try:
            _done(request, intake, trial)
        except NotFound:
            raise
        except Invalid as error:
            problem = error.sentence
        except KindError as error:
            messages.warning(request, error.sentence)
        if not problem:
            return on_to("facilitator:trial-draw", intake.code)
    lines = _lines(trial) if trial else []
    groups = Group.objects.filter(intake=intake).exclude(state=Group.State.FINISHED).order_by("created_at")
    drawn = trial is not None and trial.state == Trial.State.DRAWN
    context: dict[str, object] = {
        "intake": intake,
        "trial": trial,
        "drawn": drawn,
        "lines": lines,
        "arms": [
            (arm, words, [one for one in lines if one.place.stands == arm])
            for arm, words in (("now", _("Start now")), ("later", _("Start later")))
        ],
        "rest": [one for one in lines if one.place.stands in ("outside", "not-drawn")],
        "groups": list(groups),
        "waiting": [one for one in lines if _waits(one.place, drawn=drawn)],
        "reasons": GOT_UNSAFE if drawn else REASONS,
        "problem": problem,
        "typed": {name: _code(request, name) for name in ("who", "why")},
    }
    return show(request, "facilitator/trial_draw.html", context, status=422 if problem else 200)


def _done(request: HttpRequest, intake: Intake, trial: Trial | None) -> None:
    by, at, do = request.actor, clock.now(), request.POST.get("do", "")  # type: ignore[attr-defined]
    if trial is None:
        # It was stopped while this page stood open.
        messages.warning(request, _("Nothing is drawn over this offer."))
    elif do in ("outside", "back", "early"):
        if not _code(request, "who"):
            raise Invalid(_("Please choose who it is."))
        rows = Application.objects.select_related("intake__organisation", "person")
        application = rows.filter(intake=intake, code=_code(request, "who")).first()
        if application is None:
            raise NotFound
        why = "" if do == "back" else _code(request, "why")
        if do == "outside" and not why:
            raise Invalid(_("Please choose why this person must not wait."))
        if do == "early":
            draw.let_start(application=application, why=why, by=by, at=at)
            messages.success(request, _("They need not wait any more, and may have a place now."))
            return
        draw.keep_outside(application=application, why=why, by=by, at=at)
        messages.success(
            request,
            _("They are outside the draw, and may have a place now.") if why else _("They are asked like everybody."),
        )
    elif do in ("now", "later"):
        group = Group.objects.filter(intake=intake, code=_code(request, "group")).first()
        if group is None:
            raise NotFound
        kept, left = draw.place_arm(trial=trial, arm=do, group=group, by=by, at=at)
        words = ngettext("%(n)s place is kept.", "%(n)s places are kept.", len(kept)) % {"n": len(kept)}
        messages.success(request, words)
        for sentence in dict.fromkeys(why for _application, why in left):
            n = sum(why == sentence for _application, why in left)
            messages.warning(request, _("Not for %(n)s: %(why)s") % {"n": n, "why": sentence})
    else:
        raise NotFound


def _waits(place: draw.Place, *, drawn: bool) -> bool:
    """Whether somebody can say of this person that they must not wait."""
    if not drawn:
        return place.stands != "outside"
    return place.stands in ("later", "not-drawn") and place.entrant is not None and not place.entrant.early


def _lines(trial: Trial) -> list[Line]:
    there = draw.places(trial, at=clock.now())
    names = seals.names_of([one.application.person for one in there])
    kept = set(
        KeptPlace.objects.filter(application__in=[one.application for one in there], given_up_at=None).values_list(
            "application_id", flat=True
        )
    )
    return [
        Line(one, names[one.application.person_id], str(STANDS[one.stands]), one.application.pk in kept)
        for one in there
    ]


def _code(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "")
