"""Grants of roles for a term. The role each officer had becomes a grant of a year, given by the owner."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CARRY_OVER = """
    INSERT INTO identity_role_grant (user_id, role, valid_from, valid_until, reason, granted_at, withdrawal_reason)
    SELECT id, role, day, day + 366, '由上一版的岗位转入', now(), ''
    FROM identity_user, (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS day) today
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("identity", "0004_population_events")]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=24)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField()),
                ("reason", models.CharField(max_length=200)),
                ("granted_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawal_reason", models.CharField(default="", max_length=200)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grants", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"db_table": "identity_role_grant"},
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(role__in=("clerk", "officer", "system_admin", "security_admin", "audit_admin")),
                name="grant_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("valid_from"))
                & models.Q(valid_until__lte=models.F("valid_from") + 366),
                name="grant_for_a_term",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(condition=~models.Q(reason=""), name="grant_has_reason"),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(condition=~models.Q(granted_by=models.F("user")), name="grant_to_another"),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawal_reason="", withdrawn_by=None)
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawal_reason="")),
                name="grant_withdrawal_has_reason",
            ),
        ),
        migrations.CreateModel(
            name="RoleUse",
            fields=[
                (
                    "grant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to="identity.rolegrant"
                    ),
                ),
                ("last_used", models.DateField()),
            ],
            options={"db_table": "identity_role_use"},
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="user", name="user_role_known"),
        # A table can't be changed while checks of foreign keys to it are pending.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="user", name="role"),
    ]
