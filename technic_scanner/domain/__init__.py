"""The immutable data types that all layers share; imports only the standard library."""
