"""How static files get their names: with a hash of what is in them, also where one script imports another."""

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

# htmx's extensions, which no page uses; one of them names a file that is not in the package.
UNUSED = "django_htmx/ext/"


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Scripts import each other by hashed name too, so that after an upgrade no old part meets a new one."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        used = {name: place for name, place in paths.items() if not name.startswith(UNUSED)}
        yield from super().post_process(used, dry_run, **options)
