"""By which way a batch came, what its sender calls it, who has it in hand, and its first findings."""

from typing import Any, ClassVar

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar[list[Any]] = [("records", "0014_clerk_tools")]
    operations: ClassVar[list[Any]] = [
        migrations.AddField(
            model_name='batch',
            name='channel',
            field=models.CharField(blank=True, choices=[('', '未记载'), ('page', '网页'), ('api', '接口'), ('exchange', '前置机交换表'), ('directory', '目录'), ('command', '命令'), ('house', '平台内部')], db_default='', max_length=10),
        ),
        migrations.AddField(
            model_name='batch',
            name='client',
            field=models.CharField(blank=True, db_default='', max_length=32),
        ),
        migrations.AddField(
            model_name='batch',
            name='repeat_key',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='progress',
            name='beat_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='progress',
            name='first',
            field=models.JSONField(db_default=[]),
        ),
        migrations.AddField(
            model_name='progress',
            name='holder',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='progress',
            name='holder_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(fields=('provider', 'repeat_key'), name='batch_once'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ('', 'page', 'api', 'exchange', 'directory', 'command', 'house'))), name='batch_channel_known'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'api'), ('client__gt', '')), models.Q(models.Q(('channel', 'api'), _negated=True), ('client', '')), _connector='OR'), name='batch_client_iff_api'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('repeat_key', None), django.db.models.lookups.Exact(django.db.models.functions.text.Length('repeat_key'), 32), _connector='OR'), name='batch_repeat_key_length'),
        ),
    ]
