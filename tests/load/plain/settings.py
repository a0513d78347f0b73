"""Settings of the plain way: everything that makes it quick, nothing that makes it less safe than ours."""

import environ

env = environ.Env()

SECRET_KEY = "load test only"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
INSTALLED_APPS = ["tests.load.plain"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.load.plain.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": env.db_url_config(env.str("DATABASE_URL", default="postgres://localhost/plain"))}
DATABASES["default"].update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=False)

CELERY_BROKER_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = env.int("PREFETCH", default=4)
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
# CONN_MAX_AGE alone does nothing inside a task: Celery closes the connection around each unless it may reuse it.
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_TIMEZONE = "UTC"

LOGGING_CONFIG = None
