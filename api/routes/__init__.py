"""One module for each kind of resource, each with a ``router``."""
