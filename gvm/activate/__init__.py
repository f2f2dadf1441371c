"""What makes the shims visible where `go` is called."""
