"""Little data: for whom every megabyte costs something. Words and bells come first, and a sound only after a tap."""

from django.http import HttpRequest

from kindcircle.rooms.practice.own_way import Choice


def device_asks(request: HttpRequest) -> bool:
    """Whether this person's browser is set to spare its line, and says so with what it asks for."""
    return request.headers.get("Save-Data", "").strip().lower() == "on"


def little_data(request: HttpRequest, choice: Choice) -> bool | None:
    """Whether this page spares the line. What somebody chose holds; who chose nothing is heard through their device.

    None where neither says anything: a browser may still know more than it sent, and its script asks it.
    """
    if choice.data != "device":
        return choice.data == "little"
    return True if device_asks(request) else None
