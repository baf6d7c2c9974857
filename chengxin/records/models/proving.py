"""What each batch wrote, in sums, and the nightly proof that the ledger is that and nothing else."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.records.models.batches import Batch

DIGITS = 40


class ProofPart(models.Model):
    """What one statement wrote for a batch: how many versions, how many of them active, and the sum over them. By the ledger's trigger."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="proof_parts")
    rows = models.IntegerField()
    standing = models.IntegerField()
    amount = models.DecimalField(max_digits=DIGITS, decimal_places=0)

    class Meta:
        db_table = "records_proof_part"


class ProofSeal(models.Model):
    """A finished batch under a key of the vault: what its receipt counts and what it wrote."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, primary_key=True, related_name="proof_seal")
    rows = models.BigIntegerField()
    standing = models.BigIntegerField()
    amount = models.DecimalField(max_digits=DIGITS, decimal_places=0)
    seal = models.BinaryField()

    class Meta:
        db_table = "records_proof_seal"


class ProofRun(models.Model):
    """A run of the proof: what it found.

    ``batch_ids`` are those that no run before had met, ``head`` their seals under a key of the vault.
    """

    at = models.DateTimeField()
    batches = models.IntegerField()
    rows = models.BigIntegerField()
    faults = models.JSONField(default=list)
    batch_ids = ArrayField(models.IntegerField())
    head = models.BinaryField()

    class Meta:
        db_table = "records_proof_run"
