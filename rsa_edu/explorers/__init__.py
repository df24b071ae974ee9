"""Figures with sliders, displayed by being the last line of a cell: rsa.explore.<name>()."""
