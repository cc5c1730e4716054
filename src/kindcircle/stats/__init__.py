"""NUMBERS, pure: what a group's figures can and cannot say.

Every result is a small frozen record: the estimate, its interval (a method), how many people were used and
how many were left out, the convention, and the source. What cannot be computed is `Undefined` with a reason;
what may not be shown is `Suppressed`. Nothing is rounded here, and no infinity or NaN ever leaves.

Import the module you need, for example `from kindcircle.stats.before_after import analyse_before_after`.
Only NumPy and `scipy.special` are imported, so the package loads fast.
"""
