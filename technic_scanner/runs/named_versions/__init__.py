"""What is kept under a name with all its versions: saved criteria and watchlists have this in common."""
