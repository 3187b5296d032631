from importlib import import_module

from django.db import migrations

# One look for each person, by the key that names both person and pool; it used to be three, and through all of a person's
# arrivals. The pool stands in each row that comes: as a plain value the planner would ask what it knows of this very pool, which
# is nothing for one that opened a moment ago, and then take the index by pool (ADR 0017). No ON CONFLICT: under the lock on the
# intake's row nobody else adds to this pool, and a row that is only tried first costs a look and a record in the log more.
ARRIVE = """
CREATE OR REPLACE FUNCTION calls_arrive(the_pool bigint, persons bigint[], moments bigint[])
RETURNS TABLE (person bigint, no integer, at bigint, fresh boolean) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE base integer; the_batch integer; keeper bigint;
BEGIN
    SELECT arrived, batches + 1, federation INTO STRICT base, the_batch, keeper
    FROM calls_intake WHERE pool_id = the_pool FOR NO KEY UPDATE;
    RETURN QUERY
    WITH come AS MATERIALIZED (
        SELECT person, moment, place, the_pool AS pool FROM unnest(persons, moments) WITH ORDINALITY AS one(person, moment, place)
    ), known AS MATERIALIZED (
        SELECT come.person, moment, place, row.no, row.at
        FROM come LEFT JOIN calls_arrival AS row ON row.person_id = come.person AND row.pool_id = come.pool
    ), added AS (
        INSERT INTO calls_arrival (federation, pool_id, person_id, no, batch, at)
        SELECT keeper, the_pool, person, base + row_number() OVER (ORDER BY place), the_batch,
            timestamptz 'epoch' + moment * interval '1 millisecond'
        FROM known WHERE no IS NULL ORDER BY place
        RETURNING person_id, no, at
    ), counted AS (
        UPDATE calls_intake SET arrived = base + (SELECT count(*) FROM added)::integer, batches = the_batch
        WHERE pool_id = the_pool AND EXISTS (SELECT FROM added)
    )
    SELECT person_id, no, (extract(epoch FROM at) * 1000)::bigint, true FROM added
    UNION ALL
    SELECT person, no, (extract(epoch FROM at) * 1000)::bigint, false FROM known WHERE no IS NOT NULL;
END $$;
"""
BEFORE: str = import_module("tongxin.calls.migrations.0012_arrive_by_person").ARRIVE


class Migration(migrations.Migration):
    dependencies = [("calls", "0013_parties_and_chances")]
    operations = [migrations.RunSQL(ARRIVE, BEFORE)]
