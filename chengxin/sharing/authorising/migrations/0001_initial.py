"""What institutions ask a person to let them see, and what the person did with it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('duties', '0001_initial'),
        ('ground', '0010_authorisations'),
    ]

    operations = [
        # It tells more than before; its locks make it anew.
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS sharing_own_entries(uuid, timestamptz, timestamptz, text, text, text, boolean, integer)",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name='AuthorisationEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('granted', 'Granted'), ('refused', 'Refused'), ('narrowed', 'Narrowed'), ('withdrawn', 'Withdrawn')], max_length=10)),
                ('at', models.DateTimeField()),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ('once', models.BooleanField()),
                ('valid_until', models.DateField()),
                ('receipt', models.CharField(blank=True, max_length=32)),
                ('channel', models.CharField(max_length=16)),
                ('due_on', models.DateField(null=True)),
                ('due_estimated', models.BooleanField()),
            ],
            options={
                'db_table': 'sharing_authorisation_event',
            },
        ),
        migrations.CreateModel(
            name='Authorisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32)),
                ('subject_id', models.BigIntegerField()),
                ('undelivered', models.CharField(blank=True, max_length=20)),
                ('organisation', models.CharField(max_length=18)),
                ('officer', models.CharField(max_length=150)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ('once', models.BooleanField()),
                ('valid_until', models.DateField()),
                ('keep_days', models.IntegerField()),
                ('erase_by', models.DateField(null=True)),
                ('reason', models.CharField(max_length=300)),
                ('reference', models.CharField(max_length=120)),
                ('channel', models.CharField(max_length=16)),
                ('asked_at', models.DateTimeField()),
                ('lapses_on', models.DateField()),
                ('duty', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='duties.duty')),
            ],
            options={
                'db_table': 'sharing_authorisation',
            },
        ),
        migrations.CreateModel(
            name='AuthorisationRecall',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='authorising.authorisationevent')),
                ('organisation', models.CharField(max_length=18)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ('told_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('due_estimated', models.BooleanField()),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('acknowledged_by', models.CharField(blank=True, max_length=150)),
                ('copies', models.CharField(blank=True, max_length=12)),
                ('law', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'db_table': 'sharing_authorisation_recall',
            },
        ),
        migrations.AddField(
            model_name='authorisationevent',
            name='authorisation',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authorising.authorisation'),
        ),
        migrations.CreateModel(
            name='AuthorisationUse',
            fields=[
                ('entry_id', models.UUIDField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('authorisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authorising.authorisation')),
            ],
            options={
                'db_table': 'sharing_authorisation_use',
            },
        ),
        migrations.AddIndex(
            model_name='authorisation',
            index=models.Index(fields=['subject_id', '-id'], name='authorisation_of_subject'),
        ),
        migrations.AddIndex(
            model_name='authorisation',
            index=models.Index(fields=['organisation', '-id'], name='authorisation_of_organisation'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.UniqueConstraint(fields=('number',), name='authorisation_number_once'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('subject_id__gt', 0), ('undelivered', '')), models.Q(('subject_id', 0), models.Q(('undelivered', ''), _negated=True)), _connector='OR'), name='authorisation_reaches_somebody_or_says_why'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), ('reference', ''), ('items', []), _connector='OR', _negated=True), name='authorisation_says_for_what'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('erase_by', None), ('keep_days', 0)), models.Q(('erase_by__isnull', False), ('keep_days__gt', 0)), _connector='OR'), name='authorisation_kept_until_a_day'),
        ),
        migrations.AddField(
            model_name='authorisationrecall',
            name='authorisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authorising.authorisation'),
        ),
        migrations.AddIndex(
            model_name='authorisationevent',
            index=models.Index(fields=['authorisation', '-id'], name='authorisation_event_of'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.UniqueConstraint(condition=models.Q(('receipt', ''), _negated=True), fields=('receipt',), name='authorisation_receipt_once'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ('granted', 'refused'))), fields=('authorisation',), name='authorisation_answered_once'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'withdrawn')), fields=('authorisation',), name='authorisation_withdrawn_once'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('granted', 'narrowed')), models.Q(('items', []), _negated=True)), models.Q(('items', []), ('kind__in', ('refused', 'withdrawn'))), _connector='OR'), name='authorisation_event_leaves_something'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'refused'), ('receipt', '')), models.Q(('receipt', ''), _negated=True), _connector='OR'), name='authorisation_event_has_receipt'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_on', None), ('kind__in', ('granted', 'refused'))), models.Q(('due_on__isnull', False), ('kind__in', ('narrowed', 'withdrawn'))), _connector='OR'), name='authorisation_taken_back_by_a_day'),
        ),
        migrations.AddIndex(
            model_name='authorisationuse',
            index=models.Index(fields=['authorisation', '-at'], name='authorisation_use_of'),
        ),
        migrations.AddIndex(
            model_name='authorisationrecall',
            index=models.Index(fields=['organisation', '-event'], name='authorisation_recall_to'),
        ),
        migrations.AddConstraint(
            model_name='authorisationrecall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at', None), ('acknowledged_by', ''), ('copies', ''), ('law', '')), models.Q(('acknowledged_at__isnull', False), ('copies__in', ('erased', 'never-stored')), ('law', ''), models.Q(('acknowledged_by', ''), _negated=True)), models.Q(('acknowledged_at__isnull', False), ('copies', 'kept-by-law'), models.Q(('acknowledged_by', ''), ('law', ''), _connector='OR', _negated=True)), _connector='OR'), name='authorisation_recall_acknowledged_wholly'),
        ),
    ]
