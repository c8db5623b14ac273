"""Locales, concepts, organisations and contributors."""
