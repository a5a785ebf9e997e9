"""The scan page: the form, presets, Start, and the runs to return to."""
