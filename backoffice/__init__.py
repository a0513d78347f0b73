"""The back office of a point-of-sale vendor."""

from backoffice.celery import app as celery_app

__all__ = ["celery_app"]
