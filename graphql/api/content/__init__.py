"""News items and articles: their types, how they are read, and the mutations that change them."""
