"""Django's pages as a WSGI application; `asgi.py` mounts it beside the sockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kindcircle.settings")
application = get_wsgi_application()
