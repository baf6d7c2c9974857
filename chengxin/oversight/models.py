"""Inquiries into how the register is used, what organisations explain, which days were looked at. The database's functions write."""

from django.db import models

from chengxin.identity.models import Organisation, User


class Round(models.Model):
    """A day whose entries were weighed, and how many inquiries that opened. Written with them."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    opened = models.IntegerField()

    class Meta:
        db_table = "oversight_round"


class Draw(models.Model):
    """The sample of a month: the seed on which it hangs, and whether that is made of the signed heads of the month or drawn at random."""

    month = models.DateField(primary_key=True)
    seed = models.BinaryField()
    of_heads = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        db_table = "oversight_draw"
        constraints = [models.CheckConstraint(name="draw_of_a_month", condition=models.Q(month__day=1))]


class Erasure(models.Model):
    """What an organisation is to state of the answers that it may have stored of one duty item in one month; stated once.

    ``erase_by``: the last day on which copies may be there; ``due_on``: the last day to state it in time.
    """

    class Copies(models.TextChoices):
        ERASED = "erased", "已经删除"
        NEVER = "never-stored", "没有保存过"
        KEPT = "kept-by-law", "法律规定还须保存"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField(max_length=32)
    month = models.DateField()
    answers = models.IntegerField()
    erase_by = models.DateField()
    due_on = models.DateField()
    due_estimated = models.BooleanField()
    copies = models.CharField(max_length=12, choices=Copies, blank=True)
    law = models.CharField(max_length=200, blank=True)
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    stated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oversight_erasure"
        indexes = [models.Index(name="erasure_due", fields=("due_on",))]
        constraints = [
            models.UniqueConstraint(name="erasure_once", fields=("organisation", "duty", "month")),
            models.CheckConstraint(
                name="erasure_of_a_month_over",
                condition=models.Q(month__day=1, erase_by__gt=models.F("month"), due_on__gt=models.F("erase_by")),
            ),
            models.CheckConstraint(
                name="erasure_stated_wholly",
                condition=models.Q(copies="", law="", stated_by=None, stated_at=None)
                | models.Q(copies__in=("erased", "never-stored"), law="", stated_by__isnull=False)
                & models.Q(stated_at__isnull=False)
                | models.Q(copies="kept-by-law", stated_by__isnull=False, stated_at__isnull=False) & ~models.Q(law=""),
            ),
        ]


class Inquiry(models.Model):
    """One thing to look into, from the signal to its closure.

    ``rule`` says which rule found it; ``organisation`` is empty where it is about several, ``officer`` where about no one of them; where a
    system asked it is the system, or system and pseudonym. ``subject_id``: the person, where it is about one, else 0. The figures are
    what was weighed, ``numbers`` what it was weighed by.
    """

    class Finding(models.TextChoices):
        IN_ORDER = "in_order", "合规"
        MISUSE = "misuse", "违规查询"
        UNPROVEN = "unproven", "不能认定"

    rule = models.CharField(max_length=24)
    day = models.DateField()
    organisation = models.CharField(max_length=18, blank=True)
    officer = models.CharField(max_length=150, blank=True)
    duty = models.CharField(max_length=32, blank=True)
    subject_id = models.BigIntegerField(default=0)
    observed = models.IntegerField()
    total = models.IntegerField()
    expected = models.DecimalField(max_digits=12, decimal_places=1)
    compared = models.IntegerField()
    numbers = models.JSONField()
    opened_at = models.DateTimeField()
    finding = models.CharField(max_length=8, choices=Finding, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oversight_inquiry"
        indexes = [models.Index(name="inquiry_open", fields=("id",), condition=models.Q(closed_at=None))]
        constraints = [
            models.UniqueConstraint(
                name="inquiry_once", fields=("rule", "day", "organisation", "officer", "duty", "subject_id")
            ),
            models.CheckConstraint(name="inquiry_of_a_rule", condition=~models.Q(rule="")),
            models.CheckConstraint(
                name="inquiry_closed_wholly",
                condition=models.Q(finding="", reason="", closed_by=None, closed_at=None)
                | models.Q(finding__in=("in_order", "misuse", "unproven"), closed_by__isnull=False)
                & models.Q(closed_at__isnull=False)
                & ~models.Q(reason=""),
            ),
        ]


class InquiryEntry(models.Model):
    """An entry of the access register that an inquiry is about: its number and nothing of it."""

    pk = models.CompositePrimaryKey("inquiry_id", "subject_id", "entry_id")
    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="entries", db_index=False)
    subject_id = models.BigIntegerField()
    entry_id = models.UUIDField()

    class Meta:
        db_table = "oversight_inquiry_entry"


class Explanation(models.Model):
    """What an organisation is asked about its entries in an inquiry, and its answer; once each."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.PROTECT, related_name="explanations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=500)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    due_estimated = models.BooleanField()
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oversight_explanation"
        indexes = [models.Index(name="explanation_of_organisation", fields=("organisation", "-id"))]
        constraints = [
            models.UniqueConstraint(name="explanation_once", fields=("inquiry", "organisation")),
            models.CheckConstraint(name="explanation_says_what", condition=~models.Q(words="")),
            models.CheckConstraint(
                name="explanation_answered_by_somebody",
                condition=models.Q(answered_at=None, answered_by=None, answer="")
                | models.Q(answered_at__isnull=False, answered_by__isnull=False) & ~models.Q(answer=""),
            ),
        ]
