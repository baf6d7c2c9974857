"""Grants of roles for a term."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0004_population_events")]
    operations: ClassVar[list[Any]] = []
