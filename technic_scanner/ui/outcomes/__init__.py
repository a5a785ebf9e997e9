"""What the picks of past runs did afterwards."""
