"""`kindcircle doctor`: how the site is, line by line. Changes nothing and shows nobody's words."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from gettext import gettext as _
from pathlib import Path

import click

from kindcircle.doors.cli.home import open_home

LONGEST_WAIT = timedelta(minutes=15)
LEAST_FREE = 0.10
OLDEST_COPY = timedelta(hours=26)  # a day, and some time for it to be made
LATELY = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `well` is None where it is only worth a look."""

    what: str
    well: bool | None
    says: str


@click.command()
def doctor() -> None:
    """Look the site over: safety of its set-up, the audit record, waiting messages, content and disk.

    Ends with 1 when something has to be mended, else with 0.
    """
    open_home(halfway_too=True)
    findings = list(examine())
    marks = {True: _("well"), False: _("mend"), None: _("look")}
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        click.echo(f"{marks[finding.well]}  {finding.what.ljust(width)}  {finding.says}")
    if any(finding.well is False for finding in findings):
        raise click.exceptions.Exit(1)


def examine() -> Iterator[Finding]:
    """Every finding in turn. Stops early when the tables are not there to be read."""
    from kindcircle.doors.cli.safe_start import LAST_WORD, REFUSALS, excused

    for refusal in REFUSALS:
        if excused(refusal):
            yield Finding(refusal.what, True, _("not asked of a demo"))
            continue
        sentence = refusal.ask()
        yield Finding(refusal.what, sentence is None, sentence or _("as it should be"))
        if refusal.what in LAST_WORD and sentence:
            return
    yield _audit()
    yield _sealed()
    yield _keys()
    yield _messages()
    yield from _content()
    yield _last_copy()
    yield _disk()
    yield from _help_lines()
    yield _mail()


def _audit() -> Finding:
    from kindcircle.base.audit.log import verify
    from kindcircle.base.audit.models import AuditEntry

    flaws = list(verify())
    if flaws:
        first = flaws[0]
        says = _("entry {number} of {chain}: {what}").format(number=first.number, chain=first.chain, what=first.what)
    else:
        says = _("{count} entries, all in their chain").format(count=AuditEntry.objects.count())
    return Finding("audit record", not flaws, says)


def _sealed() -> Finding:
    from kindcircle.base.lib import clock
    from kindcircle.rooms.tasks.not_opening import did_not_open

    texts = did_not_open(since=clock.now() - LATELY)
    if not texts:
        return Finding("sealed texts", True, _("each that was asked for this month has opened"))
    says = _("{count} did not open this month: {which}").format(count=len(texts), which=", ".join(texts[:5]))
    return Finding("sealed texts", False, says)


def _keys() -> Finding:
    from kindcircle.rooms.ending.turning import waiting

    older = waiting()
    if not older:
        return Finding("keys", True, _("no older key is kept"))
    says = _("{count} older keys are kept: `kindcircle keys finish` lets go what nothing needs").format(count=older)
    return Finding("keys", None, says)


def _last_copy() -> Finding:
    from django.conf import settings

    from kindcircle.base.lib import clock, last_copy

    made = last_copy.made_at()
    if settings.DEMO:
        return Finding("last copy", True, _("not asked of a demo"))
    if made is None:
        return Finding("last copy", None, _("none was made yet: `kindcircle backup FOLDER --to age1…`"))
    late = clock.now() - made > OLDEST_COPY
    return Finding("last copy", None if late else True, _("of {at}").format(at=f"{made:%Y-%m-%d %H:%M} UTC"))


def _messages() -> Finding:
    from kindcircle.base.lib import clock
    from kindcircle.base.outbox.models import Delivery

    given_up = Delivery.objects.filter(gave_up_at__isnull=False, why__in=Delivery.FAILED).count()
    oldest = Delivery.objects.filter(sent_at=None, gave_up_at=None).order_by("due_at").first()
    waited = clock.now() - oldest.due_at if oldest else timedelta()
    if waited > LONGEST_WAIT:
        minutes = int(waited.total_seconds() // 60)
        return Finding(
            "messages", False, _("one has waited for {minutes} minutes; is a worker running?").format(minutes=minutes)
        )
    if given_up:
        return Finding("messages", None, _("{count} could not be sent at all").format(count=given_up))
    return Finding("messages", True, _("none waits too long"))


def _content() -> Iterator[Finding]:
    from django.conf import settings

    from kindcircle.spec.gate import check
    from kindcircle.spec.texts import SHIPPED

    for folder in (SHIPPED, Path(settings.SITE_CONTENT)):
        if not folder.is_dir():
            continue
        errors = [finding for finding in check(folder) if finding.level == "error"]
        says = _("nothing to mend")
        if errors:
            says = _("{count} to mend; see: kindcircle content check {folder}").format(count=len(errors), folder=folder)
        yield Finding("content", not errors, says)


def _disk() -> Finding:
    from django.conf import settings

    usage = shutil.disk_usage(settings.HOME)
    share = usage.free / usage.total
    return Finding("disk", share >= LEAST_FREE, _("{percent:.0f}% free").format(percent=100 * share))


def _help_lines() -> Iterator[Finding]:
    from kindcircle.base.lib import clock
    from kindcircle.base.people.models import Organisation
    from kindcircle.rooms.safety.queries import help_lines

    for house in Organisation.objects.order_by("pk"):
        count = len(list(help_lines(house, at=clock.now())))
        says = _("{count} shown in {country}").format(count=count, country=house.country)
        yield Finding("help lines", True if count else None, says)


def _mail() -> Finding:
    from django.conf import settings

    if settings.EMAIL_HOST:
        return Finding("mail", True, _("goes through {host}").format(host=settings.EMAIL_HOST))
    return Finding("mail", None, _("is kept in {folder} and not sent").format(folder=settings.EMAIL_FILE_PATH))
