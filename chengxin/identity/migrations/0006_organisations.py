"""Organisations' hierarchy, licences and filings; delegations."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0005_rights")]
    operations: ClassVar[list[Any]] = []
