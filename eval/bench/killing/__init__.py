"""Killing a running service, and holding it to what it had acknowledged."""
