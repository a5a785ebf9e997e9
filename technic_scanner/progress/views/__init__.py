"""What people and programs see of a tracker: each view is a module of its own, imported by whoever wants it."""
