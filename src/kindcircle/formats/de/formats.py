"""How German writes dates: every way that a page asks for, as it is said there.

Pages name a day as English has it ("l j F": Monday 3 May). Django looks such a name up here first, so that the
same page says "Montag, 3. Mai". A test finds every way that is asked for and missing here.
"""

TIME_FORMAT = "H:i"

globals().update(
    {
        "j F": "j. F",
        "j F Y": "j. F Y",
        "j F Y, H:i": "j. F Y, H:i",
        "j M": "j. M",
        "j M Y": "j. M Y",
        "j M, H:i": "j. M, H:i",
        "l j F": "l, j. F",
        "l j F Y": "l, j. F Y",
        "l j F Y, H:i": "l, j. F Y, H:i",
        "l j F, H:i": "l, j. F, H:i",
    }
)
