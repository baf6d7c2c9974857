"""What the register tells a person."""

from typing import Any, ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("ground", "0002_action_log")]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=32)),
                ("reference", models.CharField(blank=True, max_length=64)),
            ],
            options={"db_table": "ground_message"},
        ),
        migrations.AddIndex(
            model_name="message", index=models.Index(fields=["subject_id", "-id"], name="message_of_subject")
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject_id__gt", 0), models.Q(("kind", ""), _negated=True)),
                name="message_to_somebody_of_a_kind",
            ),
        ),
    ]
