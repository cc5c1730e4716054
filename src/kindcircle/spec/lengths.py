"""How long a practice takes, in words for paper and reasons; pages say it in the reader's own language."""


def in_words(seconds: int) -> str:
    """Such as "20 seconds", "1 minute", "2½ minutes"; below a minute to the second, above to the half minute."""
    if seconds < 60:
        return f"{seconds} seconds"
    whole, half = divmod(round(seconds / 30), 2)
    return "1 minute" if (whole, half) == (1, 0) else f"{whole}{'½' if half else ''} minutes"
