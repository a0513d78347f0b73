"""The WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

application = get_wsgi_application()

# What is loaded by now stays for good: looking through it in each full collection costs a request tens of milliseconds.
gc.collect()
gc.freeze()
# A batch of orders makes thousands of objects that live as long as its request: looking for garbage among them each 700 finds none.
gc.set_threshold(10_000)
