"""Computations on arrays without I/O: indicators, scores, regime, alpha, trade plans, outcomes."""
