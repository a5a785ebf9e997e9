"""The results of one run: table, charts, symbol, portfolio, what is missing, files."""
