"""The real-name verification service: clients, purposes, checks."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0008_merging")]
    operations: ClassVar[list[Any]] = []
