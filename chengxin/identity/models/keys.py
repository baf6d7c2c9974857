"""Which keys this database was written with."""

from django.db import models


class VaultKey(models.Model):
    """The keys this database was written with, by id and a check value; the keys themselves stay outside."""

    key_id = models.CharField(max_length=32, primary_key=True)
    check_value = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "identity_vault_key"
