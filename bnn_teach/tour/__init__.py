"""The whole story of the course in one minute, without a browser: make tour."""
