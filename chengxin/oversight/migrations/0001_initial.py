"""Inquiries into the use of the register, explanations, rounds, samples, statements of erasure."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0026_suspensions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Round',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('opened', models.IntegerField()),
            ],
            options={
                'db_table': 'oversight_round',
            },
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('month', models.DateField(primary_key=True, serialize=False)),
                ('seed', models.BinaryField()),
                ('of_heads', models.BooleanField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'oversight_draw',
                'constraints': [models.CheckConstraint(condition=models.Q(('month__day', 1)), name='draw_of_a_month')],
            },
        ),
        migrations.CreateModel(
            name='Inquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=24)),
                ('day', models.DateField()),
                ('organisation', models.CharField(blank=True, max_length=18)),
                ('officer', models.CharField(blank=True, max_length=150)),
                ('duty', models.CharField(blank=True, max_length=32)),
                ('subject_id', models.BigIntegerField(default=0)),
                ('observed', models.IntegerField()),
                ('total', models.IntegerField()),
                ('expected', models.DecimalField(decimal_places=1, max_digits=12)),
                ('compared', models.IntegerField()),
                ('numbers', models.JSONField()),
                ('opened_at', models.DateTimeField()),
                ('finding', models.CharField(blank=True, choices=[('in_order', '合规'), ('misuse', '违规查询'), ('unproven', '不能认定')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'oversight_inquiry',
            },
        ),
        migrations.CreateModel(
            name='Explanation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=500)),
                ('asked_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('due_estimated', models.BooleanField()),
                ('answer', models.CharField(blank=True, max_length=1000)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation')),
                ('inquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='oversight.inquiry')),
            ],
            options={
                'db_table': 'oversight_explanation',
            },
        ),
        migrations.CreateModel(
            name='InquiryEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('inquiry_id', 'subject_id', 'entry_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.BigIntegerField()),
                ('entry_id', models.UUIDField()),
                ('inquiry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='oversight.inquiry')),
            ],
            options={
                'db_table': 'oversight_inquiry_entry',
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duty', models.CharField(max_length=32)),
                ('month', models.DateField()),
                ('answers', models.IntegerField()),
                ('erase_by', models.DateField()),
                ('due_on', models.DateField()),
                ('due_estimated', models.BooleanField()),
                ('copies', models.CharField(blank=True, choices=[('erased', '已经删除'), ('never-stored', '没有保存过'), ('kept-by-law', '法律规定还须保存')], max_length=12)),
                ('law', models.CharField(blank=True, max_length=200)),
                ('stated_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation')),
                ('stated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'oversight_erasure',
                'indexes': [models.Index(fields=['due_on'], name='erasure_due')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'duty', 'month'), name='erasure_once'), models.CheckConstraint(condition=models.Q(('due_on__gt', models.F('erase_by')), ('erase_by__gt', models.F('month')), ('month__day', 1)), name='erasure_of_a_month_over'), models.CheckConstraint(condition=models.Q(models.Q(('copies', ''), ('law', ''), ('stated_at', None), ('stated_by', None)), models.Q(('copies__in', ('erased', 'never-stored')), ('law', ''), ('stated_by__isnull', False), ('stated_at__isnull', False)), models.Q(('copies', 'kept-by-law'), ('stated_at__isnull', False), ('stated_by__isnull', False), models.Q(('law', ''), _negated=True)), _connector='OR'), name='erasure_stated_wholly')],
            },
        ),
        migrations.AddIndex(
            model_name='inquiry',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['id'], name='inquiry_open'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.UniqueConstraint(fields=('rule', 'day', 'organisation', 'officer', 'duty', 'subject_id'), name='inquiry_once'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(('rule', ''), _negated=True), name='inquiry_of_a_rule'),
        ),
        migrations.AddConstraint(
            model_name='inquiry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None), ('finding', ''), ('reason', '')), models.Q(('closed_by__isnull', False), ('finding__in', ('in_order', 'misuse', 'unproven')), ('closed_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='inquiry_closed_wholly'),
        ),
        migrations.AddIndex(
            model_name='explanation',
            index=models.Index(fields=['organisation', '-id'], name='explanation_of_organisation'),
        ),
        migrations.AddConstraint(
            model_name='explanation',
            constraint=models.UniqueConstraint(fields=('inquiry', 'organisation'), name='explanation_once'),
        ),
        migrations.AddConstraint(
            model_name='explanation',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='explanation_says_what'),
        ),
        migrations.AddConstraint(
            model_name='explanation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='explanation_answered_by_somebody'),
        ),
    ]
