"""How static files get their names: with a hash of what is in them, also where one script imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Scripts import each other by hashed name too, so that after an upgrade no old part meets a new one."""

    support_js_module_import_aggregation = True
