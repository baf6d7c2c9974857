"""Decisions taken back before they are carried out."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STANDS = models.Q(("done_at", None), ("taken_back_at", None), models.Q(("agreed", None), ("agreed", True), _connector="OR"))
WHOLE = models.Q(
    models.Q(("taken_back_at", None), ("taken_back_by", None), ("taken_back_ground", "")),
    models.Q(
        ("done_at", None),
        ("taken_back_at__isnull", False),
        ("taken_back_by__isnull", False),
        models.Q(("taken_back_ground", ""), _negated=True),
    ),
    _connector="OR",
)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ("records", "0008_waiting_reasons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.AddField(model_name="adjudication", name="taken_back_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="adjudication",
            name="taken_back_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="adjudication",
            name="taken_back_ground",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="adjudication", name="adjudication_one_open"),
        migrations.AddConstraint(
            model_name="adjudication",
            constraint=models.UniqueConstraint(condition=STANDS, fields=("waiting_id",), name="adjudication_one_open"),
        ),
        migrations.AddConstraint(
            model_name="adjudication",
            constraint=models.CheckConstraint(condition=WHOLE, name="adjudication_taken_back_with_ground"),
        ),
    ]
