"""What came of a trial, in the words that its page and its paper share, and the picture of the way people went."""

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kindcircle.figures.flow import Box, Stages, flow
from kindcircle.figures.look import Figure
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.research import trials
from kindcircle.rooms.research.trial_flow import ArmFlow, Flow
from kindcircle.rooms.research.trial_results import Results, hopes_for_more
from kindcircle.stats import partly_grouped
from kindcircle.stats.results import Reason, Undefined

LEFT_OUT = {
    "back": gettext_lazy("took it back"),
    "talk": gettext_lazy("nothing decided yet"),
    "later": gettext_lazy("answer: later"),
    "other-help": gettext_lazy("answer: other help"),
    "risk": gettext_lazy("waiting would not be safe"),
    "worse": gettext_lazy("getting worse quickly"),
    "promised": gettext_lazy("a place was promised before"),
    "outside": gettext_lazy("must not wait"),
    "no": gettext_lazy("said no to the draw"),
    "silent": gettext_lazy("no answer to it"),
    "sheet": gettext_lazy("yes, without the questionnaire"),
    "place": gettext_lazy("had a place, or to be asked again"),
}
FINDINGS = {
    "better-by-margin": gettext_lazy("Those who started now were better off, by more than the smallest that matters."),
    "better": gettext_lazy("Those who started now were better off. Whether by as much as matters stays open."),
    "alike": gettext_lazy("Both were about the same: no difference that matters."),
    "open": gettext_lazy("The range holds both a gain and none. This trial cannot tell."),
    "worse": gettext_lazy("Those who started now were worse off."),
}
WARNINGS = {
    "unblinded": gettext_lazy("People knew whether they had started when they answered about themselves."),
    "small": gettext_lazy("One arm has fewer than twelve answers: the range says more than the middle."),
    "silent": gettext_lazy(
        "More than one in five did not answer, or many more in one arm. The two may differ by that."
    ),
    "edge": gettext_lazy("Groups did not differ visibly. With few groups that is no proof; they count as groups."),
}
WHY = {
    Reason.TOO_FEW_IN_ARM: gettext_lazy("Each arm needs at least five people who answered both times."),
    Reason.TOO_FEW_GROUPS: gettext_lazy("Fewer than four groups say nothing about such groups. Each arm is described."),
}
NO_FINDING = gettext_lazy("No comparison can be given. Below stands why, and how each arm was.")


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison, with what it is."""

    title: str
    words: str
    found: partly_grouped.Trial
    why: str
    groups: str
    alike: str


def parts(found: Results) -> list[Part]:
    """The planned comparison first, and beside it the one by what was done."""
    planned = _("Everybody who answered both times counts in the arm they were drawn for, whatever came after.")
    done = _("Only those who did what they were drawn for. They chose that themselves, so chance no longer divides.")
    return [
        _part(found.trial, _("As planned"), planned, found.planned),
        _part(found.trial, _("By what was done"), done, found.by_protocol),
    ]


def _part(trial: Trial, title: str, words: str, found: partly_grouped.Trial) -> Part:
    one = found.comparison
    why = str(WHY.get(one.reason) or gettext(one.text)) if isinstance(one, Undefined) else ""
    groups = "" if isinstance(one, Undefined) else ", ".join(map(str, one.groups))
    return Part(title, words, found, why, groups, "" if isinstance(one, Undefined) else alike(trial, one))


def alike(trial: Trial, one: partly_grouped.Comparison) -> str:
    """What the comparison does with what the draw kept alike in the two arms."""
    if trial.strata == Trial.Strata.NONE:
        return ""
    if trial.strata == Trial.Strata.SCORE:
        return _(
            "The draw kept the two alike in the score before. It is in the comparison, so nothing is added for it."
        )
    if not trials.looks_within(trial):
        return _(
            "The draw kept the two alike in whether a plan was agreed in the talk. The plan was locked without that"
            " in the comparison, and stays so. The range may be wider than it had to be."
        )
    if one.strata:
        return _(
            "People are compared with those like them in whether a plan was agreed in the talk, as they were drawn."
        )
    if one.together:
        return _(
            "Of those with a plan agreed in the talk, or of those without, only one arm has answers."
            " So, as the trial's plan says, both count as one here."
        )
    return _("All who answered were the same in whether a plan was agreed in the talk. So nothing is added for it.")


def finding(found: Results) -> str:
    """The one sentence on top."""
    return str(FINDINGS[found.finding] if found.finding else NO_FINDING)


def warnings(found: Results) -> list[str]:
    """What belongs beside the planned comparison."""
    return [str(WARNINGS[name]) for name in found.warnings]


def direction(trial: Trial) -> str:
    """Which way of the points is the hoped-for one. Without it a minus says nothing."""
    return (
        _("More points are the hoped-for way.") if hopes_for_more(trial) else _("Fewer points are the hoped-for way.")
    )


def can_be_said(found: Results) -> list[str]:
    """What follows from how it was done, whatever came out."""
    lines = [
        _("Chance alone put people into the two arms. The draw can be made again from the secret on record."),
        _("What counts was settled and locked before the draw: one outcome, its day, and the way it is worked out."),
    ]
    if found.finding:
        return [finding(found), *lines]
    return [_("How each arm was before and after, where five people or more answered."), *lines]


def cannot_be_said(found: Results) -> list[str]:
    """What no reading of these figures gives."""
    weeks = found.trial.weeks
    lines = [
        _("Whether something else would help as much: those who waited had no other group to compare with."),
        ngettext(
            "Whether it lasts: people were asked once, %(n)s week after the draw.",
            "Whether it lasts: people were asked once, %(n)s weeks after the draw.",
            weeks,
        )
        % {"n": weeks},
        _("Whether it holds for those who could not wait, said no, or did not answer."),
        _("Who was helped and who was not: a difference of two means speaks of no single person."),
        _("How much of a difference comes from knowing that one has started."),
    ]
    if found.finding is None:
        lines.insert(0, _("Whether starting now made a difference."))
    return lines


def picture(trial: Trial, found: Flow) -> Figure:
    """The way of everybody who asked, stage by stage."""
    left_out = tuple((str(LEFT_OUT[reason]), n) for reason, n in found.left_out)
    return flow(
        asked=Box(_("Asked to come"), found.asked),
        outside=Box(_("Not drawn"), sum(n for _words, n in left_out), left_out),
        drawn=Box(_("Drawn"), found.drawn),
        arms=[
            _stages(trial, _("Start now"), found.now, now=True),
            _stages(trial, _("Start later"), found.later, now=False),
        ],
        title=trial.title,
        header=(_("Stage"), _("Arm"), _("What"), _("People")),
    )


def _stages(trial: Trial, name: str, arm: ArmFlow, *, now: bool) -> Stages:
    given: tuple[tuple[str, int], ...]
    if now:
        given = ((_("came to a meeting"), arm.came), (_("came to none"), arm.drawn - arm.came))
        given += ((_("groups"), len(arm.groups)),)
    else:
        given = ((_("waited as planned"), arm.drawn - arm.came), (_("came to a meeting all the same"), arm.came))
        given += ((_("need not wait any more"), arm.early),) if arm.early else ()
    asked = ((_("no answer so far, or not to be counted"), arm.silent), (_("asked to be left out"), arm.taken_back))
    return Stages(
        name,
        (
            Box(name, arm.drawn, given),
            Box(_("Answered after %(weeks)s weeks") % {"weeks": trial.weeks}, arm.counted, asked),
            Box(_("In the comparison"), arm.counted, ((_("did what they were drawn for"), arm.kept_to),)),
        ),
    )
