"""Which key a code's hash was made with, and how far a rotation has come."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0002_organisation_kinds")]
    operations: ClassVar[list[Any]] = []
