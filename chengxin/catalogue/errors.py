from chengxin.lib.errors import NotFound, Unusable


class CatalogueUnusable(Unusable):
    """A catalogue file can't be loaded; nothing of the edition was."""

    code, message, message_en = "catalogue-unusable", "目录文件无法装入：", "The catalogue can't be loaded:"


class ItemNotOpen(NotFound):
    """No item of this code rests on a law in force on the day."""

    code = "item-not-open"
    message = "目录中没有该信息项，或其依据当日不在有效期内："
    message_en = "The catalogue has no such item, or no law in force behind it on that day:"


class PurposeUnknown(NotFound):
    code, message, message_en = "purpose-unknown", "没有登记该用途：", "No such purpose is registered:"
