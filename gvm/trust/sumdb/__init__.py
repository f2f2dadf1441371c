"""Go's checksum database, and what it says of toolchains."""
