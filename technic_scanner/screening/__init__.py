"""Arrays in, numbers out: indicators, scores, regime, alpha, trade plans; no I/O."""
