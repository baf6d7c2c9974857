"""Persons and the codes that lead to them."""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class Person(models.Model):
    """A person of the population base. Code and name are sealed; ``born`` decides who may be a subject at all.

    Each ``…_rank`` is the place in the authority's sequence that wrote the attribute (code, name and birth are one); it yields to a
    higher one only, so that the order of arrival doesn't matter. ``judged``: something else than full capacity was ever told.
    ``minor_rank``: the highest place that called them a minor (``MinorWord``); while it is above ``identity_rank`` they are closed, and
    nothing of them is shown, shared or used.
    """

    class Capacity(models.TextChoices):
        FULL = "full", "完全民事行为能力"
        LIMITED = "limited", "限制民事行为能力"
        NONE = "none", "无民事行为能力"

    subject_id = models.BigIntegerField(primary_key=True)
    born = models.DateField()
    region = models.CharField(max_length=6)
    capacity = models.CharField(max_length=8, choices=Capacity, default=Capacity.FULL)
    capacity_since = models.DateField(null=True)
    judged = models.BooleanField(default=False, db_default=False)
    died = models.DateField(null=True)
    code_sealed = models.BinaryField()
    name_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    recorded_at = models.DateTimeField()
    identity_rank = models.BigIntegerField(default=0, db_default=0)
    region_rank = models.BigIntegerField(default=0, db_default=0)
    death_rank = models.BigIntegerField(default=0, db_default=0)
    capacity_rank = models.BigIntegerField(default=0, db_default=0)
    minor_rank = models.BigIntegerField(default=0, db_default=0)
    # The subject that holds this one's codes and records since a merge, or since a split that had made this one was undone.
    absorbed_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="absorbed", db_index=False
    )

    class Meta:
        db_table = "identity_person"
        indexes = [
            models.Index(
                name="person_absorbed", fields=("absorbed_into",), condition=models.Q(absorbed_into__isnull=False)
            )
        ]
        constraints = [
            models.CheckConstraint(name="person_subject_positive", condition=models.Q(subject_id__gt=0)),
            models.CheckConstraint(
                name="person_capacity_known", condition=models.Q(capacity__in=("full", "limited", "none"))
            ),
            models.CheckConstraint(
                name="person_capacity_dated",
                condition=models.Q(capacity="full") | models.Q(capacity_since__isnull=False),
            ),
            models.CheckConstraint(
                name="person_not_absorbed_into_itself",
                condition=models.Q(absorbed_into=None) | ~models.Q(absorbed_into=models.F("subject_id")),
            ),
            # An incapable person is a judged one: the guards ask that first.
            models.CheckConstraint(
                name="person_incapable_is_judged", condition=models.Q(capacity="full") | models.Q(judged=True)
            ),
        ]


class Code(models.Model):
    """Which subject a code leads to: keyed hash of the code, and a keyed tag of code and name together.

    The tag is bound to the code, so that equal names of different persons have different tags and nothing can be counted
    without the key. Its own table and its own step (design, decision 11). ``key_id`` is the key of hash and tag. The person's own
    code stands sealed with the person; any other that leads to them is sealed here (``person.code``), or its hash could never be
    made anew under another key. A code that the person had before still leads there, under the name that was told with it; one that
    was theirs by mistake is taken away (``WithdrawnCode``).
    """

    code_hash = models.BinaryField(primary_key=True)
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="codes", db_index=False)
    name_tag = models.BinaryField()
    code_type = models.CharField(max_length=32)
    key_id = models.CharField(max_length=32)
    code_sealed = models.BinaryField(null=True)
    seal_key_id = models.CharField(max_length=32, null=True)  # noqa: DJ001  # no key where nothing is sealed
    # Hashed blocks by which near persons are found for a human to decide: folded name with birth, and with the ends of the code. None
    # where the code shows neither, and for codes entered before there were blocks until they are told again or sealed anew.
    birth_block = models.BinaryField(null=True)
    ends_block = models.BinaryField(null=True)
    # The places in the sequence that first told of the code, that told the name under it, and that replaced it by another: it is a former
    # code while the last is the highest.
    first_rank = models.BigIntegerField(default=0, db_default=0)
    name_rank = models.BigIntegerField(default=0, db_default=0)
    former_rank = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "identity_code"
        constraints = [
            models.CheckConstraint(name="code_hash_is_keyed_hash", condition=Exact(Length("code_hash"), 32)),
            models.CheckConstraint(
                name="code_sealed_names_its_key",
                condition=models.Q(code_sealed=None, seal_key_id=None)
                | models.Q(code_sealed__isnull=False, seal_key_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="code_of_subject", fields=("subject",)),
            models.Index(name="code_by_birth", fields=("birth_block",)),
            models.Index(name="code_by_ends", fields=("ends_block",)),
        ]
