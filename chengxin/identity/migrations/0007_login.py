"""Persons who log in; second factors; locked accounts."""

from typing import Any, ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0006_organisations")]
    operations: ClassVar[list[Any]] = []
