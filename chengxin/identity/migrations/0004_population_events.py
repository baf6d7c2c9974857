"""The population authority's events, and what they wrote."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

JUDGE = """
    UPDATE identity_person SET judged = true WHERE capacity <> 'full';
"""
KEEP = """
    INSERT INTO identity_capacity (subject_id, rank, capacity, since, recorded_at)
        SELECT subject_id, 0, capacity, capacity_since, recorded_at FROM identity_person WHERE judged;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0003_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attestation',
            fields=[
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person')),
                ('pk', models.CompositePrimaryKey('subject_id', 'rank', blank=True, editable=False, primary_key=True, serialize=False)),
                ('rank', models.BigIntegerField()),
                ('authority', models.CharField(max_length=18)),
                ('checked_on', models.DateField()),
                ('level', models.CharField(max_length=12)),
                ('method', models.CharField(max_length=24)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_attestation',
            },
        ),
        migrations.CreateModel(
            name='Capacity',
            fields=[
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person')),
                ('pk', models.CompositePrimaryKey('subject_id', 'rank', blank=True, editable=False, primary_key=True, serialize=False)),
                ('rank', models.BigIntegerField()),
                ('capacity', models.CharField(choices=[('full', '完全民事行为能力'), ('limited', '限制民事行为能力'), ('none', '无民事行为能力')], max_length=8)),
                ('since', models.DateField()),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_capacity',
            },
        ),
        migrations.CreateModel(
            name='DroppedSequence',
            fields=[
                ('sequence', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
            options={
                'db_table': 'identity_population_dropped',
            },
        ),
        migrations.CreateModel(
            name='ParkedEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.CharField(max_length=64, unique=True)),
                ('sequence', models.BigIntegerField(unique=True)),
                ('kind', models.CharField(max_length=16)),
                ('code_mark', models.BinaryField(db_index=True)),
                ('old_mark', models.BinaryField(db_index=True, null=True)),
                ('digest', models.BinaryField()),
                ('body_sealed', models.BinaryField()),
                ('key_id', models.CharField(max_length=32)),
                ('reason', models.CharField(choices=[('unknown', '号码尚未见过'), ('two-persons', '新旧号码分属两人')], max_length=16)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_population_parked',
            },
        ),
        migrations.CreateModel(
            name='PopulationEvent',
            fields=[
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person')),
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.CharField(max_length=64, unique=True)),
                ('sequence', models.BigIntegerField()),
                ('edition', models.IntegerField()),
                ('kind', models.CharField(max_length=16)),
                ('digest', models.BinaryField()),
                ('body_sealed', models.BinaryField()),
                ('key_id', models.CharField(max_length=32)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_population_event',
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('pk', models.CompositePrimaryKey('sequence', 'edition', blank=True, editable=False, primary_key=True, serialize=False)),
                ('sequence', models.BigIntegerField()),
                ('edition', models.IntegerField()),
                ('rows', models.IntegerField()),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_population_snapshot',
            },
        ),
        migrations.CreateModel(
            name='WithdrawnCode',
            fields=[
                ('subject', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person')),
                ('pk', models.CompositePrimaryKey('code_mark', 'until_rank', blank=True, editable=False, primary_key=True, serialize=False)),
                ('code_mark', models.BinaryField()),
                ('until_rank', models.BigIntegerField()),
                ('code_type', models.CharField(max_length=32)),
            ],
            options={
                'db_table': 'identity_withdrawn_code',
            },
        ),
        migrations.RemoveConstraint(
            model_name='person',
            name='person_died_after_birth',
        ),
        migrations.AddField(
            model_name='code',
            name='first_rank',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='code',
            name='former_rank',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='code',
            name='name_rank',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='person',
            name='capacity_rank',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='person',
            name='death_rank',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='person',
            name='identity_rank',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='person',
            name='judged',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='person',
            name='region_rank',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name='droppedsequence',
            constraint=models.CheckConstraint(condition=models.Q(('sequence__gt', 0)), name='dropped_positive'),
        ),
        migrations.AddConstraint(
            model_name='parkedevent',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ('unknown', 'two-persons'))), name='parked_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='parkedevent',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('code_mark'), 32), name='parked_mark_keyed'),
        ),
        migrations.AddConstraint(
            model_name='snapshot',
            constraint=models.CheckConstraint(condition=models.Q(('edition__gt', 0), ('rows__gte', 0), ('sequence__gte', 0)), name='snapshot_place'),
        ),
        migrations.AddConstraint(
            model_name='attestation',
            constraint=models.CheckConstraint(condition=models.Q(('authority__regex', '^[0-9A-HJ-NPQRTUWXY]{18}$')), name='attestation_authority_form'),
        ),
        migrations.AddConstraint(
            model_name='attestation',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ('basic', 'substantial', 'high'))), name='attestation_level_known'),
        ),
        migrations.AddConstraint(
            model_name='attestation',
            constraint=models.CheckConstraint(condition=models.Q(('method__in', ('document', 'in-person', 'face-compared', 'fingerprint-at-issue', 'chip-read'))), name='attestation_method_known'),
        ),
        migrations.AddConstraint(
            model_name='capacity',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__in', ('full', 'limited', 'none'))), name='capacity_known'),
        ),
        migrations.AddConstraint(
            model_name='populationevent',
            constraint=models.UniqueConstraint(condition=models.Q(('edition', 0)), fields=('sequence',), include=('event_id',), name='event_sequence_once'),
        ),
        migrations.AddConstraint(
            model_name='populationevent',
            constraint=models.CheckConstraint(condition=models.Q(('event_id__regex', '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$')), name='event_id_form'),
        ),
        migrations.AddConstraint(
            model_name='populationevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('snapshot', 'new', 'name', 'number', 'correction', 'death', 'move', 'capacity', 'attestation'))), name='event_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='populationevent',
            constraint=models.CheckConstraint(condition=models.Q(('edition__gte', 0), ('edition__lt', 1000000), ('sequence__gte', 0)), name='event_place'),
        ),
        migrations.AddConstraint(
            model_name='populationevent',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='event_digest_keyed'),
        ),
        migrations.AddConstraint(
            model_name='withdrawncode',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('code_mark'), 32), name='withdrawn_mark_keyed'),
        ),
        # Who was known to lack full capacity before there were stretches of days: one word, from the day that was told.
        migrations.RunSQL(JUDGE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('capacity', 'full'), ('judged', True), _connector='OR'), name='person_incapable_is_judged'),
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
