"""`kindcircle demo`: the made-up house, and the links that lead into it."""

from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from kindcircle.doors.cli.home import Stop, open_database, open_home

if TYPE_CHECKING:
    from kindcircle.base.people.models import User


@click.group()
def demo() -> None:
    """The demo with its made-up people."""


@demo.command()
def build() -> None:
    """Fill an empty home with the demo. A home that has one is left as it is."""
    _open()
    make_sure_it_is_there()
    click.echo(sign_in_links())


@demo.command()
def rebuild() -> None:
    """Throw the demo away and build it anew, as of now. Stop the site first."""
    _open()
    from kindcircle.base.people.links import DEMO_HOUSE
    from kindcircle.base.people.models import Organisation

    if Organisation.objects.exclude(code=DEMO_HOUSE).exists():
        raise Stop(_("This home holds a real site. Nothing was changed."))
    _empty_database()
    make_sure_it_is_there()
    click.echo(sign_in_links())


def make_sure_it_is_there() -> None:
    """Build the demo's house unless it stands already."""
    from kindcircle.base.lib import clock
    from kindcircle.base.people.links import DEMO_HOUSE
    from kindcircle.base.people.models import Organisation
    from kindcircle.doors.cli.demo_world.build import build as build_world

    if not Organisation.objects.filter(code=DEMO_HOUSE).exists():
        click.echo(_("Building the demo, with made-up people only ..."))
        build_world(at=clock.now())


def sign_in_links() -> str:
    """One line per person who can be tried out: what they are here, their name, their link."""
    from django.conf import settings
    from django.urls import reverse

    from kindcircle.base.people.links import demo_token
    from kindcircle.base.vault import seals

    people = list(_people())
    names = seals.names_of([user for _role, user in people])
    lines = [_("A demo. Everybody and everything in it is made up. Each link signs you in:"), ""]
    for role, user in people:
        address = settings.ORIGIN + reverse("demo-enter", kwargs={"token": demo_token(user)})
        lines.append(f"  {role.ljust(18)} {names[user.pk].ljust(9)} {address}")
    lines += ["", _("The site is at {address} (stop it with Ctrl-C).").format(address=settings.ORIGIN)]
    return "\n".join(lines)


def _people() -> "list[tuple[str, User]]":
    from kindcircle.base.people.links import DEMO_HOUSE
    from kindcircle.base.people.models import StaffRole
    from kindcircle.rooms.groups.models import Group, Membership
    from kindcircle.rooms.groups.queries import places
    from kindcircle.rooms.intake.models import Application

    here = Group.objects.filter(organisation__code=DEMO_HOUSE, memberships__role=Membership.Role.MEMBER)
    group = here.order_by("-created_at").first()
    if group is None:
        raise Stop(_("There is no demo here yet. Build one with: kindcircle demo build"))
    found = [(_("Facilitator"), place.user) for place in places(group, Membership.Role.FACILITATOR)[:1]]
    found += [(_("Member"), place.user) for place in places(group)[:3]]
    asked = Application.objects.filter(intake__organisation__code=DEMO_HOUSE, source=Application.Source.PAGE)
    found += [(_("Applicant"), one.person) for one in asked.select_related("person").order_by("pk")[:2]]
    roles = {StaffRole.Role.SAFETY_LEAD: _("Safety lead"), StaffRole.Role.ORGANISATION_LEAD: _("Organisation lead")}
    for role, name in roles.items():
        staff = StaffRole.objects.filter(user__organisation__code=DEMO_HOUSE, role=role).select_related("user")
        found += [(name, row.user) for row in staff[:1]]
    return found


def _open() -> None:
    open_home(demo=True)
    open_database()


def _empty_database() -> None:
    """Take every table away and make them anew: the audit record refuses anything less."""
    from django.core.management import call_command
    from django.db import connection

    from kindcircle.base.vault.keys import forget_opened

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    if connection.vendor == "sqlite":
        from pathlib import Path

        file = Path(str(connection.settings_dict["NAME"]))
        connection.close()
        for part in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            part.unlink(missing_ok=True)
    forget_opened()
    call_command("migrate", verbosity=0, interactive=False)
