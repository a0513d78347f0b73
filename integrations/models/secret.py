"""A secret as it is stored, whoever it belongs to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.database.identifiers import uuid7


class StoredSecret(models.Model):
    """Encrypted and bound to its owner and name; pages show only its hint, who set it and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=60)
    ciphertext = models.BinaryField(_("ciphertext"))
    hint = models.CharField(_("hint"), max_length=12)
    set_at = models.DateTimeField(_("set"), auto_now=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("set by")
    )

    class Meta:
        abstract = True
