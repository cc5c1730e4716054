"""A voice takes a while to be made on a busy machine. The page is told to ask again in a second, and does."""

import time

from django.http import HttpResponse
from django.test import Client


def once_made(client: Client, path: str) -> HttpResponse:
    """The answer, when it is no longer "ask again"."""
    answer = client.get(path)
    for _second in range(60):
        if answer.status_code != 202:
            break
        time.sleep(1)
        answer = client.get(path)
    return answer
