"""What departments draft of the catalogue, what was done to a draft, and what the public says of it."""

from django.db import models

from chengxin.identity.models import Organisation, User


class Draft(models.Model):
    """A department's part of the next provincial edition. How far it is, say its steps (``catalogue.rules.state_of``)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=100)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_draft"
        constraints = [
            models.CheckConstraint(name="draft_has_title", condition=~models.Q(title="")),
        ]


class DraftItem(models.Model):
    """An item of a draft: its content as a file would have it, with the code lists it needs beside those in force, or its end.

    The database lets it change while its draft is being drawn up, by the drafting organisation, and never afterwards.
    """

    class Change(models.TextChoices):
        SET = "set", "新增或者修改"
        END = "end", "停用"

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=32)
    change = models.CharField(max_length=4, choices=Change)
    definition = models.JSONField()
    code_lists = models.JSONField()
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_draft_item"
        constraints = [
            models.UniqueConstraint(name="item_once_a_draft", fields=("draft", "code")),
            models.CheckConstraint(
                name="draft_item_change_known",
                condition=models.Q(change="set") | models.Q(change="end", definition={}, code_lists={}),
            ),
        ]


class Step(models.Model):
    """Something done to a draft, over the content of which ``digest`` is made by the database. Append-only.

    ``until`` is the last day of a consultation, and of nothing else.
    """

    class Kind(models.TextChoices):
        SUBMIT = "submit", "提交"
        REVIEW = "review", "审核通过"
        CONSULT = "consult", "公开征求意见"
        APPROVE = "approve", "批准"
        RETURN = "return", "退回修改"
        WITHDRAW = "withdraw", "撤回"
        PUBLISH = "publish", "发布"

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind)
    reason = models.CharField(max_length=500, blank=True)
    until = models.DateField(null=True)
    digest = models.BinaryField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_step"
        constraints = [
            models.CheckConstraint(
                name="step_has_reason", condition=~models.Q(kind__in=("return", "withdraw"), reason="")
            ),
            models.CheckConstraint(
                name="step_until_iff_consulting",
                condition=models.Q(kind="consult", until__isnull=False)
                | ~models.Q(kind="consult") & models.Q(until=None),
            ),
        ]


class Comment(models.Model):
    """What somebody of the public says of a draft, and the answer. ``name`` is what they chose to give, or nothing."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="comments")
    consultation = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="comments")
    text = models.CharField(max_length=2000)
    name = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "catalogue_comment"
        constraints = [
            models.CheckConstraint(name="comment_says_something", condition=~models.Q(text="")),
            models.CheckConstraint(
                name="comment_answered_wholly",
                condition=models.Q(answer="", answered_by=None, answered_at=None)
                | ~models.Q(answer="") & models.Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]
