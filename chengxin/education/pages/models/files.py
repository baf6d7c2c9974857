"""Where pictures are kept: in the database, so that a backup holds them and the public process needs no folder."""

from django.db import models


class PictureFile(models.Model):
    """A file as it was uploaded, or as the public site shows it. Uploads are limited to 8 MiB before they come here."""

    name = models.CharField(max_length=255, primary_key=True)
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "pages_file"
