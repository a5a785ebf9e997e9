"""One run, live or ended: progress, actions, summary, timelines."""
