# One image for every part: web, worker, beat, sweeper and the migration each run another command of it.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/base.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/base.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/srv/static
RUN useradd --system --uid 10001 --create-home backoffice && mkdir -p /srv/static && chown backoffice /srv/static
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/backoffice
COPY manage.py ./
COPY backoffice backoffice
COPY licensing licensing
COPY integrations integrations
COPY webhooks webhooks
COPY templates templates
COPY static static
USER backoffice
# Settings refuse to start without values; these are made for this step and end with it.
RUN random() { python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"; } && \
    PUBLIC_URL=https://build.invalid SECRET_KEY="$(random)$(random)" ENCRYPTION_KEYS="build:$(random)" \
    API_KEY_HASH_KEY="$(random)" DATABASE_URL=postgres://build.invalid/build REDIS_URL=redis://build.invalid \
    EMAIL_URL=dummymail:// python manage.py collectstatic --noinput
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "backoffice.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--graceful-timeout", "30"]
