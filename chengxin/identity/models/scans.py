"""Papers that were handed over at the window, kept as sealed scans."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.identity.models.organisations import Organisation
from chengxin.identity.models.people import Person
from chengxin.identity.models.visits import Visit
from chengxin.identity.scanning import MOST_PIECES, PIECE_BYTES
from chengxin.lib.papers.refusals import MOST_PAGES


class ScanKind(models.Model):
    """Which kind of paper is taken in on which kind of visit, as ``scan_kinds.toml`` has it, where the database's guards read it."""

    code = models.CharField(max_length=16, primary_key=True)
    visits = ArrayField(models.CharField(max_length=8))

    class Meta:
        db_table = "identity_scan_kind"


class Scan(models.Model):
    """That a paper was taken in on a visit, and what is needed to show that its scan is unchanged. Written once; stays.

    ``subject`` is whose it is: the person's whom the visit is about, or the relative's of the dead. The database gives subject,
    organisation, moment and last day itself. ``erase_on`` is the first day on which the scan is no more, unless it still proves an
    authorisation (``identity_scan_goes``).
    """

    number = models.CharField(max_length=20, unique=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="scans")
    kind = models.ForeignKey(ScanKind, on_delete=models.PROTECT, db_column="kind", related_name="+")
    subject = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="scans")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=4)
    pages = models.SmallIntegerField()
    size = models.IntegerField()
    pieces = models.SmallIntegerField()
    digest = models.BinaryField()
    taken_at = models.DateTimeField()
    erase_on = models.DateField()

    class Meta:
        db_table = "identity_scan"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(name="scan_of_centre", fields=("organisation", "-id")),
            models.Index(name="scan_of_subject", fields=("subject", "-id")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="scan_taken_in_once", fields=("visit", "kind", "digest")),
            models.CheckConstraint(
                name="scan_number_form", condition=models.Q(number__regex="^CL[0-9]{8}[0-9A-Z]{10}$")
            ),
            models.CheckConstraint(name="scan_form_known", condition=models.Q(form__in=["pdf", "jpeg", "png"])),
            models.CheckConstraint(
                name="scan_pages_few",
                condition=models.Q(pages=1) | models.Q(pages__gt=1, pages__lte=MOST_PAGES, form="pdf"),
            ),
            models.CheckConstraint(
                name="scan_pieces_fit_size",
                condition=models.Q(
                    pieces__gte=1,
                    pieces__lte=MOST_PIECES,
                    size__lte=models.F("pieces") * PIECE_BYTES,
                    size__gt=(models.F("pieces") - 1) * PIECE_BYTES,
                ),
            ),
            models.CheckConstraint(name="scan_digest_whole", condition=models.Q(Exact(Length("digest"), 32))),
        ]


class ScanPiece(models.Model):
    """A piece of a scan, sealed with its scan's number and its own place. Erased when its day has come."""

    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name="held")
    place = models.SmallIntegerField()
    content_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    erase_on = models.DateField()

    class Meta:
        db_table = "identity_scan_piece"
        indexes: ClassVar[list[models.Index]] = [models.Index(name="scan_piece_due", fields=("erase_on",))]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="scan_piece_once", fields=("scan", "place")),
        ]
