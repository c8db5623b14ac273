"""The change feed that partners replicate from."""
