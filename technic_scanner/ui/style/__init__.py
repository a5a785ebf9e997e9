"""Appearance and wording: theme, figures, tables, text formats, and parts of a page that refresh themselves."""
