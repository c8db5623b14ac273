"""Stored bytes and the records of them."""
