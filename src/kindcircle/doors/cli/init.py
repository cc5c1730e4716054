"""`kindcircle init`: an empty site of one's own, and the link to set it up."""

from gettext import gettext as _

import click

from kindcircle.doors.cli.home import Stop, gather_static, open_database, open_home


@click.command()
def init() -> None:
    """Make an empty site: folders, keys, database. Prints the link to its first page."""
    open_home()
    open_database()
    gather_static()

    from django.conf import settings
    from django.urls import reverse

    from kindcircle.base.people.links import set_up_token
    from kindcircle.base.people.models import Organisation
    from kindcircle.doors.cli.safe_start import refusals

    if settings.DEMO:
        raise Stop(_("This is a demo (KINDCIRCLE_DEMO is yes). A site of your own starts without that setting."))
    if Organisation.objects.exists():
        raise Stop(_("This site is set up already. Start it with: kindcircle run"))
    click.echo(_("An empty site is ready in {home}").format(home=settings.HOME))
    click.echo(_("Keep a copy of {keys} in a safe place, apart from the data.").format(keys=settings.KEYS_DIR))
    if found := refusals(host="127.0.0.1"):
        click.echo(_("\nBefore it can start:"))
        for sentence in found:
            click.echo(f"  - {sentence}")
    click.echo(_("\nThen start it with kindcircle run, and open this link within two days:"))
    click.echo(settings.ORIGIN + reverse("first-run", kwargs={"secret": set_up_token()}))
