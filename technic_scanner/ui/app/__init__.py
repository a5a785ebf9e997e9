"""What every page stands on: entry, sign-in, services, notices, the choice of a run, the state in the address."""
