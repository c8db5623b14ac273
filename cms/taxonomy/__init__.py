"""What content is said in and about: locales, concepts, organisations and contributors."""
