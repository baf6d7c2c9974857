"""How far the rebuilding of what is derived has come."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ground', '0005_installation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rebuild',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('upto', models.CharField(blank=True, max_length=100)),
                ('looked', models.BigIntegerField(default=0)),
                ('mended', models.BigIntegerField(default=0)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'ground_rebuild',
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('name',), name='rebuild_one_at_a_time'), models.CheckConstraint(condition=models.Q(('looked__gte', models.F('mended')), ('mended__gte', 0)), name='rebuild_mends_what_it_looks_at')],
            },
        ),
    ]
