"""All settings, read from the environment; `ENVIRONMENT=production` (the default) refuses unsafe or missing values."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from backoffice.database import connections
from backoffice.security import development
from backoffice.security.address_guard import parse_networks

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

ENVIRONMENT = env.str("ENVIRONMENT", default="production")
if ENVIRONMENT not in {"production", "development", "test"}:
    raise ImproperlyConfigured(f"ENVIRONMENT is {ENVIRONMENT!r}; set it to production, development or test.")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)


def required(name: str, *, otherwise: str) -> str:
    """A value production must be given; elsewhere `otherwise` stands in. `NAME_FILE` may name a file that holds it."""
    value: str = env.str(name, default="" if PRODUCTION else otherwise)
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it, or {name}_FILE, in the environment (see README, Settings)."
        )
    if PRODUCTION and value == otherwise:
        raise ImproperlyConfigured(f"{name} holds the development value. Set one of your own (see README, Settings).")
    return value


# Where it runs

PUBLIC_URL = required("PUBLIC_URL", otherwise="http://localhost:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_public.hostname or ""] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
SECRET_KEY = required("SECRET_KEY", otherwise=development.SECRET_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ENCRYPTION_KEYS = required("ENCRYPTION_KEYS", otherwise=development.ENCRYPTION_KEYS)
API_KEY_HASH_KEY = required("API_KEY_HASH_KEY", otherwise=development.API_KEY_HASH_KEY)

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG is on in production. Remove it, or set ENVIRONMENT=development.")
    if _public.scheme != "https":
        raise ImproperlyConfigured(f"PUBLIC_URL is {PUBLIC_URL!r}; production is served over https only.")
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS contains '*'. Name the hosts that serve this product.")
    if len(SECRET_KEY) < 50:
        raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters. Generate a longer one.")

# Brand: dealers sell the product under their own name.

BRAND_NAME = env.str("BRAND_NAME", default="Back Office")
BRAND_LOGO = env.str("BRAND_LOGO", default="brand/logo.svg")
BRAND_ACCENT = env.str("BRAND_ACCENT", default="#d6336c")

# Applications

INSTALLED_APPS = [
    "backoffice.web",
    "backoffice.database",
    "backoffice.accounts",
    "backoffice.tenancy",
    "licensing",
    "integrations",
    "webhooks",
    "backoffice.tenancy.admin_site.SupportAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "lucide",
    "ninja",
    "template_partials",
]
if not PRODUCTION:
    INSTALLED_APPS.append("django_linear_migrations")

MIDDLEWARE = [
    "backoffice.web.request_id.RequestIdMiddleware",
    "backoffice.web.request_log.RequestLogMiddleware",
    "backoffice.web.content_security.ContentSecurityMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backoffice.web.api_calls.ApiCallMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backoffice.web.no_store.NoStoreMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backoffice.tenancy.impersonation.ImpersonationMiddleware",
    "backoffice.accounts.sessions.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "backoffice.web.htmx.HtmxResponseMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backoffice.web.context.page_context",
                "backoffice.accounts.impersonation.banner",
                "backoffice.tenancy.navigation.navigation",
                "licensing.context.plan_notice",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "lucide.templatetags.lucide",
                "backoffice.web.templatetags.web",
                "backoffice.web.templatetags.components",
            ],
        },
    }
]

# Database: each process logs in as its own role (owner migrates; web and worker own nothing).

DATABASE_ROLE = env.str("DATABASE_ROLE", default="")
DATABASES = {"default": env.db_url_config(required("DATABASE_URL", otherwise="postgres://localhost/backoffice"))}
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("DATABASE_CONN_MAX_AGE", default=60),
    CONN_HEALTH_CHECKS=True,
    OPTIONS=connections.options(DATABASES["default"].get("OPTIONS", {}), role=DATABASE_ROLE),
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis: broker and cache. Nothing that must survive lives in it.

REDIS_URL = required("REDIS_URL", otherwise="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "backoffice.web.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.5},
        "KEY_PREFIX": "backoffice",
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Celery's Django fixup closes the connection around each task unless this allows reuse.
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "UTC"
# Runs of integrations may last for hours, so workers of their own take them: deliveries never wait behind one.
CELERY_TASK_ROUTES = {"integrations.execute_run": {"queue": "runs"}, "webhooks.erase_customers": {"queue": "runs"}}
CELERY_BEAT_SCHEDULE = {
    "keep subscriptions": {"task": "licensing.keep_subscriptions", "schedule": crontab(minute=5)},
    "send mails": {"task": "tenancy.send_mails", "schedule": 30.0, "options": {"expires": 30}},
    "prune mails": {"task": "tenancy.prune_mails", "schedule": crontab(hour=3, minute=30)},
    "prune drafts": {"task": "licensing.prune_drafts", "schedule": crontab(hour=3, minute=20)},
    "end closed stores": {"task": "licensing.end_closed_stores", "schedule": crontab(hour=4, minute=10)},
    "make partitions": {"task": "webhooks.make_partitions", "schedule": crontab(hour=3, minute=10)},
    "keep retention": {"task": "webhooks.keep_retention", "schedule": crontab(minute=40)},
    "tend runs": {"task": "integrations.tend_runs", "schedule": 30.0},
    "count adoption": {"task": "integrations.count_adoption", "schedule": crontab(hour=2, minute=30)},
    # More often than once a minute: what is due every minute is spread over it.
    "start scheduled runs": {
        "task": "integrations.start_scheduled",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "follow time zones": {"task": "integrations.follow_time_zones", "schedule": 60.0},
    "tend outages": {"task": "integrations.tend_outages", "schedule": 60.0},
    "follow brand settings": {
        "task": "integrations.follow_brand_settings",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "renew accounts": {"task": "integrations.renew_accounts", "schedule": 120.0},
    "revoke given up accounts": {"task": "integrations.revoke_due", "schedule": 60.0, "options": {"expires": 60}},
    "prune runs": {"task": "integrations.prune_runs", "schedule": crontab(hour=3, minute=50)},
    "erase customers": {"task": "webhooks.erase_customers", "schedule": 15.0, "options": {"expires": 15}},
    "notify owners": {"task": "webhooks.notify_owners", "schedule": crontab()},
}

# Delivery engine (engine.md says why; the values are per process)

DELIVERY_LANES_PER_CLAIM = env.int("DELIVERY_LANES_PER_CLAIM", default=32)
DELIVERY_LEASE_SECONDS = env.int("DELIVERY_LEASE_SECONDS", default=60)
DELIVERY_SWEEP_SECONDS = env.float("DELIVERY_SWEEP_SECONDS", default=2.0)
OUTBOUND_TIMEOUT_SECONDS = env.int("OUTBOUND_TIMEOUT_SECONDS", default=15)
# Networks that would be refused, opened for development: a comma-separated list such as 127.0.0.0/8. Plain http is allowed to them alone.
OUTBOUND_OPEN_NETWORKS = env.list("OUTBOUND_OPEN_NETWORKS", default=[])
if PRODUCTION and OUTBOUND_OPEN_NETWORKS:
    raise ImproperlyConfigured(
        "OUTBOUND_OPEN_NETWORKS opens private networks to customers' URLs. Unset it in production."
    )
# Where calls come from, told to partners for their firewalls: addresses or networks, written as networks.
OUTBOUND_ADDRESSES = [
    str(network) for network in parse_networks(env.list("OUTBOUND_ADDRESSES", default=[]), setting="OUTBOUND_ADDRESSES")
]

# Accounts

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "backoffice.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# Mail

# Seconds. A mail server that says nothing holds up neither a page nor the mails of a round for long.
EMAIL_TIMEOUT = 15
vars().update(env.email("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{BRAND_NAME} <no-reply@{_public.hostname}>")
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default=f"support@{_public.hostname}")
if PRODUCTION and "EMAIL_URL" not in env.ENVIRON:
    raise ImproperlyConfigured(
        "EMAIL_URL is not set. Set it to your mail server, as smtp+tls://user:password@host:587."
    )

# Language and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# Static files

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# What browsers look for at the root of a site whatever its pages say.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

# Browser policy

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A session ends so long after signing in, however busy; and after this time without a request by a person.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=2 * 60 * 60)
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "backoffice.web.errors.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Developer API

API_PREFIX = "/api/v1/"
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=6000)
# Calls with a refused key, from one address.
API_REFUSED_KEYS_PER_MINUTE = env.int("API_REFUSED_KEYS_PER_MINUTE", default=60)
# Order events may carry 1 MB each and a batch 16 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 17 * 1024 * 1024

# What whoever runs it can see

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
READY_OLDEST_DUE_SECONDS = env.int("READY_OLDEST_DUE_SECONDS", default=300)
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
LOG_FORMAT = env.str("LOG_FORMAT", default="json" if PRODUCTION else "line")
if LOG_FORMAT not in {"json", "line"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}; set it to json or line.")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "context": {"()": "backoffice.web.log_context.LogContextFilter"},
        "request_id": {"()": "backoffice.web.request_id.RequestIdFilter"},
        "secrets": {"()": "backoffice.security.redaction.SecretsFilter"},
    },
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "backoffice.web.log_lines.JsonLines"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "formatter": LOG_FORMAT,
            "filters": ["request_id", "context", "secrets"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Celery sets the root's level by its own option; ours stays as it is set here.
    "loggers": {name: {"level": LOG_LEVEL} for name in ("backoffice", "licensing", "integrations", "webhooks")},
}
