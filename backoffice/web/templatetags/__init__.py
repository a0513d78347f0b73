"""Template libraries that every template gets without loading them."""
