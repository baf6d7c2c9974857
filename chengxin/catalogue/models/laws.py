"""What happens to a law of the catalogue, and which article follows one that fell away."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.catalogue.models.editions import Article, Law
from chengxin.identity.models import User


class LawEvent(models.Model):
    """A law, or some of its articles, ended or changed on a day. Append-only: the views that everybody reads follow it by themselves.

    ``due_on`` is the last day on which the items that cite an article are to be brought up to date.
    """

    class Kind(models.TextChoices):
        ENDED = "ended", "废止或者失效"
        CHANGED = "changed", "修改"

    law = models.ForeignKey(Law, on_delete=models.PROTECT, related_name="events")
    articles = ArrayField(models.CharField(max_length=40))
    kind = models.CharField(max_length=8, choices=Kind)
    on_day = models.DateField()
    what = models.CharField(max_length=500)
    source = models.CharField(max_length=300)
    due_on = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_law_event"
        constraints = [
            models.CheckConstraint(name="law_event_kind_known", condition=models.Q(kind__in=("ended", "changed"))),
            models.CheckConstraint(name="law_event_says_what", condition=~models.Q(what="") & ~models.Q(source="")),
            models.CheckConstraint(name="law_event_names_articles", condition=~models.Q(articles=[])),
            models.CheckConstraint(name="law_event_due_after", condition=models.Q(due_on__gt=models.F("on_day"))),
        ]


class LawSuccession(models.Model):
    """The article that stands where one fell away: entered by a second officer, in force from ``since`` on. Append-only."""

    event = models.ForeignKey(LawEvent, on_delete=models.PROTECT, related_name="successions")
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+")
    follows = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_law_succession"
        constraints = [
            models.UniqueConstraint(name="succession_once_an_article", fields=("event", "article")),
            models.CheckConstraint(name="succession_by_another", condition=~models.Q(article=models.F("follows"))),
        ]
