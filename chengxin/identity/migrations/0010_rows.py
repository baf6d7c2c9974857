"""The key that seals for whom a transaction speaks."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0009_verification'),
    ]

    operations = [
        migrations.CreateModel(
            name='RowKey',
            fields=[
                ('id', models.SmallIntegerField(primary_key=True, serialize=False)),
                ('inner_pad', models.BinaryField()),
                ('outer_pad', models.BinaryField()),
            ],
            options={
                'db_table': 'identity_row_key',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='row_key_once'), models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('inner_pad'), 64), django.db.models.lookups.Exact(django.db.models.functions.text.Length('outer_pad'), 64)), name='row_key_padded')],
            },
        ),
    ]
