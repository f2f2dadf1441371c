"""Files for other programs, so that they use the right Go."""
