"""Requests and leave say whether changes are announced; the locks make the functions anew that tell so."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('authorising', '0004_pushed_requests'),
        ('duties', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(
            """DROP FUNCTION IF EXISTS sharing_request_authorisation(text, bigint, text, bigint, varchar[], boolean, date, integer, date, text, text, text, date);
            DROP FUNCTION IF EXISTS sharing_own_authorisations(text, bigint, integer);
            DROP FUNCTION IF EXISTS sharing_own_authorisation_events(text);
            DROP FUNCTION IF EXISTS sharing_answer_authorisation(text, text, varchar[], boolean, date, text, date, boolean);
            DROP FUNCTION IF EXISTS sharing_authorisations_of(text, bigint, integer);
            DROP FUNCTION IF EXISTS sharing_push_request(bytea, text, text, text, text, bigint, varchar[], boolean, date, integer, date, text, text);
            DROP FUNCTION IF EXISTS sharing_pushed_request(bytea, text);
            DROP FUNCTION IF EXISTS sharing_decide_pushed(bytea, text, text, date, varchar[], boolean, date, text, bytea);
            DROP FUNCTION IF EXISTS sharing_exchange_code(bytea, text, text);
            DROP FUNCTION IF EXISTS sharing_leave_papers_waiting()""",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(
            model_name='authorisationevent',
            name='authorisation_event_leaves_something',
        ),
        migrations.RemoveConstraint(
            model_name='authorisationevent',
            name='authorisation_taken_back_by_a_day',
        ),
        migrations.AddField(
            model_name='authorisation',
            name='announces',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='authorisationevent',
            name='announces',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='authorisationpaper',
            name='announces',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='pushedrequest',
            name='announces',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='authorisationevent',
            name='kind',
            field=models.CharField(choices=[('granted', 'Granted'), ('refused', 'Refused'), ('narrowed', 'Narrowed'), ('withdrawn', 'Withdrawn'), ('silenced', 'Silenced')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(('announces', False), ('once', False), _connector='OR'), name='authorisation_announces_for_a_period'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('granted', 'narrowed', 'silenced')), models.Q(('items', []), _negated=True)), models.Q(('items', []), ('kind__in', ('refused', 'withdrawn'))), _connector='OR'), name='authorisation_event_leaves_something'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_on', None), ('kind__in', ('granted', 'refused', 'silenced'))), models.Q(('due_on__isnull', False), ('kind__in', ('narrowed', 'withdrawn'))), _connector='OR'), name='authorisation_taken_back_by_a_day'),
        ),
        migrations.AddConstraint(
            model_name='authorisationevent',
            constraint=models.CheckConstraint(condition=models.Q(('announces', False), models.Q(('kind__in', ('granted', 'narrowed')), ('once', False)), _connector='OR'), name='authorisation_event_announces_for_a_period'),
        ),
    ]
