"""Doubtful rows before a person who decides."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("records", "0003_legal_numbers")]
    operations: ClassVar[list[Any]] = []
