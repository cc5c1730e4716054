"""Made-up answers of a whole service, as many as are asked for: PHQ-9 before and after, in circles of ten."""

from pathlib import Path

import duckdb

from kindcircle.spec.instruments import load_instrument

CIRCLE, PROGRAMMES = 10, 6


def make(path: Path, responses: int, *, instrument: str = "phq-9", shuffled: bool = False) -> None:
    """Write about so many answers as Parquet: one in fifty left out, one person in five without a second sheet."""
    one = load_instrument(instrument)
    items = [item.id for item in one.scored_items]
    low, high = one.span(one.scored_items[0])
    people = max(1, round(responses / (len(items) * 2 * 0.9 * 0.98)))
    houses = max(4, min(200, people // 500))
    names = ", ".join(f"'{name}'" for name in items)
    engine = duckdb.connect()
    engine.execute("SET memory_limit = '6GB'; SET preserve_insertion_order = false")
    # A range is counted by one thread; a table is read by all.
    engine.execute(f"CREATE TABLE people AS SELECT range AS person FROM range({people})")
    engine.execute(f"""
        COPY (
            SELECT 'house ' || (person // {CIRCLE} % {houses}) AS organisation,
                   'programme ' || (person // {CIRCLE} // {houses} % {PROGRAMMES}) AS programme,
                   'group ' || (person // {CIRCLE}) AS "group",
                   'person ' || person AS person,
                   '{instrument}' AS measure,
                   CASE time WHEN 0 THEN 'before' ELSE 'after' END AS time,
                   [{names}][item + 1] AS item,
                   ({low} + least({high - low}, hash(person, time, item) % {high - low + 1}
                       * (1 + hash(person) % 2) // (1 + time * (hash(person, 7) % 2))))::TINYINT AS value
            FROM people, range(2) AS times(time), range({len(items)}) AS items(item)
            WHERE hash(person, item, time, 3) % 50 > 0 AND (time = 0 OR hash(person, 5) % 5 > 0)
            {"ORDER BY hash(person, item, time)" if shuffled else ""}
        ) TO '{path}' (FORMAT parquet)
    """)
    engine.close()
