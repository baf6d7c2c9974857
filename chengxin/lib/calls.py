"""What is wrong with a call to the interface, or to a page, as such, whatever it asks for."""

from chengxin.lib.errors import ChengxinError, NotAllowed, NotFound, Unavailable, Unusable


class RequestInvalid(Unusable):
    code = "request-invalid"
    message, message_en = "请求的格式不对。", "The request isn't in the form that the interface asks for."
    remedy, remedy_en = (
        "fields 写明哪些字段不对；照 openapi.json 改正。",
        "``fields`` names what is malformed; mend it by openapi.json.",
    )


class MethodUnknown(ChengxinError):
    code, status = "method-not-allowed", 405
    message, message_en = "这个地址不接受这种方法。", "This address doesn't take the method."
    remedy, remedy_en = "改用答复头 Allow 列出的方法。", "Use a method that the header Allow lists."


class BodyTooLong(ChengxinError):
    code, status = "body-too-long", 413
    message, message_en = "内容太长，没有接收。", "The body is too long; nothing of it was taken."
    remedy, remedy_en = "分成几次发送；报送大批记录用 batches。", "Send it in parts; hand in many records by batches."


class MediaTypeUnknown(ChengxinError):
    code, status = "media-type-not-supported", 415
    message, message_en = "Content-Type 不是这个操作接受的。", "The operation doesn't take this Content-Type."
    remedy, remedy_en = (
        "照 openapi.json 写明 Content-Type，例如 application/json。",
        "Send the Content-Type that openapi.json names, such as application/json.",
    )


class DatabaseAway(Unavailable):
    code = "database-unavailable"
    message, message_en = (
        "数据库暂时连接不上，本次没有办理。",
        "The database can't be reached just now; nothing was done.",
    )


class FormExpired(NotAllowed):
    code = "form-expired"
    message = "页面已过期或来源不明，操作未执行。请返回上一页，刷新后再试。"
    message_en = (
        "The page has expired or the request came from elsewhere; nothing was done. Reload the page and try again."
    )


class RequestUnreadable(Unusable):
    code, status = "request-unreadable", 400
    message, message_en = "请求无法读取。", "The request can't be read."


class PageUnknown(NotFound):
    code = "page-unknown"
    message, message_en = (
        "没有这个页面。请检查网址，或从首页重新进入。",
        "There is no such page. Check the address or start from the home page.",
    )
