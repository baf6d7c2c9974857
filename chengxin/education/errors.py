"""What may go wrong at the public site's pages."""

from chengxin.lib.errors import NotFound


class PageUnknown(NotFound):
    code, message = "page-unknown", "没有这个网页，或者它已经撤下。可以从首页或者搜索找起。"
    message_en = "There is no such page, or it was taken off. Begin at the start page, or search."
