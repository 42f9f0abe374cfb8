-- What is in :staging becomes batch :batch: each row has its verdict (1 stored, 2 changed, 3 duplicate, 4 stale), the last
-- good version of each record is kept, what it supersedes goes to the history.
WITH seen AS (
  SELECT s.*, r.id IS NOT NULL AS is_known, r.slot AS old_slot, r.received AS old_received, r.body AS old_body,
         coalesce(lag(s.content) OVER w, r.content) AS before_content, coalesce(lag(s.slot) OVER w, r.slot) AS before_slot,
         row_number() OVER (PARTITION BY s.id ORDER BY s.slot DESC, s.row DESC) = 1 AS is_last
  FROM :staging s LEFT JOIN record r USING (id) WINDOW w AS (PARTITION BY s.id ORDER BY s.row)
), judged AS (
  SELECT *, CASE WHEN before_content IS NULL THEN 1 WHEN before_content = content THEN 3
                 WHEN slot < before_slot THEN 4 ELSE 2 END AS verdict
  FROM seen
), superseded AS (
  INSERT INTO history SELECT id, old_slot, old_received, old_body FROM judged WHERE is_last AND is_known AND verdict = 2
), written AS (
  INSERT INTO record
  SELECT id, theme, subject, category, day, slot, (extract(epoch FROM now()) * 1000)::bigint, public_until, content, body
  FROM judged WHERE is_last AND verdict IN (1, 2)
  ON CONFLICT (id) DO UPDATE SET theme = excluded.theme, subject = excluded.subject, category = excluded.category,
    day = excluded.day, slot = excluded.slot, received = excluded.received, public_until = excluded.public_until,
    content = excluded.content, body = excluded.body
  WHERE record.slot <= excluded.slot
), counted AS (
  INSERT INTO ledger SELECT :batch, theme, verdict, count(*) FROM judged GROUP BY theme, verdict
)
INSERT INTO verdict SELECT :batch, row, verdict FROM judged;
