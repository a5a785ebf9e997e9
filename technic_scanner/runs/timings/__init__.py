"""Statistics of the timings of many runs: costs, comparisons, slow-downs."""
