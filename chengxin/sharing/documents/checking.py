"""How a report on paper leads to the page where it is checked: an address whose fragment holds number and code, as text and as a picture.

What stands behind # is never sent to a server, so no log keeps it; a script of that page fills the form in.
"""

from base64 import b64encode
from io import BytesIO
from typing import Any

import qrcode
from qrcode.image.svg import SvgPathImage

from chengxin.sharing.documents import words


def check_link(address: str, number: str, code: str) -> str:
    return f"{address}#{number}.{code}"


def check_box(address: str, number: str, code: str) -> dict[str, Any] | None:
    """Give what a document says of how to check it; None for one that can't be, or where nobody said at which address."""
    if not address or not code:
        return None
    picture = qrcode.make(check_link(address, number, code), image_factory=SvgPathImage, box_size=10, border=2)
    return {
        "heading": {"zh": words.CHECK.zh, "en": words.CHECK.en},
        "picture": picture.to_string(encoding="unicode"),
        "alt": "二维码，打开核对页面",
        "lines": [f"扫码，或者打开 {address}，填写编号和核验码。", f"编号 {number}", f"核验码 {code}"],
    }


def picture_of(address: str) -> str:
    """Give an address as a picture that a page holds in itself and a telephone can keep: PNG, as a data address."""
    content = BytesIO()
    qrcode.make(address, box_size=8, border=4).save(content, "PNG")
    return f"data:image/png;base64,{b64encode(content.getvalue()).decode()}"
