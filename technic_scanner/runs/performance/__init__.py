"""How picks performed after their scan: outcomes per pick, summaries, replays."""
