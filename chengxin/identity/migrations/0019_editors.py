"""Editors of the public site: their roles, their face, and the groups they are in by their rights."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('identity', '0018_demo_persons'),
    ]

    operations = [
        migrations.CreateModel(
            name='GroupMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'db_table': 'identity_group_member',
                'managed': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='rolegrant',
            name='grant_role_known',
        ),
        migrations.RemoveConstraint(
            model_name='session',
            name='session_face_known',
        ),
        migrations.AlterField(
            model_name='session',
            name='face',
            field=models.CharField(choices=[('desk', '工作台和本人'), ('administration', '管理端'), ('editing', '网站编辑')], max_length=16),
        ),
        migrations.AddConstraint(
            model_name='rolegrant',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ('clerk', 'officer', 'verifier', 'adjudicator', 'site_editor', 'site_publisher', 'system_admin', 'security_admin', 'audit_admin'))), name='grant_role_known'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('face__in', ('desk', 'administration', 'editing'))), name='session_face_known'),
        ),
        migrations.AddField(
            model_name='user',
            name='groups',
            field=models.ManyToManyField(related_name='user_set', related_query_name='user', through='identity.GroupMember', to='auth.group'),
        ),
    ]
