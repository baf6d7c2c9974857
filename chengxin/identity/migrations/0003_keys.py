"""Which key a code's hash was made with, which key does what, and how far a rotation has come."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

# Every code of the release before was hashed under the first key. A default that is written down and taken away again fills the column
# without touching a row.
CODES_NAME_THEIR_KEY = """
DO $$ BEGIN
    EXECUTE format('ALTER TABLE identity_code ADD COLUMN key_id varchar(32) NOT NULL DEFAULT %L',
                   coalesce((SELECT key_id FROM identity_vault_key ORDER BY created_at, key_id LIMIT 1), ''));
    ALTER TABLE identity_code ALTER COLUMN key_id DROP DEFAULT;
END $$
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0002_organisation_kinds")]
    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name="vaultkey",
            name="suite",
            field=models.CharField(max_length=16, default="international"),
            preserve_default=False,
        ),
        migrations.AddField(model_name="vaultkey", name="retired_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="vaultkey",
            constraint=models.CheckConstraint(
                condition=models.Q(suite__in=("international", "national")), name="vault_key_suite_known"
            ),
        ),
        migrations.CreateModel(
            name="KeyPointers",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("anchor", models.CharField(max_length=32)),
                ("hash", models.CharField(max_length=32)),
                ("former", models.CharField(blank=True, default="", max_length=32)),
                ("current", models.CharField(max_length=32)),
            ],
            options={"db_table": "identity_key_pointers"},
        ),
        migrations.AddConstraint(
            model_name="keypointers",
            constraint=models.CheckConstraint(condition=models.Q(id=1), name="key_pointers_once"),
        ),
        migrations.CreateModel(
            name="KeyRotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_hash", models.CharField(max_length=32)),
                ("from_current", models.CharField(max_length=32)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.vaultkey"
                    ),
                ),
            ],
            options={"db_table": "identity_key_rotation"},
        ),
        migrations.AddConstraint(
            model_name="keyrotation",
            constraint=models.UniqueConstraint(
                fields=("finished_at",), name="key_rotation_one_at_a_time", nulls_distinct=False
            ),
        ),
        migrations.CreateModel(
            name="RotationStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=63)),
                ("upto", models.BigIntegerField(default=0)),
                ("done", models.BigIntegerField(default=0)),
                (
                    "rotation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="identity.keyrotation"
                    ),
                ),
            ],
            options={"db_table": "identity_rotation_step"},
        ),
        migrations.AddConstraint(
            model_name="rotationstep",
            constraint=models.UniqueConstraint(fields=("rotation", "part"), name="rotation_step_once"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CODES_NAME_THEIR_KEY)],
            state_operations=[
                migrations.AddField(
                    model_name="code", name="key_id", field=models.CharField(max_length=32), preserve_default=False
                )
            ],
        ),
        migrations.AddField(model_name="code", name="code_sealed", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="code", name="seal_key_id", field=models.CharField(max_length=32, null=True)),
        migrations.AddConstraint(
            model_name="code",
            constraint=models.CheckConstraint(
                condition=models.Q(code_sealed=None, seal_key_id=None)
                | models.Q(code_sealed__isnull=False, seal_key_id__isnull=False),
                name="code_sealed_names_its_key",
            ),
        ),
        migrations.AddIndex(model_name="code", index=models.Index(fields=["subject"], name="code_of_subject")),
    ]
