"""What the authority says of minors under codes that may lead to somebody who is held."""

from typing import Any, ClassVar

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ('identity', '0013_transfers'),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name='person',
            name='minor_rank',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name='MinorWord',
            fields=[
                ('pk', models.CompositePrimaryKey('code_mark', 'rank', blank=True, editable=False, primary_key=True, serialize=False)),
                ('code_mark', models.BinaryField()),
                ('rank', models.BigIntegerField()),
                ('corrects', models.BooleanField()),
                ('recorded_at', models.DateTimeField()),
                ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person')),
            ],
            options={
                'db_table': 'identity_minor_word',
            },
        ),
        migrations.AddConstraint(
            model_name='minorword',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('code_mark'), 32), name='minor_mark_keyed'),
        ),
    ]
