"""What the timings of many runs say: costs, comparisons, slow-downs."""
