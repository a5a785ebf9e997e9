"""The four stages of a scan, which do all I/O through ports."""
