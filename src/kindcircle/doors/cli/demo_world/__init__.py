"""A made-up house, lived in for a while: what `kindcircle run --demo` shows. See `build`."""
