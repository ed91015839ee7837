"""Measures how fast the suite is, beside the barest programs that keep the same promises: `make bench`."""
