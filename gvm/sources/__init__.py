"""Where archives come from: the web, a directory, a package index."""
