"""Links by which a person shares items of their own choice, and each look through them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ShareLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=32)),
                ('subject_id', models.BigIntegerField()),
                ('digest', models.BinaryField()),
                ('code_digest', models.BinaryField(null=True)),
                ('kind', models.CharField(choices=[('records', 'Records'), ('nothing', 'Nothing')], max_length=10)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), size=None)),
                ('most_views', models.IntegerField()),
                ('valid_until', models.DateField()),
                ('note', models.CharField(blank=True, max_length=60)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'sharing_link',
            },
        ),
        migrations.CreateModel(
            name='LinkTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'sharing_link_try',
            },
        ),
        migrations.CreateModel(
            name='LinkView',
            fields=[
                ('entry_id', models.UUIDField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'sharing_link_view',
            },
        ),
        migrations.CreateModel(
            name='LinkEnd',
            fields=[
                ('link', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='links.sharelink')),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'sharing_link_end',
            },
        ),
        migrations.AddIndex(
            model_name='sharelink',
            index=models.Index(fields=['subject_id', '-id'], name='share_link_of_subject'),
        ),
        migrations.AddConstraint(
            model_name='sharelink',
            constraint=models.UniqueConstraint(fields=('number',), name='share_link_number_once'),
        ),
        migrations.AddConstraint(
            model_name='sharelink',
            constraint=models.UniqueConstraint(fields=('digest',), name='share_link_digest_once'),
        ),
        migrations.AddConstraint(
            model_name='sharelink',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('records', 'nothing')), ('most_views__gt', 0), models.Q(('items', []), _negated=True)), name='share_link_shares_something'),
        ),
        migrations.AddField(
            model_name='linktry',
            name='link',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='links.sharelink'),
        ),
        migrations.AddField(
            model_name='linkview',
            name='link',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='links.sharelink'),
        ),
        migrations.AddIndex(
            model_name='linkview',
            index=models.Index(fields=['link', '-at'], name='link_view_of'),
        ),
    ]
