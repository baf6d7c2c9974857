"""What somebody of the public says to the credit centre, and the answer. Nobody's name, no way to reach them, no address of a machine."""

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from chengxin.identity.models import User


class Feedback(models.Model):
    """One thing said. ``digest`` is that of the number by which the sender looks the answer up; the number itself is nowhere.

    ``may_show``: the sender lets it be shown to everybody with its answer; it is, once a second officer agreed to that.
    """

    digest = models.BinaryField()
    words = models.CharField(max_length=1000)
    may_show = models.BooleanField()
    given_at = models.DateTimeField()
    due_on = models.DateField()
    due_estimated = models.BooleanField()
    erase_on = models.DateField()
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "education_feedback"
        indexes = [models.Index(name="feedback_by_age", fields=("given_at",))]
        constraints = [
            models.UniqueConstraint(name="feedback_number_once", fields=("digest",)),
            models.CheckConstraint(name="feedback_digest_whole", condition=models.Q(Exact(Length("digest"), 32))),
            models.CheckConstraint(name="feedback_says_something", condition=~models.Q(words="")),
            models.CheckConstraint(
                name="feedback_answered_wholly",
                condition=models.Q(answer="", answered_by=None, answered_at=None)
                | ~models.Q(answer="") & models.Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="feedback_shown_as_wished",
                condition=models.Q(agreed_by=None, agreed_at=None)
                | models.Q(agreed_by__isnull=False, agreed_at__isnull=False, answered_at__isnull=False, may_show=True),
            ),
            models.CheckConstraint(
                name="feedback_shown_by_two",
                condition=models.Q(agreed_by=None) | ~models.Q(agreed_by=models.F("answered_by")),
            ),
        ]
