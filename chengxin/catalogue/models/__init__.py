"""The catalogue's tables: editions, drafts of them, and what happens to the laws behind them."""

from chengxin.catalogue.models.drafts import Comment, Draft, DraftItem, Step
from chengxin.catalogue.models.editions import (
    Article,
    ArticleDay,
    CodeValue,
    Edition,
    Field,
    Item,
    ItemDay,
    ItemVersion,
    Law,
    Purpose,
)
from chengxin.catalogue.models.laws import LawEvent, LawSuccession

__all__ = [
    "Article",
    "ArticleDay",
    "CodeValue",
    "Comment",
    "Draft",
    "DraftItem",
    "Edition",
    "Field",
    "Item",
    "ItemDay",
    "ItemVersion",
    "Law",
    "LawEvent",
    "LawSuccession",
    "Purpose",
    "Step",
]
