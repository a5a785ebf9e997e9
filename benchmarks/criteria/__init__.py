"""The scan language beside the array and table libraries that analysts would write the same scans in."""
