"""`kindcircle worker`: the due work in a process of its own, for sites that run several servers."""

import signal
import threading
from gettext import gettext as _

import click

from kindcircle.doors.cli.home import Stop, open_home


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and stop.")
def worker(once: bool) -> None:
    """Send what is due, move alerts on, bring letters. Start the servers with KINDCIRCLE_WORKER=apart beside it."""
    open_home()

    from django.conf import settings

    from kindcircle.base.lib import clock
    from kindcircle.doors.cli.safe_start import unready_schema
    from kindcircle.doors.worker.loop import run_forever, tick

    if problem := unready_schema():
        raise Stop(problem)
    if once:
        tick(at=clock.now())
        return
    enough = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_seen: enough.set())
    click.echo(_("The worker looks for due work every {seconds} seconds.").format(seconds=settings.WORKER_SECONDS))
    run_forever(enough)
