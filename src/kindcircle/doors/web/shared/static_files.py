"""How static files go over the line: without comments, and named with a hash of what is in them."""

import re
import sys
from collections.abc import Iterator
from inspect import getsource
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import find
from django.core.files.base import ContentFile
from rcssmin import cssmin
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

from kindcircle.doors.web.shared import joined_scripts
from kindcircle.doors.web.shared.joined_scripts import JOINED, with_imports

# htmx's extensions, which no page uses; one of them names a file that is not in the package.
UNUSED = "django_htmx/ext/"
IMPORTED = re.compile(r'^@import url\("([a-z-]+\.css)"\);$', re.M)


def lightened(name: str, text: str) -> str:
    """A script or style as it is sent: comments and needless space are for those who read the source."""
    if name.endswith(".js") and not name.endswith(".min.js"):
        return str(jsmin(text))
    return str(cssmin(text)) if name.endswith(".css") else text


def joined(text: str) -> str:
    """A style with the styles that it imports in their places. On a poor line each file costs a wait of its own."""
    return IMPORTED.sub(lambda found: source(f"css/{found[1]}"), text)


def sent(name: str, text: str) -> str:
    """This file as a browser gets it."""
    return lightened(name, with_imports(name, source) if name in JOINED else joined(text))


def source(name: str) -> str:
    """A file as it is written."""
    found = find(name)
    if found is None:
        raise FileNotFoundError(f"There is no static file {name}.")
    return Path(str(found)).read_text(encoding="utf-8")


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Scripts import each other by hashed name too, so that after an upgrade no old part meets a new one."""

    support_js_module_import_aggregation = True
    way = "\n".join(getsource(one) for one in (sys.modules[__name__], joined_scripts))
    """How files are sent, as it is written: where that changed with an upgrade, all are made anew."""

    def save(self, name: str, content: Any, max_length: int | None = None) -> str:
        if name.endswith((".js", ".css")):
            content = ContentFile(sent(name, content.read().decode()).encode())
        return str(super().save(name, content, max_length))

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        # Hashed from what was saved here, not from the source: that still has its comments.
        used = {name: (self, name) for name in paths if not name.startswith(UNUSED)}
        yield from super().post_process(used, dry_run, **options)
