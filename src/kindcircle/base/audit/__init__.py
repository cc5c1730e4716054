"""The record of who did what: content-free, chained, append-only. Use `log.record` and `events.Event`."""
