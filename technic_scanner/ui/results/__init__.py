"""The results of one run: table, charts, symbol, portfolio, symbols not in the results, files."""
