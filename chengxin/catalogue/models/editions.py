"""The catalogue's versioned tables, after the attributes of standards 2.3.

Written by ``catalogue.services`` alone, from files or from an approved draft.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from chengxin.catalogue.models.drafts import Draft


class Law(models.Model):
    """A law or policy document. Its end (``valid_until``, exclusive) suspends every item that rests on nothing else."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=200)
    number = models.CharField(max_length=100, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    link = models.CharField(max_length=300, blank=True)
    evidence = models.CharField(max_length=16)
    provisional = models.BooleanField()

    class Meta:
        db_table = "catalogue_law"
        constraints = [
            models.CheckConstraint(
                name="law_validity_ordered",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]


class Article(models.Model):
    ref = models.CharField(max_length=40, primary_key=True)
    law = models.ForeignKey(Law, on_delete=models.PROTECT, related_name="articles")
    article = models.CharField(max_length=60, blank=True)
    gist = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "catalogue_article"


class ArticleDay(models.Model):
    """On which days an article stands, as ``sql/locks.sql`` works it out whenever something of a law is entered; nobody else writes it."""

    ref = models.CharField(max_length=40, db_index=True)
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        db_table = "catalogue_article_day"


class ItemDay(models.Model):
    """On which days a version of an item may be collected, kept in the same way."""

    item_id = models.SmallIntegerField()
    item_version_id = models.BigIntegerField(db_index=True)
    nature = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        db_table = "catalogue_item_day"


class Purpose(models.Model):
    """What a reader may read for. ``past_view`` marks the few that may look at a day gone by."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    kind = models.CharField(max_length=16)
    needs = models.CharField(max_length=16)
    organisation_kinds = ArrayField(models.CharField(max_length=16))
    bases = models.ManyToManyField(Article, db_table="catalogue_purpose_basis")
    past_view = models.BooleanField()
    provisional = models.BooleanField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "catalogue_purpose"
        constraints = [
            models.CheckConstraint(
                name="purpose_needs_known", condition=models.Q(needs__in=("case", "authorisation", "none"))
            ),
        ]


class Item(models.Model):
    """An item of the catalogue across its editions. The ledger keeps this small key."""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(max_length=32, unique=True)

    class Meta:
        db_table = "catalogue_item"


class Edition(models.Model):
    """An edition: open from ``sealed_at`` on, when it is whole, and never changed afterwards but for its end.

    It holds until the next of its level begins. One that came of a draft names it; one without was loaded from files by the owner.
    """

    code = models.CharField(max_length=32, unique=True)
    level = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    digest = models.CharField(max_length=64)
    provisional = models.BooleanField()
    source = ArrayField(models.CharField(max_length=200))
    loaded_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, null=True, related_name="edition")

    class Meta:
        db_table = "catalogue_edition"
        constraints = [
            models.CheckConstraint(
                name="edition_level_known", condition=models.Q(level__in=("national", "provincial"))
            ),
            models.CheckConstraint(
                name="edition_validity_ordered",
                condition=models.Q(valid_until=None) | models.Q(valid_until__gt=models.F("valid_from")),
            ),
        ]


class ItemVersion(models.Model):
    """An item as one edition has it. ``definition`` is the file's content, from which ``catalogue.terms`` makes typed values.

    ``considered_at`` is when somebody last took up this content, by drafting or loading it: the database puts it. Content carried over from
    one edition into the next keeps the moment, and so stays suspended by a change of law that it was never held against.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="item_versions")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="item_versions")
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    item_class = models.CharField(max_length=8)
    nature = models.CharField(max_length=12)
    behaviour = models.TextField()
    subject_type = models.CharField(max_length=32)
    disclosure = ArrayField(models.CharField(max_length=32))
    share_class = models.CharField(max_length=16)
    share_conditions = models.TextField()
    update_cycle = models.JSONField()
    display_rule = models.CharField(max_length=32)
    retention_rule = models.CharField(max_length=32)
    admission = models.CharField(max_length=16)
    provider_kinds = ArrayField(models.CharField(max_length=16))
    provisional = models.BooleanField()
    definition = models.JSONField()
    considered_at = models.DateTimeField(db_default=Now())
    bases = models.ManyToManyField(Article, db_table="catalogue_item_basis")
    purposes = models.ManyToManyField(Purpose, db_table="catalogue_item_purpose")

    class Meta:
        db_table = "catalogue_item_version"
        constraints = [
            models.UniqueConstraint(name="item_once_an_edition", fields=("item", "edition")),
            models.CheckConstraint(
                name="item_nature_known", condition=models.Q(nature__in=("neutral", "positive", "adverse"))
            ),
            models.CheckConstraint(
                name="item_disclosure_known",
                condition=models.Q(disclosure__contained_by=["public", "government_sharing", "authorised_query"]),
            ),
        ]


class Field(models.Model):
    """A data item of an item version, in the template's order."""

    item_version = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="fields")
    position = models.SmallIntegerField()
    code = models.CharField(max_length=32)
    label = models.CharField(max_length=100)
    label_en = models.CharField(max_length=200)
    type = models.CharField(max_length=16)
    length = models.IntegerField(null=True)
    required = models.CharField(max_length=16)
    code_list = models.CharField(max_length=32, blank=True)
    sensitivity = models.CharField(max_length=16)
    shown_to = ArrayField(models.CharField(max_length=16))

    class Meta:
        db_table = "catalogue_field"
        constraints = [
            models.UniqueConstraint(name="field_once_an_item", fields=("item_version", "code")),
        ]


class CodeValue(models.Model):
    """One value of a code list in one edition."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="code_values")
    code_list = models.CharField(max_length=32)
    value = models.CharField(max_length=60)
    label = models.CharField(max_length=200)
    label_en = models.CharField(max_length=300)
    maps_to = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    provisional = models.BooleanField()

    class Meta:
        db_table = "catalogue_code_value"
        constraints = [
            models.UniqueConstraint(name="value_once_a_list", fields=("edition", "code_list", "value")),
        ]
