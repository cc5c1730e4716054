"""`kindcircle lead`: a way in for whoever leads a house into which none of its leads can come any more."""

from gettext import gettext as _

import click

from kindcircle.doors.cli.home import open_database, open_home


@click.command()
def lead() -> None:
    """Show a link for each house that nobody can lead: they were let go, or no code reaches them. Else none."""
    open_home()
    open_database()
    if not let_leads_in():
        click.echo(_("In every house somebody who leads it can come in. No link was made."))


def let_leads_in() -> bool:
    """Make a link for each such house and show it on this screen, once. False: somebody can come in everywhere."""
    from django.conf import settings
    from django.urls import reverse

    from kindcircle.base.access import SYSTEM
    from kindcircle.base.lib import clock
    from kindcircle.rooms.ending.shutting import houses_without_lead
    from kindcircle.rooms.groups.actions import invite

    houses = houses_without_lead()
    for house in houses:
        _row, secret = invite(role="organisation-lead", organisation=house, by=SYSTEM, at=clock.now())
        click.echo(
            _(
                "Nobody can come in who leads {house}. Whoever leads it now comes in by this link, once, "
                "within three days. `kindcircle lead` makes another:"
            ).format(house=house.name)
        )
        click.echo(settings.ORIGIN + reverse("invitation", kwargs={"secret": secret}))
    return bool(houses)
