"""The population authority's events, and what they wrote."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0003_keys")]
    operations: ClassVar[list[Any]] = []
