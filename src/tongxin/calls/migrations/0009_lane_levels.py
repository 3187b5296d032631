import tongxin.store.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0008_arrive_in_milliseconds")]
    operations = [
        migrations.AddField("call", "by_lane", models.BooleanField(default=False, db_default=False)),
        migrations.RemoveConstraint("lane", "lane_numbers"),
        migrations.RemoveField("lane", "seed"),
        migrations.AlterField("lane", "level_last", models.IntegerField(null=True)),
        migrations.AddField("lane", "commitment", models.CharField(max_length=64, default=""), preserve_default=False),
        migrations.AddField(
            "lane", "seal", tongxin.store.fields.SealedField(purpose="lane.seal", default=b"\\x00"), preserve_default=False
        ),
        migrations.AddConstraint(
            "lane", models.CheckConstraint(condition=models.Q(("settled__gte", 0)), name="lane_numbers")
        ),
    ]
