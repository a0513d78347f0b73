"""The plain way under a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

# The Celery application must be the current one before a view enqueues.
from tests.load.plain.celery import app as celery_app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.load.plain.settings")
celery_app.set_default()

application = get_wsgi_application()
