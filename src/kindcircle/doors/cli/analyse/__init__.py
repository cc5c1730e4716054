"""`kindcircle analyse`: figures from a file, the same ones the pages show, with nothing rounded in between.

Ends with 0 when there are figures, and with 2 when something about the input has to be put right first.
"""

import click

from kindcircle.doors.cli.analyse.before_after import before_after
from kindcircle.doors.cli.analyse.feasibility import feasibility
from kindcircle.doors.cli.analyse.mediation import mediation
from kindcircle.doors.cli.analyse.meta import meta
from kindcircle.doors.cli.analyse.missing import missing
from kindcircle.doors.cli.analyse.mixed import mixed
from kindcircle.doors.cli.analyse.national import national
from kindcircle.doors.cli.analyse.power import power
from kindcircle.doors.cli.analyse.reliability import reliability
from kindcircle.doors.cli.analyse.round_robin import round_robin
from kindcircle.doors.cli.analyse.two_arms import two_arms
from kindcircle.doors.cli.analyse.visits import visits
from kindcircle.doors.cli.analyse_heart import heart


@click.group()
def analyse() -> None:
    """Figures from your own data files.

    Every method prints text to read, or JSON with every digit (--json). --plot draws an SVG picture. Files are CSV with
    column names in the first row; comma, semicolon and tab all do. What cannot be answered ends with exit code 2 and
    says what to put right.
    """


METHODS = (
    before_after,
    two_arms,
    feasibility,
    reliability,
    mixed,
    mediation,
    meta,
    round_robin,
    missing,
    visits,
    power,
    national,
    heart,
)

for command in METHODS:
    analyse.add_command(command)
