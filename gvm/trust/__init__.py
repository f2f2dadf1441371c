"""Who vouches for a checksum."""
