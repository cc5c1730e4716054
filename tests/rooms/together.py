"""Several requests at the very same moment, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable, Sequence

from django.db import connections


def at_the_same_moment(jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run jobs in threads that begin together; what each returned or raised."""
    gate, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place, job) -> None:
        gate.wait()
        try:
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
