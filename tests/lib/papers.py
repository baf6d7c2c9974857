"""Files as scanners and telephones make them, and as nobody should take them. All of them are drawn here; none is anybody's."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfWriter

SECRET = "SECRET-CAMERA"
SIDE = (620, 877)  # A4 at 75 dots an inch


def page(mode: str = "RGB", size: tuple[int, int] = SIDE, words: str = "Application") -> Image.Image:
    picture = Image.new("RGB", size, "white")
    drawn = ImageDraw.Draw(picture)
    drawn.text((60, 80), words, fill="black")
    drawn.rectangle((60, 120, size[0] - 60, 160), outline="navy")
    return picture.convert(mode)


def saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def camera() -> Image.Exif:
    """What a telephone writes beside its pixels: its maker, a place, and that it was held upright."""
    told = Image.Exif()
    told[0x010F] = SECRET
    told[0x0112] = 6
    told.get_ifd(0x8825)[0x0001] = "N"
    return told


def photograph(**options: Any) -> bytes:
    return saved(page(), "JPEG", exif=camera(), comment=SECRET.encode(), **options)


def scan_png(mode: str = "1") -> bytes:
    return saved(page(mode), "PNG")


def scan_pdf(pages: int = 1, mode: str = "L") -> bytes:
    first, *rest = (page(mode, words=f"Page {number}") for number in range(1, pages + 1))
    return saved(first, "PDF", save_all=True, append_images=rest, title=SECRET, author=SECRET)


def written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
