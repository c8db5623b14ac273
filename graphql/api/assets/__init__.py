"""Video assets."""
