"""A service of systemd that runs with the Go version of a project."""
