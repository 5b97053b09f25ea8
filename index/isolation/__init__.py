"""A process with limits, to read what may be broken or hostile; :mod:`index.isolate` is the way in."""
