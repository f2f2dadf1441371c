"""What `go` means here."""
