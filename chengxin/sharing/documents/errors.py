from chengxin.lib.errors import Unusable


class FontsMissing(Unusable):
    """The Chinese fonts are not where the set-up puts them; without them a report would be a page of empty boxes."""

    code = "fonts-missing"
    message = "报告所用的中文字体缺失，请先运行 make setup。缺："
    message_en = "The Chinese fonts of the report are missing; run `make setup` first. Missing:"
