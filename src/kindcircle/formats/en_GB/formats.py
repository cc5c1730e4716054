"""How times are written: one way everywhere, the way clocks in clinics and on phones show them."""

TIME_FORMAT = "H:i"
