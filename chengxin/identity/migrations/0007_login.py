"""Persons who log in, sessions, second factors, failures to log in. Django's own session table goes: a session is bound to its user and its face."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Length
from django.db.models.lookups import Exact


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0006_organisations")]
    operations: ClassVar[list[Any]] = [
        migrations.AddField(model_name="user", name="first_password", field=models.BooleanField(db_default=False, default=False)),
        migrations.AddField(
            model_name="user",
            name="subject",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="user", to="identity.person"
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="organisation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="officers", to="identity.organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(organisation__isnull=False, subject=None)
                | models.Q(
                    organisation=None,
                    subject__isnull=False,
                    display_name="",
                    password__startswith="!",
                    demo=False,
                    first_password=False,
                ),
                name="user_is_officer_or_person",
            ),
        ),
        migrations.CreateModel(
            name="FailedTry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey("kind", "bucket", blank=True, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("officer", "Officer"), ("unknown", "Unknown"), ("address", "Address")], max_length=8
                    ),
                ),
                ("bucket", models.BigIntegerField()),
                ("failures", models.IntegerField()),
                ("first_at", models.DateTimeField()),
                ("locked_until", models.DateTimeField(null=True)),
            ],
            options={"db_table": "identity_failed_try"},
        ),
        migrations.AddConstraint(
            model_name="failedtry",
            constraint=models.CheckConstraint(
                condition=models.Q(kind="officer")
                | models.Q(kind__in=("unknown", "address"), bucket__gte=0, bucket__lt=1 << 20),
                name="failed_try_bounded",
            ),
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("key_digest", models.BinaryField(primary_key=True, serialize=False)),
                (
                    "face",
                    models.CharField(choices=[("desk", "工作台和本人"), ("administration", "管理端")], max_length=16),
                ),
                ("content", models.BinaryField()),
                ("began_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "identity_session"},
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(face__in=("desk", "administration")), name="session_face_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(seen_at__gte=models.F("began_at")), name="session_seen_after_begun"
            ),
        ),
        migrations.CreateModel(
            name="House",
            fields=[("id", models.SmallIntegerField(primary_key=True, serialize=False)), ("demo", models.BooleanField())],
            options={
                "db_table": "identity_house",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="house_once")],
            },
        ),
        migrations.CreateModel(
            name="Totp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret_sealed", models.BinaryField()),
                ("key_id", models.CharField(max_length=32)),
                ("last_step", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="totp", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"db_table": "identity_totp"},
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(unique=True)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "identity_recovery_code",
                "constraints": [
                    models.CheckConstraint(condition=Exact(Length("digest"), 32), name="recovery_code_hashed")
                ],
            },
        ),
        migrations.RunSQL("INSERT INTO identity_house (id, demo) VALUES (1, false)", migrations.RunSQL.noop),
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
    ]
