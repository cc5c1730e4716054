"""The process that makes one file: a job as JSON on its standard input, a word about it on its standard output."""

import json
import os
import resource
import sys
from pathlib import Path

BEHIND = 10  # how far behind the site's own work this stands in the queue for the processor
MEMORY = 1_500 * 1024 * 1024  # bytes; most of it is address room that libraries ask for and never use
PROCESSOR = 120  # seconds
LARGEST_FILE = 64 * 1024 * 1024  # bytes


def main() -> None:
    """Do the one job and end."""
    os.nice(BEHIND)
    job = json.load(sys.stdin)
    if job["do"] == "speak":
        from kindcircle.rooms.practice.voice.frames import encoded
        from kindcircle.rooms.practice.voice.track import sounds

        Path(job["to"]).write_bytes(encoded(*sounds(job["moments"])))
        said = {}
    else:
        from kindcircle.rooms.practice.voice.recording import cleaned

        # A file from outside is opened below: from here on nothing can grow without bound.
        for what, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, PROCESSOR),
            (resource.RLIMIT_FSIZE, LARGEST_FILE),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))
        said = cleaned(Path(job["from"]), Path(job["to"]), kind=job["kind"], seconds=job["seconds"])
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
