"""One data directory: where everything in it is, and what is installed."""
