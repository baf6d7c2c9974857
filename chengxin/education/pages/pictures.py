"""Pictures: taken in without what the camera wrote into them, and made ready for the public site when a page is published."""

from hashlib import sha256
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.dispatch import receiver
from PIL import Image as Pillow
from PIL import ImageOps
from wagtail.images.forms import BaseImageForm
from wagtail.images.models import Image
from wagtail.signals import page_published

from chengxin.education.pages.texts import refuse_marks

# The one size the public site shows (public_picture names it too): the public process can make none itself.
SIDE = 1200
SHOWN = f"max-{SIDE}x{SIDE}"
FORMS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}


def bare(file: Any, name: str) -> SimpleUploadedFile:
    """Draw a picture anew, turned as the camera meant it, with its pixels and nothing else. Raises ValidationError."""
    form = FORMS.get(name.rpartition(".")[2].lower())
    if form is None:
        raise ValidationError("只收 JPEG、PNG、WebP 图片。 / JPEG, PNG or WebP.", code="form")
    file.seek(0)
    try:
        with Pillow.open(file, formats=[form]) as opened:
            upright = ImageOps.exif_transpose(opened)
            drawn = Pillow.new(upright.mode, upright.size)
            if upright.palette is not None:
                drawn.putpalette(upright.palette)
            drawn.paste(upright)
            out = BytesIO()
            drawn.save(out, form)
    except (OSError, ValueError, Pillow.DecompressionBombError):
        raise ValidationError(
            "图片打不开，或者内容与扩展名不符。 / Not a picture of that kind.", code="unreadable"
        ) from None
    return SimpleUploadedFile(name, out.getvalue(), f"image/{form.lower()}")


class PictureForm(BaseImageForm):
    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        return bare(file, file.name) if "file" in self.changed_data else file

    def clean(self) -> dict[str, Any]:
        """Refuse names and descriptions that lead to a person. Raises ValidationError."""
        told: dict[str, Any] = super().clean()
        refuse_marks([str(told.get(name) or "") for name in ("title", "description")])
        return told


@receiver(page_published, dispatch_uid="make pictures ready")
def make_ready(instance: Any, **_named: Any) -> None:
    """Make the size that the public site shows of every picture in a page."""
    wanted = {block["value"]["image"] for block in _body(instance) if block["type"] == "picture"}
    for picture in Image.objects.filter(pk__in=wanted).exclude(renditions__filter_spec=SHOWN):
        shown = _drawn(picture)
        picture.renditions.create(filter_spec=SHOWN, focal_point_key="", file=shown)


def _drawn(picture: Any) -> ContentFile[bytes]:
    """Draw a picture no larger than it is shown, under a name that holds a digest of what it is: such an address never changes."""
    with picture.file.open() as held, Pillow.open(held) as opened:
        opened.thumbnail((SIDE, SIDE))
        out = BytesIO()
        opened.save(out, opened.format)
    ending = picture.file.name.rpartition(".")[2]
    return ContentFile(out.getvalue(), f"{sha256(out.getvalue()).hexdigest()[:32]}.{ending}")


def _body(page: Any) -> list[dict[str, Any]]:
    body = getattr(page, "body", None)
    return list(body.get_prep_value()) if body is not None else []
