"""Getting a toolchain: fetch, verify, unpack, commit."""
