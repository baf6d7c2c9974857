"""Numbers, trees and signed heads of the access register."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0008_duties'),
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('pk', models.CompositePrimaryKey('shard', 'tree', 'size', blank=True, editable=False, primary_key=True, serialize=False)),
                ('shard', models.SmallIntegerField()),
                ('tree', models.CharField(max_length=10)),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField()),
                ('note', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ground_checkpoint',
            },
        ),
        migrations.CreateModel(
            name='DroppedTree',
            fields=[
                ('pk', models.CompositePrimaryKey('shard', 'tree', blank=True, editable=False, primary_key=True, serialize=False)),
                ('shard', models.SmallIntegerField()),
                ('tree', models.CharField(max_length=10)),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ground_dropped_tree',
            },
        ),
        migrations.CreateModel(
            name='RegisterCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('entries', models.BigIntegerField()),
                ('unsealed', models.BigIntegerField()),
                ('fault', models.CharField(blank=True, max_length=32)),
                ('place', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'db_table': 'ground_register_check',
            },
        ),
        migrations.CreateModel(
            name='SealingKey',
            fields=[
                ('verifier', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('since', models.DateTimeField()),
            ],
            options={
                'db_table': 'ground_sealing_key',
            },
        ),
        migrations.CreateModel(
            name='SealingRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('numbered', models.IntegerField()),
                ('signed', models.IntegerField()),
                ('trouble', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'db_table': 'ground_sealing',
            },
        ),
        migrations.CreateModel(
            name='Unsealed',
            fields=[
                ('pk', models.CompositePrimaryKey('entry_id', 'subject_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('entry_id', models.UUIDField()),
                ('subject_id', models.BigIntegerField()),
            ],
            options={
                'db_table': 'ground_unsealed',
            },
        ),
        migrations.CreateModel(
            name='Sealed',
            fields=[
                ('pk', models.CompositePrimaryKey('subject_id', 'entry_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.BigIntegerField()),
                ('entry_id', models.UUIDField()),
                ('shard', models.SmallIntegerField()),
                ('tree', models.CharField(max_length=10)),
                ('seq', models.BigIntegerField()),
                ('salt', models.BinaryField()),
                ('leaf', models.BinaryField()),
            ],
            options={
                'db_table': 'ground_sealed',
                'constraints': [models.UniqueConstraint(fields=('shard', 'tree', 'seq'), name='sealed_once_a_number'), models.CheckConstraint(condition=models.Q(('shard', django.db.models.expressions.CombinedExpression(models.F('subject_id'), '%%', models.Value(16)))), name='sealed_in_its_shard'), models.CheckConstraint(condition=models.Q(('tree__regex', '^\\d{4}-(0[1-9]|1[0-2])(\\.\\d\\d)?$')), name='sealed_tree_form'), models.CheckConstraint(condition=models.Q(('seq__gte', 0)), name='sealed_from_nought')],
            },
        ),
        migrations.CreateModel(
            name='SealedNode',
            fields=[
                ('pk', models.CompositePrimaryKey('shard', 'tree', 'height', 'place', blank=True, editable=False, primary_key=True, serialize=False)),
                ('shard', models.SmallIntegerField()),
                ('tree', models.CharField(max_length=10)),
                ('height', models.SmallIntegerField()),
                ('place', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'db_table': 'ground_sealed_node',
                'constraints': [models.CheckConstraint(condition=models.Q(('height__in', (8, 16, 24))), name='node_height_known')],
            },
        ),
    ]
