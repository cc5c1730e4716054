"""What can go wrong with rows for research, in sentences a person can act on."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class TooFewPeople(Conflict):
    """So few said yes that the rows would be somebody."""

    def __init__(self, people: int, groups: int) -> None:
        super().__init__(
            _(
                "This needs at least %(people)s people who said yes to research, from at least %(groups)s groups of "
                "this programme that have ended. Until then their rows could tell who they are."
            )
            % {"people": people, "groups": groups}
        )


class TooFewNew(Conflict):
    """So many took their yes back that, beside an earlier file, this one would show the few who are new."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Too few of the people who are new since an earlier file still say yes. Beside that file, this one "
                "could tell who they are. Please ask anew: then it leaves them out."
            )
        )


class NotClear(Invalid):
    def __init__(self) -> None:
        super().__init__(
            _("Please choose a programme, and give a short name of the study, what it is for, for whom, and how long.")
        )


class TakesTwo(Conflict):
    def __init__(self) -> None:
        super().__init__(_("You asked for this. Somebody else has to look at it and decide."))


class AlreadyDecided(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was decided meanwhile. Please look again."))


class NotOpen(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was not let go, or its time is over. Please ask anew."))


class OftenEnough(Conflict):
    def __init__(self, most: int) -> None:
        super().__init__(
            _("It was taken %(most)s times in the last 24 hours. Please come back tomorrow.") % {"most": most}
        )


class NotAPlan(Invalid):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Something of this does not go together. Those who are drawn for later start only after the second "
                "questionnaire and the two weeks to answer it."
            )
        )


class OneTrialPerOffer(Conflict):
    def __init__(self) -> None:
        super().__init__(_("There is a trial over this offer already."))


class DrawnOnce(Conflict):
    def __init__(self) -> None:
        super().__init__(_("It is drawn. A draw is made once, and stands."))


class NotLockedYet(Conflict):
    def __init__(self) -> None:
        super().__init__(_("A second person has to lock the plan first. Nothing is drawn and nothing opened before."))


class NotBefore(Conflict):
    def __init__(self, day: date) -> None:
        super().__init__(
            _("This is not before %(day)s: until then people can still answer.") % {"day": date_format(day, "j F Y")}
        )


class RecordsGone(Conflict):
    def __init__(self, day: date) -> None:
        super().__init__(
            _(
                "Since %(day)s answers of these people are taken away, as they were promised, and what is left would "
                "give other figures. What was taken along as PDF or file before stands."
            )
            % {"day": date_format(day, "j F Y")}
        )


class EverybodyFits(Conflict):
    def __init__(self, people: int, seats: int) -> None:
        super().__init__(
            _(
                "%(people)s people are ready and there are %(seats)s seats. A draw needs more people than seats, and "
                "four at least. If it stays so, stop the trial and give everybody a place."
            )
            % {"people": people, "seats": seats}
        )


class StillChoosing(Conflict):
    def __init__(self, day: date) -> None:
        super().__init__(
            _("People were told that they can choose until %(day)s, and not all have. Draw after it, or once all have.")
            % {"day": date_format(day, "j F Y")}
        )


class TooLateForLater(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("Drawn today, the others would start before the second questionnaire is in. Stop it and plan a new one.")
        )


class AnswerInTime(Conflict):
    def __init__(self) -> None:
        super().__init__(_("The draw has been made, or was called off. Nothing was changed."))


class PlanTouched(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("The plan does not read as it did when it was locked. Nothing is opened. Please tell who runs the site.")
        )
