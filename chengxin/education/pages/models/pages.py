"""Pages of the public site, as editors write them. What the public sees are the views in ``education/sql``, never these tables."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page

from chengxin.education.pages.blocks import Body
from chengxin.education.pages.texts import refuse_marks, texts_in
from chengxin.education.published import Fact, draft_page
from chengxin.education.rules import Mark


class SitePage(Page):
    """What all pages have: a summary in both languages, and a body of plain blocks."""

    summary = models.TextField("摘要", max_length=300, help_text="两三句话说清楚这一页讲什么，也用于列表和搜索。")
    summary_en = models.TextField("英文摘要", max_length=600, blank=True, help_text="One or two sentences in English.")
    body = StreamField(Body(), verbose_name="正文", blank=True)

    kind = ""
    # What may not stand in any page; a case leads to nobody at all (safeguard 11; 个人信息保护法 第七十三条).
    refused_marks: ClassVar[tuple[Mark, ...]] = (Mark.CODE, Mark.CARD)
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("summary_en"),
        FieldPanel("body"),
    ]

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse what leads to a person, wherever it stands in the page. Raises ValidationError."""
        super().clean()
        written = [self.title, self.seo_title, self.search_description, self.summary, self.summary_en]
        refuse_marks([*written, *texts_in(self.body.get_prep_value())], self.refused_marks)

    def facts(self) -> list[Fact]:
        """Give what stands above the body of this kind of page: pairs of a word and what it is."""
        return []

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:  # noqa: ARG002  # Wagtail's own signature
        return str(settings.PAGE_TEMPLATE)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Show a draft as the public site will show it."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        shown = draft_page(
            self.kind, self.title, self.summary, self.summary_en, self.body.get_prep_value(), self.facts()
        )
        return {**context, "shown": shown}


class HomePage(SitePage):
    """The root of the site; the start page shows its title and summary."""

    kind = "home"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["pages.SectionPage"]
    max_count = 1

    class Meta:
        verbose_name = "首页"


class SectionPage(SitePage):
    """A list of pages of one kind."""

    kind = "section"
    holds = models.CharField(
        "收哪一类网页",
        max_length=8,
        choices=[("news", "动态"), ("policy", "政策法规"), ("guide", "办事指南"), ("case", "典型案例")],
    )
    parent_page_types: ClassVar[list[str]] = ["pages.HomePage"]
    subpage_types: ClassVar[list[str]] = ["pages.NewsPage", "pages.PolicyPage", "pages.GuidePage", "pages.CasePage"]
    content_panels: ClassVar[list[Any]] = [*SitePage.content_panels, FieldPanel("holds")]

    class Meta:
        verbose_name = "栏目"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="section_holds_known", condition=models.Q(holds__in=("news", "policy", "guide", "case"))
            )
        ]


class EntryPage(SitePage):
    """A page in a section of its kind."""

    parent_page_types: ClassVar[list[str]] = ["pages.SectionPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        abstract = True

    @classmethod
    def can_create_at(cls, parent: Page) -> bool:
        return bool(super().can_create_at(parent) and getattr(parent.specific, "holds", "") == cls.kind)


class NewsPage(EntryPage):
    kind = "news"
    day = models.DateField("日期", default=timezone.localdate)
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("day"), *SitePage.content_panels[1:]]

    class Meta:
        verbose_name = "动态"

    def facts(self) -> list[Fact]:
        return [Fact("日期", self.day.isoformat())]


class PolicyPage(EntryPage):
    """A law or document: by its own number, of its organ, with its days."""

    kind = "policy"
    number = models.CharField("文号", max_length=100, blank=True, help_text="照原文写，例：国办发〔2016〕98号")
    organ = models.CharField("发布机关", max_length=200)
    issued_on = models.DateField("发布日期")
    in_force_on = models.DateField("施行日期", null=True, blank=True)
    ended_on = models.DateField("失效日期", null=True, blank=True, help_text="自这一天起不再施行；仍在施行的不填。")
    link = models.URLField("原文网址", blank=True)
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        MultiFieldPanel(
            [FieldPanel(name) for name in ("number", "organ", "issued_on", "in_force_on", "ended_on", "link")],
            heading="文件",
        ),
        *SitePage.content_panels[1:],
    ]

    class Meta:
        verbose_name = "政策法规"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="policy_days_ordered",
                condition=models.Q(ended_on=None) | models.Q(ended_on__gt=models.F("issued_on")),
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.ended_on is not None and self.issued_on is not None and self.ended_on <= self.issued_on:
            raise ValidationError({"ended_on": "失效日期应在发布日期之后。"})

    def facts(self) -> list[Fact]:
        days = [("发布日期", self.issued_on), ("施行日期", self.in_force_on), ("失效日期", self.ended_on)]
        told = [
            ("文号", self.number),
            ("发布机关", self.organ),
            *((word, day.isoformat()) for word, day in days if day),
        ]
        return [Fact(word, text) for word, text in told if text]


class GuidePage(EntryPage):
    """What somebody may do, step by step."""

    kind = "guide"
    audience = models.CharField("写给谁", max_length=60, default="本人")
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("audience"), *SitePage.content_panels[1:]]

    class Meta:
        verbose_name = "办事指南"

    def facts(self) -> list[Fact]:
        return [Fact("写给", self.audience)]


class CasePage(EntryPage):
    """A typical case that leads to nobody: shown only once an editor has confirmed so (public_page)."""

    kind = "case"
    nobody_recognised = models.BooleanField(
        "已逐句核对：从这一页认不出任何人",
        default=False,
        help_text="不写姓名、住址、单位全称、案号和确切日期；情节特别的，改写到认不出来为止。",
    )
    refused_marks: ClassVar[tuple[Mark, ...]] = tuple(Mark)
    content_panels: ClassVar[list[Any]] = [*SitePage.content_panels, FieldPanel("nobody_recognised")]

    class Meta:
        verbose_name = "典型案例"

    def clean(self) -> None:
        super().clean()
        if not self.nobody_recognised:
            raise ValidationError({"nobody_recognised": "请先逐句核对，确认从这一页认不出任何人，再勾选。"})
