"""Studies of the past beside the same in pandas, and how often their intervals hold."""
