"""`kindcircle run`: the site, one process, everything set up that is not set up yet."""

import socket
from gettext import gettext as _

import click

from kindcircle.base.lib import places
from kindcircle.doors.cli.home import Stop, gather_static, open_database, open_home


@click.command()
@click.option("--demo", is_flag=True, help="A demo with made-up people and sign-in links, on this machine only.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
def run(demo: bool, host: str) -> None:
    """Serve the site. Sets up what is missing first; the second start is quick."""
    open_home(demo=demo)
    port = places.port()
    _check_free(host, port)
    open_database()
    gather_static()

    from kindcircle.doors.cli.safe_start import refusals

    if found := refusals(host=host):
        raise Stop(_("The site does not start like this:") + "".join(f"\n  - {sentence}" for sentence in found))
    if demo:
        from kindcircle.doors.cli.demo import make_sure_it_is_there, sign_in_links

        make_sure_it_is_there()
        click.echo(sign_in_links())
    else:
        from django.conf import settings

        click.echo(_("Kindcircle is at {address}").format(address=settings.ORIGIN))
    _serve(host, port)


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError:
        raise Stop(
            _("Port {port} on {host} cannot be used; perhaps something runs there already. Try: PORT={other}").format(
                port=port, host=host, other=port + 1
            )
        ) from None


def _serve(host: str, port: int) -> None:
    import uvicorn
    from django.conf import settings
    from django.db import connections

    # The server opens its own connections in its own threads.
    connections.close_all()
    uvicorn.run(
        "kindcircle.asgi:application",
        host=host,
        port=port,
        proxy_headers=settings.TRUSTED_PROXIES > 0,
        server_header=False,
        access_log=False,
        log_level="warning",
        # Live messages are tiny: nothing to compress, and nothing large to take in.
        ws="websockets-sansio",
        ws_max_size=16 * 1024,
        ws_per_message_deflate=False,
    )
