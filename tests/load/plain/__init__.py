"""The plain way: ordinary tables, one Celery task per delivery, a pooled `requests.Session`; tuned as well as it can be."""

READY = "plain worker takes tasks"
