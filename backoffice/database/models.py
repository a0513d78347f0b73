"""No models: Django announces `post_migrate`, on which the grants hang, only for applications that have this module."""
