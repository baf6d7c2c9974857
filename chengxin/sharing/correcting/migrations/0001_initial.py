import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0024_scans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FeedPage',
            fields=[
                ('number', models.IntegerField(primary_key=True, serialize=False)),
                ('note', models.TextField()),
                ('index', models.TextField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'sharing_feed_page',
            },
        ),
        migrations.CreateModel(
            name='Chase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.CharField(max_length=18)),
                ('due_on', models.DateField()),
                ('step', models.SmallIntegerField()),
                ('late', models.IntegerField()),
                ('told_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'sharing_chase',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'due_on', 'step'), name='chase_once_a_step'), models.CheckConstraint(condition=models.Q(('late__gt', 0), ('step__gt', 0)), name='chase_of_something')],
            },
        ),
        migrations.CreateModel(
            name='Hook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=300)),
                ('entered_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=200)),
                ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.client')),
                ('confirmed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'sharing_hook',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.CharField(max_length=40)),
                ('organisation', models.CharField(max_length=18)),
                ('kind', models.CharField(choices=[('recalls', '更正、撤回'), ('call-backs', '收回授权'), ('chase', '催办'), ('test', '试送')], max_length=10)),
                ('numbers', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('made_at', models.DateTimeField()),
                ('give_up_at', models.DateTimeField()),
                ('next_at', models.DateTimeField(null=True)),
                ('tries', models.SmallIntegerField(db_default=0, default=0)),
                ('answered', models.SmallIntegerField(null=True)),
                ('fault', models.CharField(blank=True, db_default='', max_length=24)),
                ('done_at', models.DateTimeField(null=True)),
                ('gave_up_at', models.DateTimeField(null=True)),
                ('hook', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='correcting.hook')),
            ],
            options={
                'db_table': 'sharing_delivery',
            },
        ),
        migrations.CreateModel(
            name='Revocation',
            fields=[
                ('token', models.BinaryField(primary_key=True, serialize=False)),
                ('page', models.IntegerField(null=True)),
            ],
            options={
                'db_table': 'sharing_revocation',
                'indexes': [models.Index(condition=models.Q(('page', None)), fields=['token'], name='revocation_waits')],
                'constraints': [models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('token'), 32), name='revocation_token_hashed')],
            },
        ),
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('pk', models.CompositePrimaryKey('use', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('use', models.CharField(max_length=8)),
                ('number', models.SmallIntegerField()),
                ('public', models.BinaryField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'sharing_signing_key',
                'constraints': [models.CheckConstraint(condition=models.Q(('use__in', ('webhook', 'feed'))), name='signing_key_use_known'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('public'), 32), name='signing_key_whole')],
            },
        ),
        migrations.AddConstraint(
            model_name='hook',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('organisation',), name='hook_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='hook',
            constraint=models.CheckConstraint(condition=models.Q(('url__startswith', 'https://')), name='hook_over_https'),
        ),
        migrations.AddConstraint(
            model_name='hook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='hook_confirmed_wholly'),
        ),
        migrations.AddConstraint(
            model_name='hook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='hook_ended_wholly'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['organisation', '-id'], name='delivery_of_organisation'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('message',), name='delivery_message_once'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('recalls', 'call-backs', 'chase', 'test'))), name='delivery_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('gave_up_at', None), ('next_at__isnull', False)), models.Q(('done_at__isnull', False), ('gave_up_at', None), ('next_at', None)), models.Q(('done_at', None), ('gave_up_at__isnull', False), ('next_at', None)), _connector='OR'), name='delivery_due_or_over'),
        ),
    ]
