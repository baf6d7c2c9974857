from chengxin.lib.errors import NotAllowed


class NotAnswerable(NotAllowed):
    """The one refusal an asker ever sees: it tells neither whether the person exists nor what was wrong."""

    code = "not-answerable"
    message = "无法答复此次查询。请核对姓名、证件号码、用途、依据和案号；本次查询已登记。"
    message_en = (
        "This query can't be answered. Check name, code, purpose, basis and case reference; the query has been entered."
    )
