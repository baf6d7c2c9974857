"""Checks tried on what is held, asked for on a page: what was asked, and counts by provider and month."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0002_process'),
        ('identity', '0016_supervising_department'),
        ('records', '0016_waivers_taken_back'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Backtest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.CharField(max_length=16)),
                ('digest', models.CharField(max_length=12)),
                ('rule', models.CharField(max_length=40)),
                ('rule_version', models.SmallIntegerField()),
                ('severity', models.CharField(max_length=10)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('case_reference', models.CharField(max_length=200)),
                ('asked_at', models.DateTimeField()),
                ('months_done', models.SmallIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('failure', models.CharField(blank=True, max_length=40)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.item')),
            ],
            options={
                'db_table': 'records_backtest',
            },
        ),
        migrations.CreateModel(
            name='BacktestMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('held', models.BigIntegerField()),
                ('found', models.BigIntegerField()),
                ('backtest', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='records.backtest')),
                ('provider', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'records_backtest_month',
            },
        ),
        migrations.AddIndex(
            model_name='backtest',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['id'], name='backtest_going_on'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='backtest_of_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(('case_reference', ''), _negated=True), name='backtest_has_case'),
        ),
        migrations.AddConstraint(
            model_name='backtest',
            constraint=models.CheckConstraint(condition=models.Q(('failure', ''), ('ended_at__isnull', False), _connector='OR'), name='backtest_fails_when_it_ends'),
        ),
        migrations.AddConstraint(
            model_name='backtestmonth',
            constraint=models.UniqueConstraint(fields=('backtest', 'provider', 'month'), name='backtest_month_once'),
        ),
        migrations.AddConstraint(
            model_name='backtestmonth',
            constraint=models.CheckConstraint(condition=models.Q(('found__gte', 0), ('held__gte', models.F('found'))), name='backtest_found_of_held'),
        ),
    ]
