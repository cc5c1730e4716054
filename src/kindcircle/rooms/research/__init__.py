"""Reports about groups. Knows scores, attendance and events; never anybody's writing."""
