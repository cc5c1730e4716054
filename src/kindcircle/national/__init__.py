"""What changed for the people of many organisations: every answer scored, compared and counted where the answers lie.

The questions are put to a database in one form (Ibis), the embedded DuckDB or a site's own PostgreSQL, and come back as
counts and sums that name nobody. `cells` and `lines` need neither. Everything else needs the extra `scale`.
"""
