"""Which keys this database was written with, what each of them does, and how far a rotation has come."""

from django.db import models


class VaultKey(models.Model):
    """A key this database was written with, by id, suite and a check value; the keys themselves stay outside.

    ``retired_at``: since then nothing in the database needs it any more, which the database has checked.
    """

    key_id = models.CharField(max_length=32, primary_key=True)
    suite = models.CharField(max_length=16)
    check_value = models.BinaryField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_vault_key"
        constraints = [
            models.CheckConstraint(
                name="vault_key_suite_known", condition=models.Q(suite__in=("international", "national"))
            ),
        ]


class KeyPointers(models.Model):
    """The one row that says which key does what (``lib.crypto.Pointers``). ``former`` is set while codes stand under two hash keys."""

    id = models.SmallIntegerField(primary_key=True)
    anchor = models.CharField(max_length=32)
    hash = models.CharField(max_length=32)
    former = models.CharField(max_length=32, default="", blank=True)
    current = models.CharField(max_length=32)

    class Meta:
        db_table = "identity_key_pointers"
        constraints = [models.CheckConstraint(name="key_pointers_once", condition=models.Q(id=1))]


class KeyRotation(models.Model):
    """One change of keys, from the moment the new one is in use to the moment nothing needs those it takes over from."""

    key = models.ForeignKey(VaultKey, on_delete=models.PROTECT, related_name="+")
    from_hash = models.CharField(max_length=32)
    from_current = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_key_rotation"
        constraints = [
            models.UniqueConstraint(name="key_rotation_one_at_a_time", fields=("finished_at",), nulls_distinct=False),
        ]


class RotationStep(models.Model):
    """How far a rotation has come in one table: all rows up to ``upto`` are done, and ``done`` rows in all."""

    rotation = models.ForeignKey(KeyRotation, on_delete=models.PROTECT, related_name="steps")
    part = models.CharField(max_length=63)
    upto = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)

    class Meta:
        db_table = "identity_rotation_step"
        constraints = [models.UniqueConstraint(name="rotation_step_once", fields=("rotation", "part"))]
