"""Where a person wants to be told that there is a message for them, and what was sent there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

WRONG_MOST, CODES_A_DAY, TRIES_MOST = 5, 5, 8


class Contact(models.Model):
    """An e-mail address or a mobile telephone of a person, sealed; nothing is sent there until they prove it by a code sent to it.

    ``quiet`` lists the kinds of messages that they don't want sent; on their page they see all of them.
    """

    class Way(models.TextChoices):
        MAIL = "mail", "电子邮件"
        TELEPHONE = "telephone", "手机短信"

    subject_id = models.BigIntegerField()
    way = models.CharField(max_length=9, choices=Way)
    value_sealed = models.BinaryField()
    key_id = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    code_digest = models.BinaryField(null=True)
    code_until = models.DateTimeField(null=True)
    wrong = models.SmallIntegerField(db_default=0, default=0)
    confirmed_at = models.DateTimeField(null=True)
    quiet = ArrayField(models.CharField(max_length=32), db_default=[], default=list)

    class Meta:
        db_table = "identity_contact"
        constraints = [
            models.UniqueConstraint(
                name="contact_one_confirmed",
                fields=("subject_id", "way"),
                condition=models.Q(confirmed_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="contact_one_unproven", fields=("subject_id", "way"), condition=models.Q(confirmed_at=None)
            ),
            models.CheckConstraint(
                name="contact_of_somebody_by_a_known_way",
                condition=models.Q(subject_id__gt=0, way__in=("mail", "telephone")),
            ),
            models.CheckConstraint(
                name="contact_code_ends",
                condition=models.Q(code_digest=None, code_until=None)
                | models.Q(code_digest__isnull=False, code_until__isnull=False, confirmed_at=None),
            ),
            models.CheckConstraint(name="contact_tries_end", condition=models.Q(wrong__gte=0, wrong__lte=WRONG_MOST)),
        ]


class ContactDay(models.Model):
    """How many codes a person had sent on a day, so that nobody's letter box is filled in a person's name."""

    pk = models.CompositePrimaryKey("subject_id", "day")
    subject_id = models.BigIntegerField()
    day = models.DateField()
    codes = models.SmallIntegerField()

    class Meta:
        db_table = "identity_contact_day"
        constraints = [
            models.CheckConstraint(name="contact_codes_a_day", condition=models.Q(codes__gte=1, codes__lte=CODES_A_DAY))
        ]


class Notice(models.Model):
    """That a person is to be told, at one of their contacts, of a message on their page; never what it says."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="notices")
    message_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    tries = models.SmallIntegerField(db_default=0, default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=32, db_default="", default="", blank=True)

    class Meta:
        db_table = "identity_notice"
        indexes = [
            models.Index(name="notice_due", fields=("due_at",), condition=models.Q(sent_at=None, given_up_at=None))
        ]
        constraints = [
            models.UniqueConstraint(name="notice_once", fields=("contact", "message_id")),
            models.CheckConstraint(
                name="notice_ends_one_way", condition=models.Q(sent_at=None) | models.Q(given_up_at=None)
            ),
            models.CheckConstraint(name="notice_tries_end", condition=models.Q(tries__gte=0, tries__lte=TRIES_MOST)),
        ]
