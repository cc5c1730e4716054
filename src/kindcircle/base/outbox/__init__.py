"""Messages due and done, in the same transaction as their cause. See `queue`."""
