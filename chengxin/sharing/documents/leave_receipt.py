"""The receipt of what a person did with an authorisation, on paper and as JSON. Reads a ``LeaveReceipt`` alone."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chengxin.lib.periods import SHANGHAI
from chengxin.sharing.documents import words
from chengxin.sharing.documents.glyphs import printable
from chengxin.sharing.documents.pdf import heading, printed
from chengxin.sharing.documents.typeset import lay_out

if TYPE_CHECKING:
    from chengxin.sharing.authorising.receipts import LeaveReceipt

DAY = timedelta(days=1)


def leave_receipt_pdf(receipt: "LeaveReceipt", *, demo: bool = False, sandbox: bool = False) -> bytes:
    """Lay a receipt out as a tagged PDF. The same receipt gives the same bytes. Raises FontsMissing."""
    return lay_out("leave_receipt.typ", layout(receipt, demo=demo, sandbox=sandbox), receipt.at)


def layout(receipt: "LeaveReceipt", *, demo: bool = False, sandbox: bool = False) -> dict[str, Any]:
    """Give everything that ``leave_receipt.typ`` prints, in words, in the order it prints it."""
    mark = words.mark(demo=demo, sandbox=sandbox)
    return {
        "title": heading(words.LEAVE_RECEIPTS[receipt.kind]),
        "demo": heading(mark) if mark else None,
        "number": "",
        "footer": words.LEAVE_FOOTER,
        "sections": [
            {"heading": heading(words.LEAVE_DONE), "rows": printed(_done(receipt))},
            {"heading": heading(words.LEAVE_TO), "rows": printed(_to_whom(receipt))},
        ],
        "items": {
            "heading": heading(words.LEAVE_ITEMS[receipt.kind]),
            "names": [printable(one.name) for one in receipt.items],
        },
        "closing": [{"heading": heading(words.NOTICE), "points": words.LEAVE_NOTICES[receipt.kind]}],
    }


def _done(receipt: "LeaveReceipt") -> list[tuple[str, str]]:
    rows = [
        ("回执编号", receipt.number),
        ("授权编号", receipt.authorisation),
        ("办理人", receipt.person),
        ("办理时间", words.moment(receipt.at)),
        ("办理方式", words.LEAVE_WAYS[receipt.channel]),
    ]
    rows.append(("凭证保存到", words.day(receipt.kept_until)))
    if receipt.due_on:
        rows.append(
            (
                "对方最晚确认",
                words.day(receipt.due_on) + ("（含有尚未公布的节假日，为估算）" if receipt.due_estimated else ""),
            )
        )
    return rows


def _to_whom(receipt: "LeaveReceipt") -> list[tuple[str, str]]:
    keeps = (
        f"每次查得的最多保存 {receipt.keep_days} 天，最迟在 {words.day(receipt.erase_by)} 删除"
        if receipt.erase_by
        else "不保存"
    )
    rows = [
        ("单位", receipt.organisation),
        ("查询事项", receipt.duty),
        ("用途", receipt.purpose),
        ("依据", "、".join(receipt.bases)),
        ("答复形式", words.LEAVE_FORMS[receipt.form]),
    ]
    if receipt.kind != "withdrawn":
        rows += [
            ("次数", "一次" if receipt.once else "期限内"),
            ("有效至", f"{words.day(receipt.valid_until - DAY)}（含当日）"),
            ("保存", keeps),
            ("内容有变化时", "告知对方有变化，不告知内容" if receipt.announces else "不告知对方"),
        ]
    return rows


def leave_receipt_json(receipt: "LeaveReceipt", *, demo: bool = False, sandbox: bool = False) -> dict[str, Any]:
    """Give a receipt as plain JSON values; dates are ISO dates in Asia/Shanghai. Its keys are stable."""
    return {
        "number": receipt.number,
        "authorisation": receipt.authorisation,
        "kind": receipt.kind,
        "at": receipt.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "channel": receipt.channel,
        "person": receipt.person,
        "organisation": receipt.organisation,
        "duty": receipt.duty,
        "purpose": receipt.purpose,
        "bases": list(receipt.bases),
        "form": receipt.form,
        "items": [{"item": one.code, "name": one.name} for one in receipt.items],
        "once": receipt.once,
        "valid_through": (receipt.valid_until - DAY).isoformat(),
        "changes_announced": receipt.announces,
        "keep_days": receipt.keep_days,
        "erase_by": receipt.erase_by.isoformat() if receipt.erase_by else None,
        "acknowledge_by": receipt.due_on.isoformat() if receipt.due_on else None,
        "kept_until": receipt.kept_until.isoformat(),
        "demo": demo,
        "sandbox": sandbox,
    }
