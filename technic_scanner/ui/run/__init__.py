"""The view of one run, active or finished: progress, actions, summary, timelines."""
