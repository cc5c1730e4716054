"""The site with a clock that a story can set forward, so that an hour goes by in minutes.

Started as `python -m tests.clocked PORT FILE`: the file holds how many seconds the server's clock is ahead. Devices
keep their own clocks and find out, as they would after a long sleep.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn

from kindcircle.base.lib import clock

real_now = clock.now


def ahead_by(file: Path) -> datetime:
    """The machine's time and as much as the file says on top."""
    return real_now() + timedelta(seconds=float(file.read_text() or 0))


def main() -> None:
    """Serve until stopped."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    clock.now = lambda: ahead_by(file)
    uvicorn.run("kindcircle.asgi:application", port=port, access_log=False)


if __name__ == "__main__":
    main()
