"""Links by which a person lets whomever they like look at items of their own choice, and each look at them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ShareLink(models.Model):
    """What a person shares by a link. Append-only; how it stands follows from its views, tries and end (``sql/locks_links.sql``).

    ``digest`` is all that is kept of what stands in the address, ``code_digest`` all of the access code, None without one.
    ``valid_until`` is the first day on which it opens nothing; ``note`` is the person's own word for whom it is, seen by nobody else.
    """

    class Kind(models.TextChoices):
        RECORDS = "records"
        NOTHING = "nothing"

    number = models.CharField(max_length=32)
    subject_id = models.BigIntegerField()
    digest = models.BinaryField()
    code_digest = models.BinaryField(null=True)
    kind = models.CharField(max_length=10, choices=Kind)
    items = ArrayField(models.CharField(max_length=32))
    most_views = models.IntegerField()
    valid_until = models.DateField()
    note = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "sharing_link"
        indexes = [models.Index(name="share_link_of_subject", fields=("subject_id", "-id"))]
        constraints = [
            models.UniqueConstraint(name="share_link_number_once", fields=("number",)),
            models.UniqueConstraint(name="share_link_digest_once", fields=("digest",)),
            models.CheckConstraint(
                name="share_link_shares_something",
                condition=models.Q(kind__in=("records", "nothing"), most_views__gt=0) & ~models.Q(items=[]),
            ),
        ]


class LinkView(models.Model):
    """That an entry of the access register looked through a link. Written by the database with the entry, and by nobody else."""

    entry_id = models.UUIDField(primary_key=True)
    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        db_table = "sharing_link_view"
        indexes = [models.Index(name="link_view_of", fields=("link", "-at"))]


class LinkTry(models.Model):
    """That a wrong access code was tried on a link."""

    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "sharing_link_try"


class LinkEnd(models.Model):
    """That the person ended a link: once, for good."""

    link = models.OneToOneField(ShareLink, on_delete=models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "sharing_link_end"
