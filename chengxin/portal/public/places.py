"""Where the start page of the public site leads, each place with a word on what is found there."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from chengxin.portal.languages import at
from chengxin.portal.navigation import public_url


@dataclass(frozen=True, slots=True)
class Place:
    """``address`` is the name of a page of ours, or the path of one that editors write."""

    label: str
    address: str
    about: str
    about_en: str

    @property
    def href(self) -> str:
        return at(self.address) if self.address.startswith("/") else public_url(self.address)


PLACES = (
    Place(
        gettext_noop("办事指南"),
        "/guide/",
        "政府记了我什么，我能做什么：一步一步写清楚。",
        "What is held about you, and what you can do.",
    ),
    Place(
        gettext_noop("信息目录"),
        "catalogue",
        "收集什么、凭哪一条、由谁提供、展示多久。",
        "What is collected, and on which law.",
    ),
    Place(
        gettext_noop("政策法规"),
        "/policy/",
        "本系统依据的法律和文件，写明文号和施行日期。",
        "Laws and documents, with their days.",
    ),
    Place(
        gettext_noop("典型案例"),
        "/cases/",
        "按常见情形编写，认不出任何人。",
        "Typical situations; nobody can be recognised.",
    ),
    Place(
        gettext_noop("统计"),
        "statistics",
        "逐月的数目，小的数目不公布。",
        "Figures month by month; small ones are withheld.",
    ),
    Place(
        gettext_noop("核对回执"), "check-receipt", "凭编号核对实名核验回执是真是假。", "Check a receipt by its number."
    ),
    Place(gettext_noop("提供单位"), "organisations", "哪些单位报送信息。", "Which bodies hand records in."),
    Place(gettext_noop("动态"), "/news/", "本网站和个人公共信用工作的消息。", "News of this site and of the work."),
    Place(
        gettext_noop("搜索"), "search", "在网页、目录、单位和法律里找。", "Search pages, catalogue, bodies and laws."
    ),
)
