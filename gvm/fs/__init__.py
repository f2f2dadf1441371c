"""Files, directories and trees, written and read safely; nothing of Go."""
