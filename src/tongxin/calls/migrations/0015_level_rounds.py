from django.db import migrations


class Migration(migrations.Migration):
    """A level start is drawn by a round like any draw: a lane keeps no seal of its own."""

    dependencies = [("calls", "0014_arrive_in_one_statement")]
    operations = [
        migrations.RemoveField("lane", "commitment"),
        migrations.RemoveField("lane", "seal"),
        migrations.RemoveField("lane", "file"),
    ]
