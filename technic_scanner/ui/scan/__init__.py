"""The scan page: the form, presets, the Start button, and the list of active and recent runs."""
