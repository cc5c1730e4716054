"""Forming groups from those who may join: look at what is possible, propose, move people, and go on to start."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.doors.web.facilitator.intakes import INTAKES, Line, lines_of, show
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.doors.web.shared.weekly import slot_words
from kindcircle.rooms.forming import actions
from kindcircle.rooms.forming.models import ProposedGroup
from kindcircle.rooms.forming.waitlist import SPARE, Waitlist, pairs_among, waitlist
from kindcircle.rooms.intake.models import Application, Intake
from kindcircle.spec.forming import Asking, Formed, Split, why_waiting

WHY = {
    "no-time": gettext_lazy("None of these groups meets when they can come."),
    "full": gettext_lazy("The groups at their times are full. They keep their place in the queue."),
    "apart": gettext_lazy("There is room at their time, and a rule that keeps two people apart stands against it."),
    "none": gettext_lazy("There is no group yet."),
    "room": gettext_lazy("There is room at their time. You can add them."),
}


class WayForm(forms.Form):
    """How to go about it."""

    fewest = forms.IntegerField(label=gettext_lazy("Begin a group with at least"), min_value=2, max_value=40)
    order = forms.ChoiceField(
        label=gettext_lazy("When more would like to come than fit"),
        choices=[
            ("asked", gettext_lazy("Who asked first comes first")),
            ("lot", gettext_lazy("Draw lots")),
        ],
        widget=forms.RadioSelect,
    )
    seed = forms.CharField(
        label=gettext_lazy("Word for the lot"),
        help_text=gettext_lazy("The same word draws the same lot, so anybody can check it."),
        max_length=40,
        required=False,
    )
    at_once = forms.IntegerField(
        label=gettext_lazy("Groups that may meet at the same time"), min_value=1, max_value=3, required=False
    )

    @property
    def way(self) -> dict[str, object]:
        """As `actions.possible` wants it."""
        given = self.cleaned_data
        seed = (given["seed"].strip() or "lot") if given["order"] == "lot" else ""
        return {"fewest": given["fewest"], "at_once": given["at_once"] or 1, "seed": seed}


@dataclass(frozen=True, slots=True)
class Card:
    """One proposed group on the page."""

    proposed: ProposedGroup
    when: str
    lines: list[Line]
    strangers: set[str]  # who did not tick this time
    few: bool


@page(Permission.GROUP_FORM, about=INTAKES, methods=("GET", "POST"))
def form_groups(request: HttpRequest, intake: Intake) -> HttpResponse:
    """What is possible, then what is proposed; everything can be changed until a group starts."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            _done(request, intake)
        except KindError as error:
            if isinstance(error, NotFound):
                raise
            messages.warning(request, error.sentence)
        return on_to("facilitator:form-groups", intake.code)
    found = waitlist(intake, by=actor, at=at)
    usual = {
        "fewest": min(found.fewest + SPARE, found.most), "order": "asked", "seed": codes.new_short_code(), "at_once": 1,
    }  # fmt: skip
    form = WayForm(request.GET if "fewest" in request.GET else usual)
    options: list[tuple[Split, str]] = []
    if form.is_valid():
        try:
            options = [
                (one, _option(one))
                for one in actions.possible(found, **form.way)  # type: ignore[arg-type]
            ]
        except KindError as error:
            form.add_error(None, error.sentence)
    context = {
        "intake": intake,
        "found": found,
        "form": form,
        "options": options,
        "best": len(options[-1][0].groups) if options else 0,
        **_proposed(found),
    }
    return show(request, "facilitator/form_groups.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, intake: Intake) -> None:
    """What was pressed. Raises KindError."""
    actor, at, do = request.actor, clock.now(), request.POST.get("do", "")  # type: ignore[attr-defined]
    if do == "scrap":
        actions.scrap(intake=intake, by=actor)
        messages.success(request, _("Nothing is proposed any more. Nobody lost anything by it."))
    elif do == "move":
        rows = Application.objects.select_related("intake__organisation", "person")
        application = rows.filter(intake=intake, code=_code(request, "who")).first()
        to = _code(request, "to")
        group = ProposedGroup.objects.filter(intake=intake, code=to).first() if to else None
        if application is None or (to and group is None):
            raise NotFound
        actions.move(application=application, to=group, by=actor, at=at)
    elif do.isascii() and do.isdigit() and len(do) == 1:
        form = WayForm(request.POST)
        if not form.is_valid():
            raise NotFound  # these fields are hidden: whoever changed them did so by hand
        made = actions.propose(intake=intake, groups=int(do), by=actor, at=at, **form.way)  # type: ignore[arg-type]
        words = ngettext(
            "%(n)s group is proposed. Please look it over.", "%(n)s groups are proposed. Please look them over.",
            len(made),
        )  # fmt: skip
        messages.success(request, words % {"n": len(made)})
    else:
        raise NotFound


def _code(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "")


def _proposed(found: Waitlist) -> dict[str, object]:
    """The groups as they are proposed now, and who is in none of them, with the reason."""
    lines = {line.entry.application.pk: line for line in lines_of(found.joining)}
    cards, formed = [], []
    rows = ProposedGroup.objects.filter(intake=found.intake).select_related("slot").prefetch_related("seats")
    for proposed in rows:
        # Who took their request back, or was decided for otherwise meanwhile, is not shown and gets no place.
        inside = [lines.pop(seat.application_id) for seat in proposed.seats.all() if seat.application_id in lines]
        strangers = {line.entry.code for line in inside if proposed.slot.code not in line.entry.times}
        cards.append(Card(proposed, slot_words(proposed.slot), inside, strangers, len(inside) < found.fewest))
        formed.append(Formed(proposed.slot.code, tuple(line.entry.code for line in inside)))
    pairs = pairs_among(found.joining)
    waiting = [
        (line, WHY[why_waiting(Asking(line.entry.code, line.entry.times), formed, most=found.most, apart=pairs)])
        for line in lines.values()
    ]
    return {"cards": cards, "waiting": waiting}


def _option(one: Split) -> str:
    """What one split would make, in words."""
    groups = ngettext("%(n)s group", "%(n)s groups", len(one.groups)) % {"n": len(one.groups)}
    sizes = _(" and ").join(str(len(group.people)) for group in one.groups)
    waits = len(one.waiting)
    rest = ngettext("%(n)s person waits.", "%(n)s people wait.", waits) % {"n": waits} if waits else _("Nobody waits.")
    return _("%(groups)s, with %(sizes)s people. %(rest)s") % {"groups": groups, "sizes": sizes, "rest": rest}
