"""The `kindcircle` command. Each sub-command is loaded when it is used, so that the light ones start at once."""

import os
from importlib import import_module

import click

# Every matrix here is small: threads of the linear algebra library would wait for one another longer than they work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Sub-command: the module it lives in. The command there has the same name.
COMMANDS = {
    "run": "kindcircle.doors.cli.run",
    "init": "kindcircle.doors.cli.init",
    "worker": "kindcircle.doors.cli.worker",
    "doctor": "kindcircle.doors.cli.doctor",
    "backup": "kindcircle.doors.cli.backup",
    "restore": "kindcircle.doors.cli.restore",
    "lead": "kindcircle.doors.cli.lead",
    "keys": "kindcircle.doors.cli.keys",
    "demo": "kindcircle.doors.cli.demo",
    "measures": "kindcircle.doors.cli.measures",
    "content": "kindcircle.doors.cli.content",
    "analyse": "kindcircle.doors.cli.analyse",
    "stats": "kindcircle.doors.cli.stats",
}


class Lazy(click.Group):
    """A group that imports a sub-command only when somebody asks for it."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[name]), name)
        return command


@click.command(cls=Lazy)
@click.version_option(package_name="kindcircle", message="%(version)s")
def main() -> None:
    """Run a group self-compassion programme, and know honestly whether it helps."""


if __name__ == "__main__":
    main()
