"""Where a site keeps what is its own, read from the environment before any settings load."""

from pathlib import Path

from kindcircle.base.lib import env


def home() -> Path:
    """The folder of everything this site keeps."""
    return Path(env.text("KINDCIRCLE_HOME", "var")).resolve()


def keys() -> Path:
    """The folder of the key files: beside the data, never inside it (start-up refuses that)."""
    return Path(env.text("KINDCIRCLE_KEYS", str(home() / "keys"))).resolve()


def port() -> int:
    """The port the site answers on."""
    return env.number("PORT", 8000, lowest=1)
