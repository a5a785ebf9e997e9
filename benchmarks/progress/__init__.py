"""Measure ETAs and the cost of updates against tqdm and rich, on virtual time and on recorded scans."""
