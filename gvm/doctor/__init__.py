"""What is not right on a machine, and what fixes it."""
