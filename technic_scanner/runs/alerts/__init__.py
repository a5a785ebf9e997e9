"""Alerts: what is new in a schedule's runs is told to channels, each session once."""
