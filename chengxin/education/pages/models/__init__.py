"""Pages of the public site."""

from chengxin.education.pages.models.files import PictureFile
from chengxin.education.pages.models.pages import (
    CasePage,
    GuidePage,
    HomePage,
    NewsPage,
    PolicyPage,
    SectionPage,
    SitePage,
)
from chengxin.education.pages.models.review import ReviewTask

__all__ = [
    "CasePage",
    "GuidePage",
    "HomePage",
    "NewsPage",
    "PictureFile",
    "PolicyPage",
    "ReviewTask",
    "SectionPage",
    "SitePage",
]
