"""Unpacks an archive of Go that nobody has to trust."""
