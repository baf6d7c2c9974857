"""Drafts of the catalogue, their steps and comments, and what happens to laws."""

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [
        ('catalogue', '0001_initial'),
        ('identity', '0016_supervising_department'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name='DraftItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32)),
                ('change', models.CharField(choices=[('set', '新增或者修改'), ('end', '停用')], max_length=4)),
                ('definition', models.JSONField()),
                ('code_lists', models.JSONField()),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'catalogue_draft_item',
            },
        ),
        migrations.CreateModel(
            name='LawEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('articles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('kind', models.CharField(choices=[('ended', '废止或者失效'), ('changed', '修改')], max_length=8)),
                ('on_day', models.DateField()),
                ('what', models.CharField(max_length=500)),
                ('source', models.CharField(max_length=300)),
                ('due_on', models.DateField()),
                ('entered_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'catalogue_law_event',
            },
        ),
        migrations.CreateModel(
            name='LawSuccession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('entered_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'catalogue_law_succession',
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('submit', '提交'), ('review', '审核通过'), ('consult', '公开征求意见'), ('approve', '批准'), ('return', '退回修改'), ('withdraw', '撤回'), ('publish', '发布')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('until', models.DateField(null=True)),
                ('digest', models.BinaryField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'catalogue_step',
            },
        ),
        migrations.AddField(
            model_name='edition',
            name='sealed_at',
            field=models.DateTimeField(null=True),
        ),
        # What was loaded whole before is sealed.
        migrations.RunSQL("UPDATE catalogue_edition SET sealed_at = loaded_at", migrations.RunSQL.noop),
        migrations.AddField(
            model_name='itemversion',
            name='considered_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=100)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.organisation')),
            ],
            options={
                'db_table': 'catalogue_draft',
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=2000)),
                ('name', models.CharField(blank=True, max_length=60)),
                ('at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, max_length=2000)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='catalogue.draft')),
            ],
            options={
                'db_table': 'catalogue_comment',
            },
        ),
        migrations.AddField(
            model_name='edition',
            name='draft',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='edition', to='catalogue.draft'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ('national', 'provincial'))), name='edition_level_known'),
        ),
        migrations.AddField(
            model_name='draftitem',
            name='draft',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='catalogue.draft'),
        ),
        migrations.AddField(
            model_name='draftitem',
            name='updated_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lawevent',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lawevent',
            name='law',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='catalogue.law'),
        ),
        migrations.AddField(
            model_name='lawsuccession',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.article'),
        ),
        migrations.AddField(
            model_name='lawsuccession',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lawsuccession',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='catalogue.lawevent'),
        ),
        migrations.AddField(
            model_name='lawsuccession',
            name='follows',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.article'),
        ),
        migrations.AddField(
            model_name='step',
            name='actor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='step',
            name='draft',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='catalogue.draft'),
        ),
        migrations.AddField(
            model_name='comment',
            name='consultation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='catalogue.step'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='draft_has_title'),
        ),
        migrations.AddConstraint(
            model_name='draftitem',
            constraint=models.UniqueConstraint(fields=('draft', 'code'), name='item_once_a_draft'),
        ),
        migrations.AddConstraint(
            model_name='draftitem',
            constraint=models.CheckConstraint(condition=models.Q(('change', 'set'), models.Q(('change', 'end'), ('code_lists', {}), ('definition', {})), _connector='OR'), name='draft_item_change_known'),
        ),
        migrations.AddConstraint(
            model_name='lawevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('ended', 'changed'))), name='law_event_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='lawevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('what', ''), _negated=True), models.Q(('source', ''), _negated=True)), name='law_event_says_what'),
        ),
        migrations.AddConstraint(
            model_name='lawevent',
            constraint=models.CheckConstraint(condition=models.Q(('articles', []), _negated=True), name='law_event_names_articles'),
        ),
        migrations.AddConstraint(
            model_name='lawevent',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__gt', models.F('on_day'))), name='law_event_due_after'),
        ),
        migrations.AddConstraint(
            model_name='lawsuccession',
            constraint=models.UniqueConstraint(fields=('event', 'article'), name='succession_once_an_article'),
        ),
        migrations.AddConstraint(
            model_name='lawsuccession',
            constraint=models.CheckConstraint(condition=models.Q(('article', models.F('follows')), _negated=True), name='succession_by_another'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('return', 'withdraw')), ('reason', ''), _negated=True), name='step_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'consult'), ('until__isnull', False)), models.Q(models.Q(('kind', 'consult'), _negated=True), ('until', None)), _connector='OR'), name='step_until_iff_consulting'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_says_something'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='comment_answered_wholly'),
        ),
    ]
