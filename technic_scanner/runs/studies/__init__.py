"""Studies of a source: what criteria would have found, with the biases of its data."""
