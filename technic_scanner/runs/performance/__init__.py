"""What picks did after their scan: judged rows, summaries, replays."""
