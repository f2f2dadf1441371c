"""The network: what is fetched from it, and how."""
