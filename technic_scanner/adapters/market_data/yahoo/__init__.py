"""The source of Yahoo Finance."""
