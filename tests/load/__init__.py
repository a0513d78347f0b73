"""The load baseline: a receiver, the plain way of delivering webhooks, and a harness that measures ours beside it."""
