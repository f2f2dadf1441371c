"""Values without state: versions, requests, platforms, releases, and the files that name them."""
