from chengxin.lib.errors import Conflict, NotFound, Unusable


class CatalogueUnusable(Unusable):
    """A catalogue file can't be loaded; nothing of the edition was."""

    code, message, message_en = "catalogue-unusable", "目录文件无法装入：", "The catalogue can't be loaded:"


class ItemNotOpen(NotFound):
    """No item of this code rests on a law in force on the day."""

    code = "item-not-open"
    message = "目录中没有该信息项，或其依据当日不在有效期内："
    message_en = "The catalogue has no such item, or no law in force behind it on that day:"
    remedy, remedy_en = (
        "核对信息目录。",
        "Look into the catalogue.",
    )


class PurposeUnknown(NotFound):
    code, message, message_en = "purpose-unknown", "没有登记该用途：", "No such purpose is registered:"


class DraftUnknown(NotFound):
    code, message, message_en = "draft-unknown", "没有这份目录草案。", "There is no such draft."


class EditionUnknown(NotFound):
    code, message, message_en = "edition-unknown", "没有这个版本的目录：", "There is no such edition:"


class StepRefused(Conflict):
    """A step that a draft can't take now, or by this officer."""

    code, message, message_en = "step-refused", "未能办理：", "That can't be done:"


class DraftUnusable(Unusable):
    """What was drafted or uploaded can't stand in the catalogue as it is."""

    code, message, message_en = "draft-unusable", "草案内容有问题：", "The draft can't stand as it is:"


class CommentRefused(Conflict):
    code, message, message_en = "comment-refused", "意见未收下：", "The comment wasn't taken:"


class LawRefused(Conflict):
    """What was entered of a law can't stand."""

    code, message, message_en = "law-refused", "未能登记：", "That can't be entered:"
