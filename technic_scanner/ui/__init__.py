"""The dashboard, in one folder per page; pages read the run journal and keep no run state."""
