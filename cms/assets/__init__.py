"""Video assets: what only they have beside an Item."""
