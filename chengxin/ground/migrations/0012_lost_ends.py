"""Ends of trees of the access register that are lost."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0011_entries_by_time'),
    ]

    operations = [
        migrations.CreateModel(
            name='LostEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shard', models.SmallIntegerField()),
                ('tree', models.CharField(max_length=10)),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField()),
                ('lost_size', models.BigIntegerField()),
                ('lost_root', models.BinaryField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ground_lost_end',
                'constraints': [models.UniqueConstraint(fields=('shard', 'tree', 'size', 'root', 'lost_size', 'lost_root'), name='lost_end_once'), models.CheckConstraint(condition=models.Q(('lost_size__gt', models.F('size')), ('size__gte', 0)), name='lost_end_beyond_the_tree')],
            },
        ),
    ]
