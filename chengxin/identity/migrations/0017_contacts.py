"""Where persons want to be told that there is a message for them, and what was sent there."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0016_supervising_department'),
    ]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_id', models.BigIntegerField()),
                ('way', models.CharField(choices=[('mail', '电子邮件'), ('telephone', '手机短信')], max_length=9)),
                ('value_sealed', models.BinaryField()),
                ('key_id', models.CharField(max_length=32)),
                ('made_at', models.DateTimeField()),
                ('code_digest', models.BinaryField(null=True)),
                ('code_until', models.DateTimeField(null=True)),
                ('wrong', models.SmallIntegerField(db_default=0, default=0)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('quiet', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), db_default=[], default=list, size=None)),
            ],
            options={
                'db_table': 'identity_contact',
                'constraints': [models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', False)), fields=('subject_id', 'way'), name='contact_one_confirmed'), models.UniqueConstraint(condition=models.Q(('confirmed_at', None)), fields=('subject_id', 'way'), name='contact_one_unproven'), models.CheckConstraint(condition=models.Q(('subject_id__gt', 0), ('way__in', ('mail', 'telephone'))), name='contact_of_somebody_by_a_known_way'), models.CheckConstraint(condition=models.Q(models.Q(('code_digest', None), ('code_until', None)), models.Q(('code_digest__isnull', False), ('code_until__isnull', False), ('confirmed_at', None)), _connector='OR'), name='contact_code_ends'), models.CheckConstraint(condition=models.Q(('wrong__gte', 0), ('wrong__lte', 5)), name='contact_tries_end')],
            },
        ),
        migrations.CreateModel(
            name='ContactDay',
            fields=[
                ('pk', models.CompositePrimaryKey('subject_id', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('subject_id', models.BigIntegerField()),
                ('day', models.DateField()),
                ('codes', models.SmallIntegerField()),
            ],
            options={
                'db_table': 'identity_contact_day',
                'constraints': [models.CheckConstraint(condition=models.Q(('codes__gte', 1), ('codes__lte', 5)), name='contact_codes_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.BigIntegerField()),
                ('due_at', models.DateTimeField()),
                ('tries', models.SmallIntegerField(db_default=0, default=0)),
                ('sent_at', models.DateTimeField(null=True)),
                ('given_up_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, db_default='', default='', max_length=32)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='identity.contact')),
            ],
            options={
                'db_table': 'identity_notice',
                'indexes': [models.Index(condition=models.Q(('given_up_at', None), ('sent_at', None)), fields=['due_at'], name='notice_due')],
                'constraints': [models.UniqueConstraint(fields=('contact', 'message_id'), name='notice_once'), models.CheckConstraint(condition=models.Q(('sent_at', None), ('given_up_at', None), _connector='OR'), name='notice_ends_one_way'), models.CheckConstraint(condition=models.Q(('tries__gte', 0), ('tries__lte', 8)), name='notice_tries_end')],
            },
        ),
    ]
