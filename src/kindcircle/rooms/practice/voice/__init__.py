"""One sound file for one practice: words at their moments on a quiet track, a bell before and a bell at the end.

Nothing here knows Django or a database. It runs in a process of its own (`python -m kindcircle.rooms.practice.voice`),
so that neither a long practice nor a broken file can hold up the site (ADR 0020).
"""
