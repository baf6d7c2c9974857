"""Pictures: decoded, turned as the camera meant it, and drawn anew with their pixels and nothing else."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

from chengxin.lib.papers.refusals import FEWEST_PIXELS, MOST_PIXELS, Unreadable

FORMS = {"jpeg": "JPEG", "png": "PNG"}
# What each form is drawn in; whatever else comes (palettes, transparency, inks) is brought to colours on white paper.
PLAIN = {"jpeg": {"L", "RGB"}, "png": {"1", "L", "RGB"}}
# Below this letters of a scan begin to fray; above it files only grow.
QUALITY = 88


def draw(content: bytes, form: str) -> bytes:
    """Draw a picture anew. Raises Unreadable."""
    try:
        with warnings.catch_warnings():
            # What Pillow warns of (too many pixels, odd tags) is decided here by our own limits.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=[FORMS[form]]) as opened:
                _refuse_size(opened)
                if form == "png" and getattr(opened, "n_frames", 1) > 1:
                    raise Unreadable("moving")
                return _drawn(opened, form)
    except Image.DecompressionBombError:
        raise Unreadable("too-many-pixels") from None
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        OverflowError,
        ArithmeticError,
    ):
        # Decoders let out whatever their reading of damaged bytes runs into.
        raise Unreadable("damaged") from None


def _refuse_size(opened: Image.Image) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        raise Unreadable("too-many-pixels")
    if min(opened.size) < FEWEST_PIXELS:
        raise Unreadable("too-few-pixels")


def _drawn(opened: Image.Image, form: str) -> bytes:
    upright = ImageOps.exif_transpose(opened)
    if upright.mode not in PLAIN[form]:
        upright = _on_white(upright)
    bare = Image.new(upright.mode, upright.size)
    bare.paste(upright)
    out = BytesIO()
    if form == "jpeg":
        bare.save(out, "JPEG", quality=QUALITY)
    else:
        bare.save(out, "PNG")
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        # Sixteen bits of grey: the upper eight are what a screen shows.
        return picture.point(lambda value: value / 256).convert("L")
    if "transparency" in picture.info or picture.mode in {"LA", "PA", "RGBA", "La", "RGBa"}:
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB")
    return picture.convert("RGB")
