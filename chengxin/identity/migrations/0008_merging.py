"""Blocks of names for finding near ones; merging and splitting persons."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0007_login")]
    operations: ClassVar[list[Any]] = []
