"""What the run store costs: history of 100,000 runs to read, a scan's journal to write."""
