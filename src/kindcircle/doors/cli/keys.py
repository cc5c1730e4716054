"""`kindcircle keys`: turning the keys that seal what people write, while the site goes on."""

from gettext import gettext as _
from gettext import ngettext

import click

from kindcircle.doors.cli.home import open_home


@click.group()
def keys() -> None:
    """Turn keys at three levels: the root key, a house's key, the key of one person or of a house's own texts."""


@keys.command()
def root() -> None:
    """A new root key on top of keys/root.key, and everything under it wrapped anew. Keep a copy of the file."""
    open_home()

    from kindcircle.base.lib import clock
    from kindcircle.rooms.ending.turning import turn_root

    _say(turn_root(at=clock.now()))
    click.echo(_("Please copy keys/root.key to where you keep it safe, now. An older copy opens nothing new."))


@keys.command()
@click.argument("code")
def house(code: str) -> None:
    """A new key for one house. CODE is the house's, as `kindcircle doctor` and its pages show it."""
    open_home()

    from kindcircle.base.lib import clock
    from kindcircle.doors.cli.wording import the_house
    from kindcircle.rooms.ending.turning import turn_holder, turn_house

    found, at = the_house(code), clock.now()
    _say(turn_house(found, at=at) + turn_holder(found, at=at))


@keys.command()
@click.argument("code")
def person(code: str) -> None:
    """A new key for one person, and every text of theirs sealed anew. CODE is the person's."""
    open_home()

    from kindcircle.base.lib import clock
    from kindcircle.base.people.models import User
    from kindcircle.rooms.ending.turning import turn_holder

    found = User.objects.select_related("organisation").filter(code=code).first()
    if found is None:
        raise click.ClickException(_("There is nobody with the code {code} here.").format(code=code))
    _say(turn_holder(found, at=clock.now()))


@keys.command()
def finish() -> None:
    """Ten minutes after keys were turned: bring along what came in between, and let older keys go."""
    open_home()

    from kindcircle.base.lib import clock
    from kindcircle.rooms.ending.turning import finish as let_go
    from kindcircle.rooms.ending.turning import root_waits_for_a_copy, waiting

    turned = let_go(at=clock.now())
    _say(turned)
    if root_waits_for_a_copy():
        click.echo(
            _(
                "The older root key stays: the last copy opens with it alone, or none was made yet. "
                "Please wait ten minutes after turning it, run `kindcircle backup`, and then this again."
            )
        )
    elif waiting():
        click.echo(_("Some older keys stay for now. Please come back in ten minutes."))
    else:
        click.echo(_("No older key is kept any more."))


def _say(turned: object) -> None:
    from kindcircle.rooms.ending.turning import Turned

    assert isinstance(turned, Turned)
    anew = ngettext("{n} key or text made anew.", "{n} keys and texts made anew.", turned.anew)
    click.echo(anew.format(n=turned.anew))
    if turned.not_opening:
        stays = ngettext(
            "{n} does not open and stays as it is.",
            "{n} do not open and stay as they are.",
            turned.not_opening,
        )
        click.echo(stays.format(n=turned.not_opening))
    if turned.gone:
        click.echo(ngettext("{n} older key let go.", "{n} older keys let go.", turned.gone).format(n=turned.gone))
