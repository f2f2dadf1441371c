"""gvm, the Go version manager for Ubuntu."""

__version__ = "0.1.0"
