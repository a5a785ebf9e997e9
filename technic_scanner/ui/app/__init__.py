"""The parts that every page needs: entry, sign-in, services, notices, the choice of a run, the state in the URL."""
