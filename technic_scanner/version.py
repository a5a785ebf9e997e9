"""The version of the package, and so of the engine that a result came from."""

VERSION = "0.2.0"
