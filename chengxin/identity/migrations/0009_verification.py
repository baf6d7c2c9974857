"""Organisations' systems and their keys; purposes registered for checking real names, and the checks."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0008_merging'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='rolegrant',
            name='grant_role_known',
        ),
        migrations.AddConstraint(
            model_name='rolegrant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ('clerk', 'officer', 'verifier', 'adjudicator', 'system_admin', 'security_admin', 'audit_admin'))), name='grant_role_known'),
        ),
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.CharField(max_length=32, unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clients', to='identity.organisation')),
                ('name', models.CharField(max_length=100)),
                ('addresses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), size=None)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField()),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_at', models.DateTimeField()),
                ('suspended_at', models.DateTimeField(null=True)),
                ('suspended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('suspension_reason', models.CharField(default='', max_length=200)),
            ],
            options={
                'db_table': 'identity_client',
                'constraints': [models.CheckConstraint(condition=models.Q(('client_id__regex', '^c-[a-z2-7]{16}$')), name='client_id_form'), models.CheckConstraint(condition=models.Q(('addresses__len__gt', 0)), name='client_has_address'), models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from')), ('valid_until__lte', django.db.models.expressions.CombinedExpression(models.F('valid_from'), '+', models.Value(1096)))), name='client_for_a_term'), models.CheckConstraint(condition=models.Q(models.Q(('suspended_at', None), ('suspended_by', None), ('suspension_reason', '')), models.Q(('suspended_at__isnull', False), ('suspended_by__isnull', False), models.Q(('suspension_reason', ''), _negated=True)), _connector='OR'), name='client_suspension_has_reason')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ClientKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='identity.client')),
                ('kid', models.CharField(max_length=64)),
                ('public', models.TextField()),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField()),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_at', models.DateTimeField()),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField(null=True)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'identity_client_key',
                'constraints': [models.UniqueConstraint(fields=('client', 'kid'), name='client_key_once'), models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from')), ('valid_until__lte', django.db.models.expressions.CombinedExpression(models.F('valid_from'), '+', models.Value(732)))), name='client_key_for_a_term'), models.CheckConstraint(condition=models.Q(('approved_by', models.F('entered_by')), _negated=True), name='client_key_approved_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='client_key_approval_whole'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='client_key_withdrawal_whole')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='ClientAssertion',
            fields=[
                ('pk', models.CompositePrimaryKey('client_id', 'jti_hash', blank=True, editable=False, primary_key=True, serialize=False)),
                ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.client')),
                ('jti_hash', models.BinaryField()),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_client_assertion',
                'indexes': [models.Index(fields=['expires_at'], name='client_assertion_expiry')],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('jti_hash'), 32), name='client_assertion_hashed')],
            },
        ),
        migrations.CreateModel(
            name='RealNameBasis',
            fields=[
                ('pk', models.CompositePrimaryKey('ref', 'field', blank=True, editable=False, primary_key=True, serialize=False)),
                ('ref', models.CharField(max_length=24)),
                ('field', models.CharField(max_length=16)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
            ],
            options={
                'db_table': 'identity_real_name_basis',
                'indexes': [],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=24, unique=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='registrations', to='identity.organisation')),
                ('field', models.CharField(max_length=16)),
                ('purpose', models.CharField(max_length=200)),
                ('basis', models.CharField(max_length=24)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField()),
                ('daily_quota', models.IntegerField()),
                ('daily_misses', models.IntegerField()),
                ('per_minute', models.IntegerField()),
                ('desk_quota', models.IntegerField()),
                ('per_code', models.SmallIntegerField()),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_at', models.DateTimeField()),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField(null=True)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawal_reason', models.CharField(default='', max_length=200)),
            ],
            options={
                'db_table': 'identity_registration',
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose', ''), _negated=True), name='registration_has_purpose'), models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from')), ('valid_until__lte', django.db.models.expressions.CombinedExpression(models.F('valid_from'), '+', models.Value(1096)))), name='registration_for_a_term'), models.CheckConstraint(condition=models.Q(('daily_misses__range', (1, models.F('daily_quota'))), ('daily_quota__range', (1, 5000000)), ('desk_quota__range', (0, 1000)), ('per_code__range', (1, 50)), ('per_minute__range', (1, 600000))), name='registration_limits_sane'), models.CheckConstraint(condition=models.Q(('approved_by', models.F('entered_by')), _negated=True), name='registration_approved_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='registration_approval_whole'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawal_reason', ''), ('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawal_reason', ''), _negated=True)), _connector='OR'), name='registration_withdrawal_whole')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='RealNameCheck',
            fields=[
                ('receipt', models.CharField(max_length=30, primary_key=True, serialize=False)),
                ('registration', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.registration')),
                ('asker', models.CharField(max_length=64)),
                ('channel', models.CharField(max_length=8)),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('match', '相符'), ('mismatch', '不符'), ('not_found', '查无')], max_length=10)),
                ('assurance', models.CharField(choices=[('none', '无'), ('register', '与人口基础信息一致'), ('attested', '与人口基础信息一致，且签发机关核验过本人')], max_length=10)),
                ('entry_id', models.UUIDField()),
            ],
            options={
                'db_table': 'identity_real_name_check',
                'constraints': [models.CheckConstraint(condition=models.Q(('receipt__regex', '^V[A-Z2-7]{26}$')), name='check_receipt_form'), models.CheckConstraint(condition=models.Q(('channel__in', ('api', 'desk'))), name='check_channel_known'), models.CheckConstraint(condition=models.Q(('outcome__in', ('match', 'mismatch', 'not_found'))), name='check_outcome_known'), models.CheckConstraint(condition=models.Q(models.Q(('assurance__in', ('register', 'attested')), ('outcome', 'match')), models.Q(models.Q(('outcome', 'match'), _negated=True), ('assurance', 'none')), _connector='OR'), name='check_assurance_fits')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='CheckUse',
            fields=[
                ('pk', models.CompositePrimaryKey('registration_id', 'asker', 'day', 'kind', 'slot', blank=True, editable=False, primary_key=True, serialize=False)),
                ('registration', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.registration')),
                ('asker', models.CharField(max_length=64)),
                ('day', models.DateField()),
                ('kind', models.CharField(choices=[('checks', 'Checks'), ('misses', 'Misses'), ('calls', 'Calls')], max_length=8)),
                ('slot', models.SmallIntegerField()),
                ('share', models.IntegerField()),
                ('used', models.IntegerField()),
                ('span', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_check_use',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('checks', 'misses', 'calls'))), name='check_use_kind_known'), models.CheckConstraint(condition=models.Q(('used__gte', 0), models.Q(('kind', 'misses'), ('used__lte', models.F('share')), _connector='OR')), name='check_use_within_share')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='CodeTries',
            fields=[
                ('pk', models.CompositePrimaryKey('key', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.BinaryField()),
                ('day', models.DateField()),
                ('tries', models.SmallIntegerField()),
                ('most', models.SmallIntegerField()),
            ],
            options={
                'db_table': 'identity_code_tries',
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('key'), 32), name='code_tries_hashed'), models.CheckConstraint(condition=models.Q(('tries__gte', 1), ('tries__lte', models.F('most'))), name='code_tries_within_most')],
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='CheckReplay',
            fields=[
                ('pk', models.CompositePrimaryKey('asker', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('asker', models.CharField(max_length=64)),
                ('key', models.BinaryField()),
                ('request', models.BinaryField()),
                ('answer', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'identity_check_replay',
                'indexes': [models.Index(fields=['at'], name='check_replay_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.Length('key'), 32), django.db.models.lookups.Exact(django.db.models.functions.text.Length('request'), 32)), name='check_replay_hashed')],
            },
        ),
    ]
