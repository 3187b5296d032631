from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('calls', '0016_keys_that_stand_already'),
        ('unions', '0002_founding_files_workforce'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='round',
            name='round_source_with_event',
        ),
        migrations.AddField(
            model_name='round',
            name='event_at',
            field=models.DateTimeField(null=True),
        ),
        # Of older rounds the house knows no more than that the event came before the result.
        migrations.RunSQL("UPDATE calls_round SET event_at = result_at WHERE source <> ''", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event', ''), ('event_at__isnull', True), ('source', '')), models.Q(models.Q(('source', ''), _negated=True), models.Q(('event', ''), _negated=True), ('event_at__isnull', False), ('event_at__lte', models.F('result_at'))), _connector='OR'), name='round_source_with_event', violation_error_message='公开来源要写明期号和开奖时间，请填上；不用公开来源，就都不填。'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(('sealed_at__isnull', True), ('event_at__isnull', True), ('sealed_at__lte', models.F('event_at')), _connector='OR'), name='round_sealed_before_event', violation_error_message='这一期开奖以前，名单和封存码没有公布全，这一轮不算数，请作废以后重抽。'),
        ),
    ]
