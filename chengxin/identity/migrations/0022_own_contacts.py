"""Whose addresses are shown and changed is the person's for whom the transaction speaks."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0021_visits'),
    ]

    operations = [
        # They believed whoever named a person; those that stand in their place ask who speaks.
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS identity_contacts_of(bigint), identity_add_contact(bigint, text, bytea, text), "
            "identity_code_again(bigint, bigint), identity_prove_contact(bigint, bigint, bytea), "
            "identity_drop_contact(bigint, bigint), identity_quiet_contact(bigint, bigint, text[])",
            migrations.RunSQL.noop,
        ),
    ]
