"""The process that sets one PDF: a shape and its words as JSON on standard input, the PDF on standard output."""

import json
import os
import sys

from kindcircle.paper.setting import made

BEHIND = 10  # how far behind the site's own work this stands in the queue for the processor


def main() -> None:
    """Set the one page, or pages, and end."""
    os.nice(BEHIND)
    job = json.load(sys.stdin)
    sys.stdout.buffer.write(made(job["shape"], job["words"]))


if __name__ == "__main__":
    main()
