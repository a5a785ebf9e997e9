"""Wake waiting workers at once when a run is queued, instead of at their next look at the queue."""
