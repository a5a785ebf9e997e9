"""The outcomes page: how the picks of past runs performed afterwards."""
