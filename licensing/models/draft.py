"""What an admin has staged on the License page and not saved yet: kept on the server, across pages, searches and sign-ins."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7
from backoffice.tenancy.models import Organization, Store
from licensing.models.subscription import License

#: What nobody touched for so long is dropped.
KEPT_FOR = timedelta(days=14)


class LicenseDraft(models.Model):
    """One admin's staged changes in one organization. Saving or discarding drops it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="license_drafts", verbose_name=_("organization")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    touched_at = models.DateTimeField(_("last changed"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("license draft")
        verbose_name_plural = _("license drafts")
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="licensing_draft_once")]

    def __str__(self) -> str:
        return f"{self.organization}: {self.user}"


class DraftChange(models.Model):
    """One switch that differs from what is saved. The order of ids is the order in which they were moved."""

    draft = models.ForeignKey(
        LicenseDraft, models.CASCADE, related_name="changes", db_index=False, verbose_name=_("draft")
    )
    license = models.ForeignKey(License, models.CASCADE, related_name="+", verbose_name=_("license"))
    store = models.ForeignKey(Store, models.CASCADE, related_name="+", verbose_name=_("store"))
    on = models.BooleanField(_("on"))

    class Meta:
        verbose_name = _("staged change")
        verbose_name_plural = _("staged changes")
        constraints = [
            models.UniqueConstraint(fields=["draft", "license", "store"], name="licensing_draft_change_once")
        ]

    def __str__(self) -> str:
        return f"{self.store}: {self.on}"


class AssignmentImport(models.Model):
    """An uploaded file of assignments, read and waiting to be applied; one an admin and organization, the next replaces it.

    `rows` holds `[line, store code, add-on code, value as written]`; what each would do is worked out anew whenever it is shown.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+", verbose_name=_("organization"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user"))
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, db_index=True)
    file_name = models.CharField(_("file"), max_length=200)
    rows = models.JSONField(_("rows"))

    class Meta:
        verbose_name = _("import of assignments")
        verbose_name_plural = _("imports of assignments")
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="licensing_import_once")]

    def __str__(self) -> str:
        return self.file_name
