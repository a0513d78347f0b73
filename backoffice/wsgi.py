"""The WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

application = get_wsgi_application()

# What is loaded by now stays for good: looking through it in each full collection costs a request tens of milliseconds.
gc.collect()
gc.freeze()
