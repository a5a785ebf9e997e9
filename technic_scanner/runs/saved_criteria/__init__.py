"""Criteria under names: shipped and saved ones, their versions, and how they leave and enter an installation."""
