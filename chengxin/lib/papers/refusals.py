"""Why a file isn't taken as a scan, in both languages: what is wrong with it, where, and how to mend it."""

from chengxin.lib.errors import Unusable
from chengxin.lib.refusals import Refusal

MEBIBYTE = 1 << 20
# A page in colour at 300 dots an inch is half a mebibyte, a telephone's photograph of one four.
LARGEST = 10 * MEBIBYTE
# An application with its papers has few pages; more are several papers, and each is to have a number of its own.
MOST_PAGES = 30
# An A3 sheet at 400 dots an inch is 31 million, the largest photograph of a common telephone 50.
MOST_PIXELS = 50_000_000
# Below this on the shorter side, A5 at 75 dots an inch, handwriting can't be read.
FEWEST_PIXELS = 400

REFUSALS = {
    one.code: one
    for one in (
        Refusal(
            "empty", "文件是空的。请重新扫描或者拍照。", "The file is empty. Scan or photograph the paper once more."
        ),
        Refusal(
            "too-large",
            f"文件超过 {LARGEST // MEBIBYTE} MB。请用 200 至 300 dpi、灰度或者黑白重新扫描，或者一份材料一个文件。",
            f"The file is larger than {LARGEST // MEBIBYTE} MB. Scan at 200 to 300 dpi in grey or black and white, or one paper a file.",
        ),
        Refusal(
            "form-unknown",
            "文件内容不是 PDF、JPEG 或者 PNG（只看内容，不看文件名）。请在扫描软件里另存为其中一种；手机照片请存成 JPEG。",
            "By its content this is no PDF, JPEG or PNG, whatever it is called. Save it as one of these; telephones: as JPEG.",
        ),
        Refusal(
            "damaged",
            "文件打不开，内容不完整或者已损坏。请重新扫描或者拍照。",
            "The file can't be opened: it is cut off or damaged. Scan or photograph the paper once more.",
        ),
        Refusal(
            "too-many-pixels",
            f"图片超过 {MOST_PIXELS // 1_000_000} 百万像素。请降低扫描分辨率（300 dpi 足够）再上传。",
            f"The picture has more than {MOST_PIXELS // 1_000_000} million pixels. Scan at a lower resolution; 300 dpi is enough.",
        ),
        Refusal(
            "too-few-pixels",
            f"图片的短边不到 {FEWEST_PIXELS} 像素，看不清字。请离近一些重新拍照，或者用 200 dpi 以上扫描。",
            f"The picture's shorter side has fewer than {FEWEST_PIXELS} pixels: nobody can read it. Go closer, or scan at 200 dpi or more.",
        ),
        Refusal(
            "moving",
            "这是动图，不是一页纸。请重新扫描或者拍照。",
            "This is an animation, not a page. Scan or photograph the paper.",
        ),
        Refusal(
            "encrypted",
            "PDF 有密码或者加了密。请去掉密码后重新保存，或者打印出来扫描。",
            "The PDF is encrypted. Save it without a password, or print and scan it.",
        ),
        Refusal(
            "no-pages",
            "PDF 里没有页面。请重新扫描。",
            "The PDF has no page. Scan the paper once more.",
        ),
        Refusal(
            "too-many-pages",
            f"PDF 超过 {MOST_PAGES} 页。请按材料分开，一份材料一个文件。",
            f"The PDF has more than {MOST_PAGES} pages. Hand in each paper as a file of its own.",
        ),
        Refusal(
            "active",
            "PDF 里有脚本、动作、内嵌文件或者指向外部的内容，扫描件不会有这些。请打印出来重新扫描。",
            "The PDF holds scripts, actions, files or something outside of it; a scan has none of these. Print it and scan the paper.",
        ),
        Refusal(
            "form",
            "PDF 里有表单、批注或者图层，各人打开看到的会不一样。请打印出来重新扫描。",
            "The PDF holds a form, annotations or layers, which look different to different readers. Print it and scan the paper.",
        ),
        Refusal(
            "too-intricate",
            "PDF 的结构过于复杂，不像扫描件。请打印出来重新扫描。",
            "The PDF is too intricate to be a scan. Print it and scan the paper.",
        ),
        Refusal(
            "too-slow",
            "文件用时过长或者占用过多内存，没有读完。请降低分辨率重新扫描。",
            "Reading the file took too long or too much memory. Scan the paper at a lower resolution.",
        ),
    )
}


class Unreadable(Unusable):
    """A file that isn't taken as a scan. ``reason`` is one of ``REFUSALS``; ``page`` where it was found, from 1, or 0."""

    code, message, message_en = "scan-unreadable", "没有收下：", "Not taken in:"

    def __init__(self, reason: str, page: int = 0) -> None:
        self.reason, self.page = reason, page
        told = REFUSALS[reason]
        where, where_en = (f"第 {page} 页，", f"page {page}: ") if page else ("", "")
        super().__init__(f"{where}{told.text}", f"{where_en}{told.text_en}")
