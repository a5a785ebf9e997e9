"""How things look and read: theme, figures, tables, words, and parts that refresh themselves."""
