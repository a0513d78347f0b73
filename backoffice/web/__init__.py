"""Page plumbing without models: whole page or partial, HTMX, errors, lists, forms, components."""
