"""Full-text search as a connection."""
