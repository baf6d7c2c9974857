"""Subscriptions to changes under authorisations, what was told, and batches to be looked at."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('authorising', '0005_changes_announced'),
        ('duties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch_id', models.IntegerField()),
            ],
            options={
                'db_table': 'sharing_change_look',
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.CharField(max_length=18)),
                ('client', models.CharField(max_length=32)),
                ('known', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, db_default='', max_length=32)),
                ('authorisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authorising.authorisation')),
                ('enrolment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.enrolment')),
            ],
            options={
                'db_table': 'sharing_subscription',
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.CharField(max_length=18)),
                ('entry_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='announcing.subscription')),
            ],
            options={
                'db_table': 'sharing_change',
            },
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(fields=['authorisation', '-id'], name='subscription_of'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('authorisation',), name='subscription_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='subscription_ended_wholly'),
        ),
        migrations.AddIndex(
            model_name='change',
            index=models.Index(fields=['organisation', 'id'], name='change_of_organisation'),
        ),
        migrations.AddConstraint(
            model_name='change',
            constraint=models.UniqueConstraint(fields=('entry_id',), name='change_entered_once'),
        ),
    ]
