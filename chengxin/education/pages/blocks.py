"""What a page is made of: few kinds, all of plain words, so that what is shown is laid out by the site and never by markup of a page."""

from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock


class Step(blocks.StructBlock):
    title = blocks.CharBlock(label="这一步做什么", max_length=60)
    text = blocks.TextBlock(label="怎样做", max_length=1000)


class Source(blocks.StructBlock):
    """An article of a law: what a page says rests on it."""

    law = blocks.CharBlock(label="法律、文件名称", max_length=200, help_text="全称，不加书名号。")
    article = blocks.CharBlock(label="条款", max_length=60, required=False, help_text="例：第二十五条第一款")
    says = blocks.TextBlock(label="要点或者原文", max_length=1000, required=False)
    link = blocks.URLBlock(label="原文网址", required=False)


class Link(blocks.StructBlock):
    """A link to a page of this site, or to an address: of this site from / on, or of another with https."""

    label = blocks.CharBlock(label="文字", max_length=100, help_text="写明去哪里，不写“点击这里”。")
    page = blocks.PageChooserBlock(label="本网站的网页", required=False)
    address = blocks.RegexBlock(
        r"^(/|https://)[^\s<>\"]*$",
        label="或者网址",
        required=False,
        help_text="本网站以 / 开头，例：/catalogue/；其他网站以 https:// 开头。",
        error_messages={"invalid": "网址以 / 或者 https:// 开头，中间没有空格。"},
    )


class Picture(blocks.StructBlock):
    image = ImageChooserBlock(label="图片")
    alt = blocks.CharBlock(label="图片的文字说明", max_length=200, help_text="给看不见图片的人：图上是什么。")
    caption = blocks.CharBlock(label="图注", max_length=200, required=False)


class Body(blocks.StreamBlock):
    heading = blocks.CharBlock(label="小标题", max_length=80, icon="title")
    text = blocks.TextBlock(label="段落", max_length=5000, icon="pilcrow", help_text="空一行就是另一段。")
    points = blocks.ListBlock(blocks.CharBlock(label="一项", max_length=300), label="列表", icon="list-ul")
    steps = blocks.ListBlock(Step(), label="分步办理", icon="list-ol")
    source = Source(label="依据", icon="doc-full")
    link = Link(label="链接", icon="link")
    picture = Picture(label="图片", icon="image")
