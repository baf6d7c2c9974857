"""The key under which the database recognises for whom a transaction speaks."""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class RowKey(models.Model):
    """The one row that holds the two padded halves of an HMAC-SHA-256 key (RFC 2104), so that SQL needs no more than sha256.

    Derived from the anchor of the vault; no role but the owner reads it. ``identity.speaking`` tells what it is for.
    """

    id = models.SmallIntegerField(primary_key=True)
    inner_pad = models.BinaryField()
    outer_pad = models.BinaryField()

    class Meta:
        db_table = "identity_row_key"
        constraints = [
            models.CheckConstraint(name="row_key_once", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="row_key_padded", condition=Exact(Length("inner_pad"), 64) & Exact(Length("outer_pad"), 64)
            ),
        ]
