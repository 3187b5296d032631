from django.db import migrations

# A person has few arrivals, a pool may have a million. The planner knows nothing of a pool that opened a moment ago and once
# looked for a batch's rows among all of the pool's; "+ 0" leaves it the person's own rows alone, whatever it believes.
ARRIVE = """
CREATE OR REPLACE FUNCTION calls_arrive(the_pool bigint, persons bigint[], moments bigint[])
RETURNS TABLE (person bigint, no integer, at bigint, fresh boolean) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE base integer; the_batch integer; keeper bigint; added integer;
BEGIN
    SELECT arrived, batches + 1, federation INTO STRICT base, the_batch, keeper
    FROM calls_intake WHERE pool_id = the_pool FOR NO KEY UPDATE;
    INSERT INTO calls_arrival (federation, pool_id, person_id, no, batch, at)
    SELECT keeper, the_pool, come.person, base + row_number() OVER (ORDER BY come.place), the_batch,
        timestamptz 'epoch' + come.at * interval '1 millisecond'
    FROM unnest(persons, moments) WITH ORDINALITY AS come(person, at, place)
    WHERE NOT EXISTS (SELECT 1 FROM calls_arrival AS there WHERE there.person_id = come.person AND there.pool_id + 0 = the_pool)
    ORDER BY come.place
    ON CONFLICT (person_id, pool_id) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    IF added > 0 THEN
        UPDATE calls_intake SET arrived = base + added, batches = the_batch WHERE pool_id = the_pool;
    END IF;
    RETURN QUERY SELECT row.person_id, row.no, (extract(epoch FROM row.at) * 1000)::bigint, row.no > base
    FROM unnest(persons) AS come(person)
    JOIN calls_arrival AS row ON row.person_id = come.person AND row.pool_id + 0 = the_pool;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION calls_arrive(the_pool bigint, persons bigint[], moments bigint[])
RETURNS TABLE (person bigint, no integer, at bigint, fresh boolean) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE base integer; the_batch integer; keeper bigint; added integer;
BEGIN
    SELECT arrived, batches + 1, federation INTO STRICT base, the_batch, keeper
    FROM calls_intake WHERE pool_id = the_pool FOR NO KEY UPDATE;
    INSERT INTO calls_arrival (federation, pool_id, person_id, no, batch, at)
    SELECT keeper, the_pool, come.person, base + row_number() OVER (ORDER BY come.place), the_batch,
        timestamptz 'epoch' + come.at * interval '1 millisecond'
    FROM unnest(persons, moments) WITH ORDINALITY AS come(person, at, place)
    WHERE NOT EXISTS (SELECT 1 FROM calls_arrival AS there WHERE there.person_id = come.person AND there.pool_id = the_pool)
    ORDER BY come.place
    ON CONFLICT (person_id, pool_id) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    IF added > 0 THEN
        UPDATE calls_intake SET arrived = base + added, batches = the_batch WHERE pool_id = the_pool;
    END IF;
    RETURN QUERY SELECT row.person_id, row.no, (extract(epoch FROM row.at) * 1000)::bigint, row.no > base
    FROM calls_arrival AS row WHERE row.pool_id = the_pool AND row.person_id = ANY (persons);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0011_rehearsals")]
    operations = [migrations.RunSQL(ARRIVE, BEFORE)]
