"""The reference page: the functions and names of the scan language, and the shipped scans."""
