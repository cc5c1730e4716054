"""How a command says that something about its input can be put right."""

from typing import IO, Any

import click


class Sorry(click.ClickException):
    """A problem the person can put right: one kind sentence, exit code 2, no traceback."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), file=file, err=file is None)
